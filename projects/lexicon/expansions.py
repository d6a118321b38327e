"""What is written short and spoken in full: numbers, years, Roman numerals, abbreviations, units, money.

Each kind is chosen for itself, and each knows some languages; lines in others, and in none that is named, stay as
they are. The voices read most of it well by themselves, so nothing is expanded unless a project asks for it.
"""

import functools
import re
from collections.abc import Callable, Iterator

from projects.lexicon import abbreviations, english, numerals
from projects.lexicon.entries import Change
from projects.lexicon.lexicon import Expand

_DIGIT = re.compile(r"\d")
_HEADINGS = {
    "English": "Chapter Book Part Act Scene Volume Canto Section Letter Stave Appendix",
    "French": "Chapitre Livre Partie Acte Scène Tome Chant",
    "German": "Kapitel Buch Teil Akt Szene Band",
    "Italian": "Capitolo Libro Parte Atto Scena Canto",
    "Portuguese": "Capítulo Livro Parte Ato Cena",
    "Spanish": "Capítulo Libro Parte Acto Escena Canto",
}
_REIGNED = (
    "Alexander Benedict Boniface Catherine Charles Clement Edward Elizabeth Ferdinand Francis Frederick George "
    "Gregory Gustav Henry Innocent James Ivan John Leo Leopold Louis Mary Napoleon Nicholas Paul Peter Philip Pius "
    "Ramses Richard Robert Rudolf Urban Victor Wilhelm William"
)
_ROMAN = re.compile(
    rf"\b(?P<name>{'|'.join(_REIGNED.split())})\s(?P<ordinal>[IVX]+)(?!\w|\.\s*[A-Z])|\bWorld\sWar\s(?P<war>II?)(?!\w)"
)
_NUMERAL = re.compile(r"[IVXLC]+(?![^\W_])")
# A whole line that is nothing but a numeral is a heading.
_ALONE = re.compile(r"\s*(?P<numeral>[IVXLC]{2,}|[VX])\.?\s*\Z")
_ORDINAL = re.compile(r"(?<![\w.,/:–-])(?P<number>\d{1,4})(?:st|nd|rd|th)(?!\w)")


def numbers(text: str, language: str) -> Iterator[Change]:
    """Whole numbers, in English ordinals and decimals, too. Years, times, codes and numbers of rooms are left."""
    for match in _number(language).finditer(text):
        digits = re.sub(r"\D", "", match["whole"])
        part = match["part"] if language == "English" else None
        number = int(digits)
        if _is_left(digits, match["whole"], part) or numerals.is_gendered(number, language):
            continue
        said = numerals.cardinal(number, language)
        if part:
            said += f" point {' '.join(numerals.cardinal(int(digit), language) for digit in part)}"
        yield Change(*match.span(), said, expansion="numbers")
    if language == "English":
        for match in _ORDINAL.finditer(text):
            said = numerals.ordinal(int(match["number"]), language)
            yield Change(*match.span(), said, expansion="numbers")


def _is_left(digits: str, whole: str, part: str | None) -> bool:
    """Numbers that are perhaps none: with a zero in front, of four digits like a year, or endless."""
    like_year = len(whole) == 4 and not part and 1000 <= int(digits) <= 2099
    return (
        (digits[0] == "0" and (len(digits) > 1 and not part))
        or like_year
        or len(digits) > numerals.MOST_DIGITS
    )


@functools.cache
def _number(language: str) -> "re.Pattern[str]":
    """Digits that stand for themselves: no part of a date, a time, a code, a version."""
    group = f"[{numerals.group_signs(language)}]"
    part = r"(?:\.(?P<part>\d+))?" if language == "English" else "(?P<part>(?!))?"
    whole = rf"(?P<whole>\d{{1,3}}(?:{group}\d{{3}})+|\d+)"
    before, after = r"(?<![\w.,:/$£€¥#+−–-])(?<!\d\s)", r"(?![\w:/°²³–-]|[.,]\d|[\s\u00a0\u202f]\d"
    # A dot behind a German number makes an ordinal of it, am and pm make it a time.
    after += {"English": r"|\s*[ap]\.?m\b", "German": r"|\.\s"}.get(language, "")
    return re.compile(f"{before}{whole}{part}{after})")


