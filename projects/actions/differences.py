"""The differences between a revision and a project, each as a person decides about it."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Literal

from projects.actions.lines import joined
from projects.merging import words
from projects.merging.book import Book
from projects.merging.units import Comparison, State, Unit
from projects.models import Paragraph, Revision, Script

Choice = Literal["theirs", "mine", ""]
"""Whose text a difference is to have; "" where a person has to say so first."""


@dataclass(frozen=True)
class Difference:
    """One thing that the author did to a unit. ``mark`` names it for as long as no word of it changes.

    ``old`` and ``new`` are the texts, "" where there is none, and ``was``, of a conflict, is the one that both
    changed. ``chapter`` and ``number`` say where it stands. ``choice`` is what would be done now.
    """

    mark: str
    unit: Unit
    choice: Choice
    chapter: str
    number: int | None
    old: str
    new: str
    was: str = ""
    is_approved: bool = False
    is_locked: bool = False

    @property
    def state(self) -> State:
        return self.unit.state

    @property
    def pieces(self) -> list[words.Piece]:
        """What stays, goes and comes, in reading order."""
        return words.differing(self.old, self.old if self.state is State.MOVED else self.new)

    @property
    def pieces_of_theirs(self) -> list[words.Piece]:
        """Of a conflict: what the author changed."""
        return words.differing(self.was, self.new)

    @property
    def pieces_of_ours(self) -> list[words.Piece]:
        """Of a conflict: what we changed."""
        return words.differing(self.was, self.old)


@dataclass(frozen=True)
class Renamed:
    """A chapter that the author gave another title."""

    mark: str
    script: Script
    title: str
    choice: Choice


def listed(
    revision: Revision,
    books: tuple[Book, Book, Book],
    found: Comparison,
    lines: Sequence[Paragraph],
    approved: set[int],
) -> list[Difference]:
    """Every difference that a person is to see. ``books`` are base, ours and theirs; ``lines`` are those of ours.

    What is in the way of the author's word is for a person to decide: where both changed a line, and where a line
    would go that somebody has approved. A locked line stays as it is.
    """
    numbers = _numbers(books[1])
    often: Counter[str] = Counter()
    rows = []
    for unit in found.units:
        if unit.state is State.KEPT:
            continue
        mine = [lines[at] for at in unit.ours]
        row = _difference(unit, books, mine, numbers, approved)
        often[row.mark] += 1
        if often[row.mark] > 1:
            row = replace(row, mark=f"{row.mark}-{often[row.mark]}")
        if row.is_locked and unit.state is not State.MOVED:
            rows.append(replace(row, choice="mine"))
        else:
            rows.append(replace(row, choice=revision.choices.get(row.mark, row.choice)))
    return rows


def _difference(
    unit: Unit,
    books: tuple[Book, Book, Book],
    mine: Sequence[Paragraph],
    numbers: Sequence[int],
    approved: set[int],
) -> Difference:
    """One difference with the choice that is offered."""
    _, ours, theirs = books
    was, old, new = (
        whole([book.texts[at] for at in places])
        for book, places in zip(books, (unit.base, unit.ours, unit.theirs), strict=True)
    )
    book, at = (ours, unit.ours[0]) if mine else (theirs, unit.theirs[0])
    is_approved = any(line.pk in approved for line in mine)
    is_open = unit.state is State.CONFLICT or (unit.state is State.REMOVED and is_approved)
    return Difference(
        mark=mark(unit.state, *(str(line.pk) for line in mine), old, new),
        unit=unit,
        choice="" if is_open else "theirs",
        chapter=book.title(book.chapter_of[at]),
        number=numbers[at] if mine else None,
        old=old,
        new=new,
        was=was if unit.state is State.CONFLICT else "",
        is_approved=is_approved,
        is_locked=any(line.is_locked for line in mine),
    )


def renamed(
    revision: Revision, base: Book, theirs: Book, found: Comparison, scripts: Sequence[Script]
) -> list[Renamed]:
    """The chapters whose title the author changed. Where we have renamed one, ours stays unless somebody says so."""
    rows = []
    for chapter, at in sorted(found.chapters.items(), key=lambda pair: pair[1]):
        title, script = theirs.title(chapter), scripts[at]
        origin = found.origins.get(chapter)
        was = base.title(origin) if origin is not None else script.title
        if words.sound(title) in (words.sound(was), words.sound(script.title)):
            continue
        name = mark("renamed", str(script.pk), script.title, title)
        offered: Choice = "theirs" if script.title == was else "mine"
        rows.append(Renamed(name, script, title, revision.choices.get(name, offered)))
    return rows


def whole(texts: Sequence[str]) -> str:
    """Several paragraphs as one."""
    return reduce(joined, texts) if texts else ""


def mark(*parts: str) -> str:
    """A short name of what these words say together."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=9).hexdigest()


def _numbers(book: Book) -> list[int]:
    """The number of each line in its chapter, as people count."""
    return [number for _, texts in book.chapters for number in range(1, len(texts) + 1)]
