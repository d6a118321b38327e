"""Years, dates, units and money as English says them. What could mean two things is left as it is written."""

import re
from collections.abc import Iterator

from projects.lexicon.entries import Change
from projects.lexicon.numerals import cardinal, ordinal, year

_NAMES = "January February March April May June July August September October November December"
MONTHS = {month[:3]: month for month in _NAMES.split()} | {"Sept": "September"}
_MONTH = rf"(?:{'|'.join(MONTHS.values())}|(?:Jan|Feb|Mar|Apr|Aug|Sept|Sep|Oct|Nov|Dec)\.)"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_YEAR = r"(?:1[1-9]\d\d|20\d\d)"
# Behind a year: the end of a phrase, a name, or a word that cannot be what is counted.
_YEAR_ENDS = (
    r"(?=\s*(?:[.,;:!?…)\]’”'\"–—-]|\Z)|\s+(?:[A-Z]|(?:and|or|to|until|till|the|a|an|he|she|it|we|they|his|her|when|"
    r"was|were|is|had|has|that|which|who|with|at|in|on|by|for|as|but|there)\b))(?![–-]\d|[.,]\d)"
)
_BEFORE_YEAR = (
    r"(?:[Ii]n|[Ss]ince|[Uu]ntil|[Tt]ill|[Bb]y|[Bb]efore|[Aa]fter|[Cc]irca|[Dd]uring|[Ff]rom|[Yy]ear|[Ss]pring|[Ss]ummer|"
    rf"[Aa]utumn|[Ww]inter|(?:[Ss]pring|[Ss]ummer|[Aa]utumn|[Ww]inter|[Ff]all)\s+of|{_MONTH},?)"
)
_DATES = re.compile(
    rf"\b(?P<month>{_MONTH})\s+(?P<day>{_DAY})(?:,?\s+(?P<year>{_YEAR}))?(?![\w/–-]|[.,:]\d)"
    rf"|(?P<the>\b[Tt]he\s+)?(?<![\w/.,:–-])(?P<day2>{_DAY})\s+(?:of\s+)?(?P<month2>{_MONTH})(?:,?\s+(?P<year2>{_YEAR})(?![\w–-]))?(?!\w)"
)
# What a text has to have for a date, or for a year.
_ANY_MONTH, _LONG = re.compile("|".join(MONTHS)), re.compile(r"\d{4}")
_YEARS = re.compile(rf"\b{_BEFORE_YEAR}\s+(?P<year>{_YEAR}){_YEAR_ENDS}")
_DECADES = re.compile(r"(?<![\w.,])(?P<decade>(?:1[1-9]|20)\d0)['’]?s\b")
_SPANS = re.compile(
    rf"(?<![\w.,–-])(?P<from>{_YEAR})(?:\s?[–-]\s?|(?<=[Ff]rom\s....)\s+(?:to|until)\s+|(?<=[Bb]etween\s....)\s+and\s+)"
    rf"(?P<to>{_YEAR})(?![\w–-]|[.,]\d)"
)

_UNITS = {
    "km/h": ("kilometre an hour", "kilometres an hour"),
    "km": ("kilometre", "kilometres"),
    "cm": ("centimetre", "centimetres"),
    "mm": ("millimetre", "millimetres"),
    "kg": ("kilogram", "kilograms"),
    "mg": ("milligram", "milligrams"),
    "ml": ("millilitre", "millilitres"),
    "lbs": ("pounds", "pounds"),
    "lb": ("pound", "pounds"),
    "oz": ("ounce", "ounces"),
    "ft": ("foot", "feet"),
    "mph": ("mile an hour", "miles an hour"),
    "kHz": ("kilohertz", "kilohertz"),
    "MHz": ("megahertz", "megahertz"),
    "MB": ("megabyte", "megabytes"),
    "GB": ("gigabyte", "gigabytes"),
    "kW": ("kilowatt", "kilowatts"),
    "°C": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "%": ("percent", "percent"),
}
_UNIT = re.compile(
    r"(?<![\w.,])(?P<number>\d[\d,]*(?:\.\d+)?)(?P<gap>[ \u00a0\u202f]?)"
    rf"(?P<unit>{'|'.join(map(re.escape, _UNITS))})(?![\w/°%])"
)
_MONEY = {"$": ("dollar", "dollars", "cent", "cents"), "£": ("pound", "pounds", "penny", "pence")} | {
    "€": ("euro", "euros", "cent", "cents")
}
_AMOUNT = re.compile(
    r"(?<![\w$£€])(?P<sign>[$£€])(?P<whole>\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.(?P<part>\d+))?(?:\s(?P<many>hundred|thousand|million|billion))?(?![\w%]|[.,]\d)"
)


def years(text: str) -> Iterator[Change]:
    """Years and dates."""
    for match in _DATES.finditer(text) if _ANY_MONTH.search(text) else ():
        yield Change(*match.span(), _date(match), expansion="years")
    if not _LONG.search(text):
        return
    spans = [match.span() for match in _SPANS.finditer(text)]
    for match in _SPANS.finditer(text):
        first, last = int(match["from"]), int(match["to"])
        if first < last <= first + 150:
            between = text[match.end("from") : match.start("to")].strip(" –-") or "to"
            said = f"{year(first, 'English')} {between} {year(last, 'English')}"
            yield Change(*match.span(), said, expansion="years")
    for match in _YEARS.finditer(text):
        if any(start <= match.start("year") < end for start, end in spans):
            continue
        yield Change(*match.span("year"), year(int(match["year"]), "English"), expansion="years")
    for match in _DECADES.finditer(text):
        yield Change(*match.span(), _plural(year(int(match["decade"]), "English")), expansion="years")


def _date(match: "re.Match[str]") -> str:
    day = ordinal(int(re.match(r"\d+", match["day"] or match["day2"])[0]), "English")  # type: ignore[index]
    written = (match["month"] or match["month2"]).rstrip(".")
    month = MONTHS.get(written, written)
    said = match["year"] or match["year2"]
    after = f", {year(int(said), 'English')}" if said else ""
    if match["month"]:
        return f"{month} {day}{after}"
    return f"{match['the'] or 'the '}{day} of {month}{after}"


def _plural(words: str) -> str:
    """``nineteen twenties``, ``nineteen hundreds``."""
    return f"{words[:-1]}ies" if words.endswith("y") else f"{words}s"


def units(text: str) -> Iterator[Change]:
    """Units behind a number; the number itself is left as it is."""
    for match in _UNIT.finditer(text):
        one, many = _UNITS[match["unit"]]
        said = one if match["number"] == "1" else many
        yield Change(*match.span("unit"), said if match["gap"] else f" {said}", expansion="units")


def money(text: str) -> Iterator[Change]:
    """Amounts with a sign before them; ¥ is left alone, it may be yen or yuan."""
    for match in _AMOUNT.finditer(text):
        if said := _amount(match):
            yield Change(*match.span(), said, expansion="currency")


def _amount(match: "re.Match[str]") -> str:
    one, many, small, smalls = _MONEY[match["sign"]]
    whole, part = int(match["whole"].replace(",", "")), match["part"]
    words = cardinal(whole, "English")
    if match["many"]:
        point = f" point {' '.join(cardinal(int(digit), 'English') for digit in part)}" if part else ""
        return f"{words}{point} {match['many']} {many}"
    said = f"{words} {one if whole == 1 else many}"
    if not part:
        return said
    if len(part) != 2:
        return ""
    rest = int(part)
    if not rest:
        return said
    cents = f"{cardinal(rest, 'English')} {small if rest == 1 else smalls}"
    return f"{said} and {cents}" if whole else cents
