"""Cuts a text into pieces that the endpoint takes in one call each: where a listener would pause, and in even sizes.

The kinds of cut, from best to worst: paragraph, sentence, clause, space, anywhere between two written characters.
A worse kind is used only inside of something that does not fit otherwise. Nothing here calls the endpoint.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from projects.speech.budget import Budget
from projects.speech.graphemes import clusters
from projects.speech.line import is_speakable, normalised
from projects.speech.sentences import sentences

_PARAGRAPH, _SENTENCE, _CLAUSE, _SPACE, _ANYWHERE = range(5)
_COST_OF_CUT = (0.0, 0.3, 1.5, 6.0, 20.0)
_COST_OF_PIECE = 1.0
_COST_OF_SILENT_PIECE = 1000.0
_FINEST = 24  # neighbours smaller than this part of the limit are not told apart: keeps the search short
_CLAUSE_END = re.compile(r"(?:[；，：、]|—+|…+|[,;:](?=\s|[^\d\s\w]|$))[\"'”’»」』）)\]】》〉]*\s*")
_WORD_END = re.compile(r"\s+")


@dataclass
class _Unit:
    """A stretch of text that is never cut. kind: of the cut after it. size and gap: of its text and the space after."""

    text: str
    kind: int
    size: int
    gap: int
    speakable: bool


def split(text: str, budget: Budget, language: str = "") -> list[str]:
    """The pieces of a text, each within the budget and with something to pronounce.

    Joined, they are the normalised text up to the white space at the cuts; a stretch without a letter or a digit
    that fits to no neighbour is left out (nobody could speak it). [] when there is nothing to speak at all.
    language: a name as the endpoint writes it, or ""; it only helps to find the ends of sentences.
    """
    text = normalised(text)
    if not is_speakable(text):
        return []
    if budget.fits(text):
        return [text]
    units = _merged(_units(text, budget, language), budget)
    pieces = ("".join(unit.text for unit in group).strip() for group in _groups(units, budget))
    return [piece for piece in pieces if is_speakable(piece)]


def _units(text: str, budget: Budget, language: str) -> Iterator[_Unit]:
    for sentence in sentences(text, language):
        kind = _PARAGRAPH if "\n" in sentence[len(sentence.rstrip()) :] else _SENTENCE
        yield from _fitting(sentence, kind, budget, _FINER)


def _fitting(text: str, kind: int, budget: Budget, finer: "_Finer") -> Iterator[_Unit]:
    """The text as one unit where it fits, else as finer ones; the last of them ends with the text's own kind."""
    core = text.rstrip()
    size = budget.measure(core)
    if size <= budget.limit:
        yield _Unit(text, kind, size, budget.measure(text) - size, is_speakable(core))
        return
    (cut, worse), *rest = finer
    parts = cut(text, budget)
    for part in parts[:-1]:
        yield from _fitting(part, worse, budget, rest)
    yield from _fitting(parts[-1], kind, budget, rest)


def _clauses(text: str, _budget: Budget) -> list[str]:
    return _cut_after(_CLAUSE_END, text)


def _words(text: str, _budget: Budget) -> list[str]:
    return _cut_after(_WORD_END, text)


def _cut_after(pattern: re.Pattern[str], text: str) -> list[str]:
    ends = [found.end() for found in pattern.finditer(text) if found.end() < len(text)]
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]


def _even_parts(text: str, budget: Budget) -> list[str]:
    """Parts of nearly equal size that fit, cut between written characters, inside one only where it must be."""
    size = budget.measure(text)
    target = -(-size // -(-size // budget.limit))
    parts, part, part_size = [], "", 0
    for cluster in clusters(text):
        for atom in [cluster] if budget.fits(cluster) else cluster:
            atom_size = budget.measure(atom)
            if part and (part_size + atom_size > budget.limit or part_size >= target):
                parts.append(part)
                part, part_size = "", 0
            part += atom
            part_size += atom_size
    return [*parts, part]


_Finer = list[tuple[Callable[[str, Budget], list[str]], int]]
_FINER: _Finer = [(_clauses, _CLAUSE), (_words, _SPACE), (_even_parts, _ANYWHERE)]


def _merged(units: Iterator[_Unit], budget: Budget) -> list[_Unit]:
    """Joins tiny neighbours where the cut between them is no better than the one after them."""
    grain = budget.limit // _FINEST
    merged: list[_Unit] = []
    for unit in units:
        last = merged[-1] if merged else None
        if last and last.kind >= unit.kind and last.size + last.gap + unit.size <= grain:
            size = last.size + last.gap + unit.size
            merged[-1] = _Unit(
                last.text + unit.text, unit.kind, size, unit.gap, last.speakable or unit.speakable
            )
        else:
            merged.append(unit)
    return merged


def _groups(units: list[_Unit], budget: Budget) -> Iterator[list[_Unit]]:
    """The cheapest way to put neighbours together: few pieces, good cuts, even sizes."""
    best: list[tuple[float, int]] = [
        (0.0, 0)
    ]  # by number of units taken: the cost, and where the last group began
    for end in range(1, len(units) + 1):
        best.append(min(_ways(units, best, end, budget.limit)))
    bounds = [len(units)]
    while bounds[-1] > 0:
        bounds.append(best[bounds[-1]][1])
    for start, end in zip(bounds[:0:-1], bounds[-2::-1], strict=True):
        yield units[start:end]


def _ways(
    units: list[_Unit], best: list[tuple[float, int]], end: int, limit: int
) -> Iterator[tuple[float, int]]:
    size, speakable = 0, False
    cut = _COST_OF_CUT[units[end - 1].kind] if end < len(units) else 0.0
    for start in range(end - 1, -1, -1):
        unit = units[start]
        size += unit.size + (unit.gap if start < end - 1 else 0)
        if size > limit:
            return
        speakable = speakable or unit.speakable
        silent = 0.0 if speakable else _COST_OF_SILENT_PIECE
        yield best[start][0] + cut + _COST_OF_PIECE + silent + (1 - size / limit) ** 2, start
