"""Numbers in words, by the rules of Unicode's CLDR; and Roman numerals read."""

import functools
import re
from collections.abc import Callable

from unicode_rbnf import FormatPurpose, RbnfEngine

# The languages whose numbers come out right and need no more grammar than is looked after here. Chinese, Japanese and
# Korean voices read digits as they should be read; Russian numbers are declined with what they count.
CODES = {
    "English": "en",
    "French": "fr",
    "German": "de",
    "Italian": "it",
    "Portuguese": "pt",
    "Spanish": "es",
}
# How these languages write thousands and decimals. Spaces, non-breaking ones among them, group digits in French.
_GROUPS = {"English": ",", "French": " \u00a0\u202f"}
MOST_DIGITS = 12
_ROMAN = re.compile(r"(?=[IVXLC])C{0,3}(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\Z")
_ROMAN_DIGITS = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


def group_signs(language: str) -> str:
    """What may stand between groups of three digits in this language."""
    return _GROUPS.get(language, ".")


@functools.lru_cache(maxsize=4096)
def cardinal(number: int, language: str) -> str:
    """``forty-two``."""
    return _engine(language).format_number(number).text


@functools.lru_cache(maxsize=1024)
def ordinal(number: int, language: str) -> str:
    """``forty-second``; in English only, elsewhere it is declined."""
    return _engine(language).format_number(number, FormatPurpose.ORDINAL).text


@functools.lru_cache(maxsize=1024)
def year(number: int, language: str) -> str:
    """``nineteen eighty-four``; in English and German."""
    return _engine(language).format_number(number, FormatPurpose.YEAR).text


@functools.cache
def _engine(language: str) -> RbnfEngine:
    return RbnfEngine.for_language(CODES[language])


def is_gendered(number: int, language: str) -> bool:
    """Whether this number sounds different with what it counts: *un livre, une page*. Such numbers stay digits."""
    ends_in_one = number % 10 == 1 and number % 100 != 11
    checks: dict[str, Callable[[], bool]] = {
        "English": lambda: False,
        "French": lambda: ends_in_one and number % 100 not in (71, 91),
        "Portuguese": lambda: (
            ends_in_one or _has_hundreds(number) or (number % 10 == 2 and number % 100 != 12)
        ),
        "Spanish": lambda: ends_in_one or _has_hundreds(number),
    }
    return checks.get(language, lambda: ends_in_one)()


def _has_hundreds(number: int) -> bool:
    """Whether one of the groups of three digits is 200 or more."""
    while number:
        number, group = divmod(number, 1000)
        if group >= 200:
            return True
    return False


def roman(text: str) -> int:
    """The value of a Roman numeral up to 399; 0 when it is none."""
    if not _ROMAN.match(text):
        return 0
    values = [_ROMAN_DIGITS[digit] for digit in text]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))
