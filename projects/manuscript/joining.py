"""From the lines of a hard-wrapped paragraph to one line: spaces, hyphens, dashes, and scripts without spaces."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

HYPHENS = "-\u2010"
INVISIBLE = dict.fromkeys([0x00AD, 0x200B, 0x2060, 0xFEFF, *range(0x00, 0x09), *range(0x0E, 0x20), 0x7F])
LINE_BREAK = re.compile(r"[^\S\n]*\n\s*")
SPACES = re.compile(r"[^\S\n]+")
SUSPENDED = frozenset("and or to und oder bis et ou y o e en of".split())
WORD = re.compile(r"[^\W_]+(?:[-\u2010][^\W_]+)*")


def spaceless(character: str) -> bool:
    """True for characters of scripts that put no space between words (and for their punctuation)."""
    return "\u2e80" <= character <= "\ua4cf" or "\uf900" <= character <= "\ufaff" or "\uff00" <= character <= "\uff60"


def tidy(text: str) -> str:
    """One clean line: invisible characters out, white space folded, no space where Chinese lines meet."""
    text = unicodedata.normalize("NFC", text.translate(INVISIBLE))
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
        self._words: Counter[str] = Counter()
        for line in lines:
            self._words.update(word.casefold() for word in WORD.findall(line))

    def keeps_hyphen(self, first: str, second: str) -> bool:
        """True if `first-second` is a compound, False if the hyphen only breaks one word."""
        first, second = first.casefold(), second.casefold()
        whole, compound = self._words[first + second], self._words[f"{first}-{second}"]
        if whole != compound:
            return compound > whole
        # Both halves stand alone elsewhere: a compound. A half that never does is a piece of a word.
        return self._words[first] > 1 and self._words[second] > 1

    def join(self, lines: Sequence[str]) -> str:
        """The lines of one paragraph as one line."""
        text = ""
        for line in lines:
            text = self._append(text, line.strip())
        return tidy(text)

    def _append(self, text: str, line: str) -> str:
        if not text or not line:
            return text or line
        if text.endswith(("--", "\u2014")) and line[0] not in "-\u2014":
            return text + line
        if text[-1] in HYPHENS and len(text) > 1 and text[-2].isalpha():
            return self._append_broken(text, line)
        return text + ("" if text[-1] == "\u00ad" else _gap(text, line)) + line

    def _append_broken(self, text: str, line: str) -> str:
        before = WORD.findall(text[-60:-1])
        after = WORD.match(line)
        if after is None:
            return f"{text} {line}"
        second = after.group()
        if second.casefold() in SUSPENDED:
            return f"{text} {line}"
        if not second[0].islower() or not before or self.keeps_hyphen(before[-1], second):
            return text + line
        return text[:-1] + line
