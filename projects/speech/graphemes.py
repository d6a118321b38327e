"""Where a text may be cut without breaking a written character: accents, emoji families, flags, Hangul and the like.

The rules of Unicode's extended grapheme clusters, as far as the standard library's tables reach.
"""

import unicodedata
from collections.abc import Iterator

_JOINER = "\N{ZERO WIDTH JOINER}"
_HALF_WIDTH_MARKS = "ﾞﾟ"  # Japanese voicing marks, letters by category


def clusters(text: str) -> Iterator[str]:
    """The written characters of a text, one by one; joined again they are the text."""
    start, flags = 0, 0
    for at in range(1, len(text)):
        before, char = text[at - 1], text[at]
        flags = flags + 1 if _is_flag_half(before) else 0
        if before.isascii() and char.isascii() and before != "\r":
            together = False
        else:
            together = _extends(char) or _joins(before, char) or (flags % 2 == 1 and _is_flag_half(char))
        if not together:
            yield text[start:at]
            start = at
    if text:
        yield text[start:]


def _extends(char: str) -> bool:
    """Whether a character always belongs to the one before it."""
    if unicodedata.category(char) in ("Mn", "Mc", "Me") or char == _JOINER or char in _HALF_WIDTH_MARKS:
        return True
    return "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f"


def _joins(before: str, char: str) -> bool:
    if before == "\r":
        return char == "\n"
    if before == _JOINER:
        return unicodedata.category(char) == "So"
    return _hangul(char) > 0 and (_hangul(before), _hangul(char)) in _HANGUL_PAIRS


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


_LEADING, _VOWEL, _TRAILING, _SYLLABLE, _CLOSED_SYLLABLE = 1, 2, 3, 4, 5
_HANGUL_PAIRS = {
    (_LEADING, _LEADING), (_LEADING, _VOWEL), (_LEADING, _SYLLABLE), (_LEADING, _CLOSED_SYLLABLE),
    (_SYLLABLE, _VOWEL), (_SYLLABLE, _TRAILING), (_VOWEL, _VOWEL), (_VOWEL, _TRAILING),
    (_CLOSED_SYLLABLE, _TRAILING), (_TRAILING, _TRAILING),
}  # fmt: skip


def _hangul(char: str) -> int:
    point = ord(char)
    if 0x1100 <= point <= 0x11FF:
        return _LEADING if point < 0x1160 else _VOWEL if point < 0x11A8 else _TRAILING
    if 0xAC00 <= point <= 0xD7A3:
        return _SYLLABLE if (point - 0xAC00) % 28 == 0 else _CLOSED_SYLLABLE
    if 0xA960 <= point <= 0xA97C:
        return _LEADING
    if 0xD7B0 <= point <= 0xD7FB:
        return _VOWEL if point < 0xD7CB else _TRAILING
    return 0