def years(text: str, language: str) -> Iterator[Change]:
    """Years and dates in English, in German years."""
    if language == "English":
        yield from english.years(text)
        return
    for match in _GERMAN_YEARS.finditer(text):
        yield Change(*match.span("year"), numerals.year(int(match["year"]), language), expansion="years")


_GERMAN_YEARS = re.compile(
    r"\b(?:[Jj]ahr(?:e|es)?|[Ss]eit|[Ss]ommer|[Ww]inter|Herbst|Frühling|Januar|Februar|März|April|Mai|Juni|Juli|August|"
    r"September|Oktober|November|Dezember)\s+(?P<year>1[1-9]\d\d|20\d\d)(?![\w–-]|[.,]\d)"
)


def roman(text: str, language: str) -> Iterator[Change]:
    """Roman numerals behind *Chapter* and its like and alone on a line; in English behind names of kings, too."""
    if not _NUMERAL.search(text):
        return
    alone = _ALONE.match(text)
    if alone and (number := numerals.roman(alone["numeral"])):
        yield Change(*alone.span("numeral"), numerals.cardinal(number, language), expansion="roman")
    for match in _heading(language).finditer(text):
        if number := numerals.roman(match["numeral"]):
            yield Change(*match.span("numeral"), numerals.cardinal(number, language), expansion="roman")
    if language == "English":
        yield from _of_kings(text)


def _of_kings(text: str) -> Iterator[Change]:
    for match in _ROMAN.finditer(text):
        if match["war"]:
            yield Change(*match.span("war"), "One" if match["war"] == "I" else "Two", expansion="roman")
        elif match["ordinal"] != "I" and (number := numerals.roman(match["ordinal"])):
            said = "-".join(word.capitalize() for word in numerals.ordinal(number, "English").split("-"))
            yield Change(*match.span("ordinal"), f"the {said}", expansion="roman")


@functools.cache
def _heading(language: str) -> "re.Pattern[str]":
    words = _HEADINGS[language].split()
    every = "|".join([*words, *(word.upper() for word in words)])
    return re.compile(rf"\b(?:{every})\s+(?P<numeral>[IVXLC]+)(?!\w)")


def _english(find: Callable[[str], Iterator[Change]]) -> Callable[[str, str], Iterator[Change]]:
    return lambda text, language: find(text)


# Each kind: what it does, and the languages it knows.
_FINDERS: dict[str, tuple[Callable[[str, str], Iterator[Change]], frozenset[str]]] = {
    "years": (years, frozenset({"English", "German"})),
    "currency": (_english(english.money), frozenset({"English"})),
    "units": (_english(english.units), frozenset({"English"})),
    "numbers": (numbers, frozenset(numerals.CODES)),
    "roman": (roman, frozenset(_HEADINGS)),
    "abbreviations": (abbreviations.find, abbreviations.LANGUAGES),
}
KINDS = tuple(_FINDERS)
# These need a digit in the line.
_OF_DIGITS = frozenset({"years", "currency", "units", "numbers"})


def languages(kind: str) -> list[str]:
    """The languages in which this kind is expanded, by the endpoint's names."""
    return sorted(_FINDERS[kind][1])


@functools.lru_cache(maxsize=64)
def of(kinds: tuple[str, ...]) -> Expand | None:
    """What expands just these kinds; None for none. Of kinds that would take the same words the first in order does."""
    chosen = [(kind, *_FINDERS[kind]) for kind in KINDS if kind in kinds]
    if not chosen:
        return None

    def expand(text: str, language: str) -> list[Change]:
        has_digits = bool(_DIGIT.search(text))
        found: list[Change] = []
        for kind, find, known in chosen:
            if language in known and (has_digits or kind not in _OF_DIGITS):
                taken = list(found)
                found += [
                    one
                    for one in find(text, language)
                    if all(one.end <= two.start or one.start >= two.end for two in taken)
                ]
        return found

    return expand
