"""From bytes to text: which encoding a plain file was written in. Knows nothing of what the text says."""

import codecs
from dataclasses import dataclass

from projects.sentences import gettext_noop as _
from projects.sentences import ngettext_lazy

from .manuscript import Unreadable

DAMAGED = ngettext_lazy(
    "%(count)s damaged character was left out.", "%(count)s damaged characters were left out."
)
READ_AS = _("Read as %(name)s.")

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
# Characters that make up a large part of any running text in the encoding's language.
CHINESE = "的一是不了在人有我他這这個个上來来到大們们說说為为你和，。、！？：；“”「」『』"
FREQUENT = {
    "cp932": frozenset(
        chr(code) for first, last in ((0x3041, 0x3093), (0x30A1, 0x30FC)) for code in range(first, last + 1)
    )
    | frozenset("。、「」『』　！？"),
    "euc_jp": frozenset(chr(code) for code in range(0x3041, 0x3094)) | frozenset("。、「」"),
    "gb18030": frozenset(CHINESE),
    "big5hkscs": frozenset(CHINESE),
    "euc_kr": frozenset("이다는을의에가고하지로도를은한기사어그나리대"),
    "cp1251": frozenset("оеаинтсрвл"),
    "koi8_r": frozenset("оеаинтсрвл"),
}
NAMES = {
    "cp932": "Shift-JIS",
    "euc_jp": "EUC-JP",
    "gb18030": "GB18030",
    "big5hkscs": "Big5",
    "euc_kr": "EUC-KR",
    "cp1251": "Windows-1251",
    "koi8_r": "KOI8-R",
}
SAMPLE_BYTES = 200_000
DAMAGE_SHARE = 0.002
BINARY = _("This file is not text: it holds binary data. Choose a text file, a Markdown file or an EPUB.")


@dataclass(frozen=True)
class Decoded:
    text: str
    note: str = ""


def decode(data: bytes) -> Decoded:
    """Text of a plain file. Raises `Unreadable` for binary data. The note is empty for clean UTF-8."""
    decoded = _by_mark(data) or _wide(data) or _utf8(data) or _legacy(data)
    _refuse_binary(decoded.text)
    return decoded


def _by_mark(data: bytes) -> Decoded | None:
    for mark, codec, name in BOMS:
        if data.startswith(mark):
            text = data.decode(codec, errors="replace")
            note = "" if name == "UTF-8" else READ_AS % {"name": name}
            return Decoded(text, _damage(text) or note)
    return None


def _wide(data: bytes) -> Decoded | None:
    """UTF-16 without its mark: in western text nearly every second byte is zero."""
    head = data[:4000]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if len(head) < 8 or max(even, odd) < len(head) * 0.2 or min(even, odd) > len(head) * 0.02:
        return None
    text = data.decode("utf-16-be" if even > odd else "utf-16-le", errors="replace")
    return Decoded(text, _damage(text) or _("Read as UTF-16."))


def _utf8(data: bytes) -> Decoded | None:
    try:
        return Decoded(data.decode("utf-8"))
    except UnicodeDecodeError:
        text = data.decode("utf-8", errors="replace")
    wide = sum(1 for character in text if character > "\x7f")
    broken = text.count("\ufffd")
    if broken * 4 < wide - broken and broken <= max(3, len(text) * DAMAGE_SHARE):
        return Decoded(text.replace("\ufffd", ""), _damage(text))
    return None


def _damage(text: str) -> str:
    broken = text.count("\ufffd")
    if not broken:
        return ""
    return DAMAGED.of(broken)


def _legacy(data: bytes) -> Decoded:
    sample = data[:SAMPLE_BYTES]
    scores = {codec: _score(sample, codec) for codec in FREQUENT}
    best = max(scores, key=lambda codec: scores[codec])
    if scores[best] >= 0.2:
        text = data.decode(best, errors="replace")
        return Decoded(text.replace("\ufffd", ""), _damage(text) or READ_AS % {"name": NAMES[best]})
    text = data.decode("cp1252", errors="replace")
    if "\ufffd" in text:
        return Decoded(data.decode("latin-1"), _("Read as Latin-1."))
    return Decoded(text, _("Read as Windows-1252."))


def _score(sample: bytes, codec: str) -> float:
    """Share of frequent characters among those outside ASCII; 0 when the bytes do not fit the encoding.

    Western text read as Cyrillic gives lone letters between ASCII ones, so those encodings also need
    words: most characters outside ASCII must have such a neighbour.
    """
    text = sample.decode(codec, errors="replace")
    wide = [character for character in text if character > "\x7f"]
    broken = text.count("\ufffd")
    if not wide or broken > max(2, len(wide) * 0.01):
        return 0.0
    if _lonely(text) > 0.4:
        return 0.0
    frequent = FREQUENT[codec]
    return sum(character in frequent for character in wide) / len(wide)


def _lonely(text: str) -> float:
    """Share of the characters outside ASCII that have no such neighbour."""
    lone = total = 0
    before = False
    for position, character in enumerate(text):
        wide = character > "\x7f"
        if wide:
            total += 1
            after = position + 1 < len(text) and text[position + 1] > "\x7f"
            lone += not before and not after
        before = wide
    return lone / total if total else 0.0


def _refuse_binary(text: str) -> None:
    if "\x00" in text:
        raise Unreadable(BINARY)
    head = text[:SAMPLE_BYTES]
    odd = sum(1 for c in head if (c < " " and c not in "\t\n\r\f\x1a\x0b\x1b") or "\x7f" <= c <= "\x9f")
    if odd > max(8, len(head) * 0.01):
        raise Unreadable(BINARY)
