"""Abbreviations in full. Only those that mean one thing where they stand; what a voice reads well is left to it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from projects.lexicon.entries import Change

# Before a name, or a digit, or anywhere: what has to follow for an abbreviation to mean this.
_NAME, _DIGIT, _ANY = r"(?=\s+[^\W\d_a-zà-ÿ])", r"(?=\s*\d)", r"(?!\w)"

_ENGLISH = {
    _NAME: {
        "Mr": "Mister",
        "Mrs": "Missus",
        "Ms": "Miz",
        "Dr": "Doctor",
        "Prof": "Professor",
        "Rev": "Reverend",
        "Capt": "Captain",
        "Col": "Colonel",
        "Gen": "General",
        "Lt": "Lieutenant",
        "Sgt": "Sergeant",
        "Gov": "Governor",
        "Sen": "Senator",
        "St": "Saint",
        "Mt": "Mount",
    },
    _DIGIT: {"No": "Number", "Nos": "Numbers", "pp": "pages", "p": "page", "vol": "volume", "fig": "figure"},
    _ANY: {
        "e.g": "for example",
        "i.e": "that is",
        "etc": "et cetera",
        "vs": "versus",
        "viz": "namely",
        "approx": "approximately",
        "Jr": "Junior",
        "Sr": "Senior",
        "Esq": "Esquire",
        "Bros": "Brothers",
        "Ltd": "Limited",
    },
}
_GERMAN = {
    _NAME: {"Dr": "Doktor", "Prof": "Professor"},
    _DIGIT: {"Nr": "Nummer", "ca": "circa"},
    _ANY: {
        "z. B": "zum Beispiel",
        "d. h": "das heißt",
        "u. a": "unter anderem",
        "usw": "und so weiter",
        "bzw": "beziehungsweise",
        "evtl": "eventuell",
        "ggf": "gegebenenfalls",
        "vgl": "vergleiche",
    },
}
_FRENCH = {
    _NAME: {"M": "Monsieur", "MM": "Messieurs", "Mme": "Madame", "Mlle": "Mademoiselle", "Dr": "Docteur"},
    _DIGIT: {},
    _ANY: {"p. ex": "par exemple", "c.-à-d": "c’est-à-dire", "etc": "et cetera"},
}
# In French these have no dot.
_DOTLESS = frozenset({"Mr", "Mrs", "Ms", "Dr", "St", "Mme", "Mlle"})
# After these the dot may end the sentence, too.
_AT_ENDS = frozenset({"etc", "Jr", "Sr", "Esq", "Bros", "Ltd", "usw"})
_SENTENCE_ENDS = re.compile(r"['\"’”)\]»]*(?:\s+['\"‘“(«„]*[^\W\d_a-zà-ÿ]|\s*\Z)")
# A name before it: "Baker St. It was late" and "Old St. James", "Mission Dr." and "Ask Dr. Watson" look alike.
_NAME_BEFORE = re.compile(r"\b[A-Z][a-z]+\s\Z")
# "Baker St." and "Mulberry St.": after a name, and no name behind it.
_STREET = re.compile(r"(?<=[a-z])\sSt\.(?!\s+[A-Z])")


@dataclass(frozen=True)
class _Table:
    """A language's abbreviations: one expression for all, what each says, and what a text has to have for any."""

    pattern: "re.Pattern[str]"
    said: dict[str, str]
    needles: tuple[str, ...]


def _compiled(table: dict[str, dict[str, str]]) -> _Table:
    """Spaces in abbreviations may be missing in a text."""
    parts = []
    for after, words in table.items():
        for short in sorted(words, key=len, reverse=True):
            dot = r"\.?" if short in _DOTLESS else r"\."
            parts.append(re.escape(short).replace(r"\ ", r"\s?") + dot + after)
    said = {_key(short): said for words in table.values() for short, said in words.items()}
    needles = {
        short if short in _DOTLESS else f"{short.split()[0].rstrip('.')}."
        for words in table.values()
        for short in words
    }
    return _Table(re.compile(rf"(?<![\w.])(?:{'|'.join(parts)})"), said, tuple(sorted(needles)))


def _key(short: str) -> str:
    return "".join(short.split()).rstrip(".")


_TABLES = {
    "English": _compiled(_ENGLISH),
    "French": _compiled(_FRENCH),
    "German": _compiled(_GERMAN),
}
LANGUAGES = frozenset(_TABLES)


def find(text: str, language: str) -> Iterator[Change]:
    """The abbreviations of a text in this language, each with what is said for it."""
    table = _TABLES[language]
    if not any(needle in text for needle in table.needles):
        return
    for match in table.pattern.finditer(text):
        key = _key(match.group())
        if key in ("St", "Dr") and _NAME_BEFORE.search(text, max(match.start() - 40, 0), match.start()):
            continue
        ends = key in _AT_ENDS and _SENTENCE_ENDS.match(text, match.end())
        yield Change(*match.span(), table.said[key] + ("." if ends else ""), expansion="abbreviations")
    if language == "English" and " St." in text:
        for match in _STREET.finditer(text):
            ends = _SENTENCE_ENDS.match(text, match.end())
            start, end = match.span()
            yield Change(start + 1, end, "Street" + ("." if ends else ""), expansion="abbreviations")
