"""From the lines of a hard-wrapped paragraph to one line: spaces, hyphens, dashes, and scripts without spaces."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

HYPHENS = "-\u2010"
# Signs that are not seen, those that only turn the direction of reading among them; joiners inside words stay.
INVISIBLE = (
    "\xad\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\x7f"
    "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f"
)
LIGATURES = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
}
UNWANTED = str.maketrans(LIGATURES) | str.maketrans("", "", INVISIBLE)
LINE_BREAK = re.compile(r"[^\S\n]*\n\s*")
SPACES = re.compile(r"[^\S\n]+")
SUSPENDED = frozenset(["and", "or", "to", "und", "oder", "bis", "et", "ou", "y", "o", "e", "en", "of"])
WORD = re.compile(r"[^\W_]+(?:[-\u2010][^\W_]+)*")


def spaceless(character: str) -> bool:
    """True for characters of scripts that put no space between words (and for their punctuation)."""
    return (
        "\u2e80" <= character <= "\ua4cf"
        or "\uf900" <= character <= "\ufaff"
        or "\uff00" <= character <= "\uff60"
    )


def tidy(text: str) -> str:
    """One clean line: invisible characters out, white space folded, no space where Chinese lines meet."""
    text = unicodedata.normalize("NFC", text.translate(UNWANTED))
    if "\n" in text:
        first, *rest = LINE_BREAK.split(text.strip())
        text = first
        for line in rest:
            text += _gap(text, line) + line
    return SPACES.sub(" ", text).strip()


def width(text: str) -> int:
    """Columns on a typewriter screen: wide characters count two."""
    if text.isascii():
        return len(text)
    return len(text) + sum(1 for character in text if spaceless(character))


def _gap(before: str, after: str) -> str:
    if not before or not after:
        return ""
    return "" if spaceless(before[-1]) or spaceless(after[0]) else " "


class Vocabulary:
    """The words of one document, to tell a word broken at the line end from a compound with its hyphen."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._words = Counter(map(str.casefold, WORD.findall("\n".join(lines))))

    def keeps_hyphen(self, first: str, second: str) -> bool:
        """True if `first-second` is a compound, False if the hyphen only breaks one word."""
        first, second = first.casefold(), second.casefold()
        whole, compound = self._words[first + second], self._words[f"{first}-{second}"]
        if whole != compound:
            return compound > whole
        # Both halves stand alone elsewhere: a compound. A half that never does is a piece of a word.
        return self._words[first] > 1 and self._words[re.split("[-\u2010]", second)[0]] > 1

    def join(self, lines: Sequence[str]) -> str:
        """The lines of one paragraph as one line."""
        parts: list[str] = []
        for line in lines:
            line = line.strip()
            if line and parts:
                parts[-1:] = self._seam(parts[-1], line)
            elif line:
                parts.append(line)
        return tidy("".join(parts))

    def _seam(self, before: str, line: str) -> tuple[str, str]:
        """Two lines as they are written one behind the other."""
        if before.endswith(("--", "\u2014")) and line[0] not in "-\u2014":
            return before, line
        if before[-1] in HYPHENS and len(before) > 1 and before[-2].isalpha():
            return self._broken_seam(before, line)
        return before + ("" if before[-1] == "\u00ad" else _gap(before, line)), line

    def _broken_seam(self, before: str, line: str) -> tuple[str, str]:
        first, second = WORD.findall(before[-60:-1]), WORD.match(line)
        if second is None or second.group().casefold() in SUSPENDED:
            return f"{before} ", line
        if not line[0].islower() or not first or self.keeps_hyphen(first[-1], second.group()):
            return before, line
        return before[:-1], line
