"""A lexicon: its entries, laid out so that thousands of lines are looked through in a fraction of a second.

One pass over the text: the leftmost match, of those the longest, of those the project's, then what is written just so;
what is said instead is not looked through again. Most lines have none of the words, as a dictionary tells.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from projects.lexicon import patterns
from projects.lexicon.entries import EXACT, KEEP, PATTERN, Change, Entry, Spoken

# Scripts that are written without spaces between words, Korean with its particles among them: there a word may stand
# within others. As ranges, since `re`, which is quicker than `regex`, knows no scripts.
UNBOUNDED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u303f\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_WORDS = re.compile(rf"[^\W{UNBOUNDED}]+")
_UNBOUNDED = re.compile(f"[{UNBOUNDED}]")
_SENTENCE_ENDS = re.compile(r"(?:^|[.!?…:]['\"’”)\]]*\s+|\n)[\s'\"‘“(\[«„—–-]*\Z")
# After so many lines on which a pattern took too long it is left out.
SLOW_LINES = 3

# How good a match is, sorted the best comes first; and the change that it makes.
_Found = tuple[tuple[int, int, int, bool, bool, bool, str], Change]
Match = Any  # of `re` or of `regex`: alike, and without a type in common
Expand = Callable[[str, str], Iterable[Change]]


@dataclass(frozen=True)
class _Rule:
    entry: Entry

    @cached_property
    def _finder(self) -> re.Pattern[str]:
        source = r"\s+".join(re.escape(part) for part in self.entry.written.split())
        flags = 0 if self.entry.case == EXACT else re.IGNORECASE
        return re.compile(re.sub("['’]", "['’]", source), flags)

    def matches(self, text: str) -> Iterator[re.Match[str]]:
        """Where the words stand that are no part of longer ones."""
        for match in self._finder.finditer(text):
            start, end = match.span()
            if start and _is_letter(text[start]) and _is_letter(text[start - 1]):
                continue
            if end < len(text) and _is_letter(text[end - 1]) and _is_letter(text[end]):
                continue
            yield match


@lru_cache(maxsize=10_000)
def _is_letter(char: str) -> bool:
    """Whether this is a letter, or a mark on one, of a script that puts something between words."""
    return bool(_WORDS.match(char)) or _is_mark(char)


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Mc") and not _UNBOUNDED.match(char)


class _Index:
    """The entries for one language, by a word or letter that has to be in a line which they change."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.words: dict[str, list[_Rule]] = {}
        self.letters: dict[str, list[_Rule]] = {}
        self.patterns: list[_Rule] = []
        for entry in entries:
            rule = _Rule(entry)
            if entry.kind == PATTERN:
                self.patterns.append(rule)
                continue
            folded = entry.written.casefold()
            word = None if _UNBOUNDED.search(folded) else _WORDS.search(folded)
            if word:
                self.words.setdefault(word.group(), []).append(rule)
            else:
                self.letters.setdefault(folded[0], []).append(rule)

    def candidates(self, text: str) -> list[_Rule]:
        """The entries that may have a word in this text: without more than a few that do not."""
        folded = text.casefold()
        found: list[_Rule] = []
        if self.words:
            tokens = _WORDS.findall(folded)
            if not self.words.keys().isdisjoint(tokens):
                for word in dict.fromkeys(tokens):
                    found += self.words.get(word, ())
        if self.letters and not self.letters.keys().isdisjoint(folded):
            for letter in set(folded) & self.letters.keys():
                found += self.letters[letter]
        return found


class Lexicon:
    """What is said instead of what is written, for lines of any language. Without entries every text stays as it is.

    ``expand`` finds numbers, abbreviations and the like in what the entries leave. ``too_slow`` has the entries whose
    pattern took too long, by how many lines: such an entry is left out there, after a few lines everywhere.
    """

    def __init__(self, entries: Iterable[Entry] = (), expand: Expand | None = None) -> None:
        self.entries = tuple(entries)
        self.too_slow: dict[Entry, int] = {}
        self._expand = expand
        self._indexes: dict[str, _Index] = {}

    def __bool__(self) -> bool:
        return bool(self.entries) or self._expand is not None

    def say(self, text: str, language: str) -> Spoken:
        """How this text is spoken in a line of this language, by the endpoint's name for it."""
        if not self:
            return Spoken(text, text)
        written = _composed(text)
        changes = _chosen(self._matches(written, language))
        if self._expand is not None:
            changes = _with(changes, self._expand(written, language))
        changes = [one for one in changes if one.said != written[one.start : one.end]]
        if not changes:
            return Spoken(text, text)
        spoken = _put(written, changes)
        return Spoken(written, spoken, tuple(changes)) if _is_speakable(spoken) else Spoken(text, text)

    def touches(self, text: str, language: str) -> bool:
        """Whether any entry is for something in this text, be it to leave it as it is."""
        return bool(self._matches(_composed(text), language))

    def _index(self, language: str) -> _Index:
        index = self._indexes.get(language)
        if index is None:
            own = [entry for entry in self.entries if entry.language in ("", language)]
            index = self._indexes[language] = _Index(own)
        return index

    def _matches(self, text: str, language: str) -> list[_Found]:
        """Every match of every entry."""
        index, found = self._index(language), []
        for rule in index.candidates(text):
            for match in rule.matches(text):
                found.append(_match(rule.entry, match, _cased(rule.entry, match)))
        for rule in index.patterns:
            if self.too_slow.get(rule.entry, 0) < SLOW_LINES:
                found += self._of_pattern(rule, text)
        return found

    def _of_pattern(self, rule: _Rule, text: str) -> list[_Found]:
        entry = rule.entry
        try:
            return [_match(entry, one, patterns.said(entry, one)) for one in patterns.matches(entry, text)]
        except TimeoutError:
            self.too_slow[entry] = self.too_slow.get(entry, 0) + 1
            return []


def _composed(text: str) -> str:
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _match(entry: Entry, match: Match, said: str) -> _Found:
    start, end = match.span()
    differs = entry.written != match.group()
    value = (start, -end, entry.rank, differs, not entry.language, entry.kind == PATTERN, entry.written)
    return value, Change(start, end, said, entry)


def _cased(entry: Entry, match: Match) -> str:
    """What an entry says, with a capital where it has to keep that of a sentence's beginning."""
    said = entry.spoken
    if entry.case != KEEP or not match.group()[0].isupper() or not said[0].islower():
        return said
    return said[0].upper() + said[1:] if _SENTENCE_ENDS.search(match.string[: match.start()]) else said


def _chosen(found: list[_Found]) -> list[Change]:
    """The changes that are made, in order: none overlaps one before it."""
    at, chosen = 0, []
    for _, change in sorted(found, key=lambda one: one[0]):
        if change.start >= at:
            chosen.append(change)
            at = change.end
    return chosen


def _with(changes: list[Change], others: Iterable[Change]) -> list[Change]:
    """These changes and those others that touch none of them, nor each other."""
    free = [one for one in others if all(one.end <= mine.start or one.start >= mine.end for mine in changes)]
    free.sort(key=lambda one: (one.start, -one.end))
    return sorted([*changes, *_apart(free)], key=lambda one: one.start)


def _apart(changes: list[Change]) -> Iterator[Change]:
    at = 0
    for change in changes:
        if change.start >= at:
            at = change.end
            yield change


def _put(text: str, changes: Iterable[Change]) -> str:
    at, parts = 0, []
    for change in changes:
        parts += [text[at : change.start], change.said]
        at = change.end
    return "".join([*parts, text[at:]])


def _is_speakable(text: str) -> bool:
    return any(char.isalnum() for char in text)
