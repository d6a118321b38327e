"""Three versions of a book: the manuscript as imported (base), what people made of it (ours), a new one (theirs).

A unit is what belongs together in all three: mostly one paragraph each, more where somebody split or merged.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from .book import Book, same_chapters
from .matching import Group, longest_rise, match
from .words import forget, sound


class State(StrEnum):
    """What the author did to a unit, seen from ours."""

    KEPT = "kept"
    MOVED = "moved"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Unit:
    """Places in the three books. ``moved``: the author put it elsewhere, and we did not.

    ``CONFLICT`` is a unit that both changed, in different ways: theirs is empty where the author removed what we
    changed, ours where we removed what the author changed. ``KEPT`` needs nobody's word.
    """

    base: tuple[int, ...]
    ours: tuple[int, ...]
    theirs: tuple[int, ...]
    state: State
    moved: bool = False


@dataclass(frozen=True)
class Comparison:
    """Every unit, in the order of theirs; what is gone from theirs stands where it stood in ours.

    ``chapters`` says which chapter of ours each chapter of theirs is, ``origins`` which chapter of base.
    """

    units: tuple[Unit, ...]
    chapters: dict[int, int]
    origins: dict[int, int]


def compare(base: Book, ours: Book, theirs: Book) -> Comparison:
    """What became of each paragraph on either side."""
    here, there = match(base.texts, ours.texts), match(base.texts, theirs.texts)
    parts = _joined(base, ours, theirs, here, there)
    units = [_unit(base, ours, theirs, *part) for part in parts]
    origins = same_chapters(theirs, base, _pairs((one.other, one.one) for one in there))
    left = same_chapters(ours, base, _pairs((one.other, one.one) for one in here))
    gone = _shifted(theirs, base, origins, [(unit.theirs, unit.base) for unit in units])
    ours_gone = _shifted(ours, base, left, [(unit.ours, unit.base) for unit in units])
    units = [
        replace(unit, moved=True, state=State.MOVED if unit.state is State.KEPT else unit.state)
        if at in gone and at not in ours_gone and unit.ours
        else unit
        for at, unit in enumerate(units)
    ]
    chapters = same_chapters(theirs, ours, _pairs((unit.theirs, unit.ours) for unit in units))
    forget()
    return Comparison(tuple(_in_order(units, len(theirs.texts))), chapters, origins)


def _pairs(groups: Iterable[tuple[tuple[int, ...], tuple[int, ...]]]) -> list[tuple[int, int]]:
    return [(one[0], other[0]) for one, other in groups if one and other]


def _joined(
    base: Book, ours: Book, theirs: Book, here: Sequence[Group], there: Sequence[Group]
) -> list[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]]:
    """The places that hang together over the base; then what stands in none, alone or with its equal."""
    root = list(range(len(base.texts)))

    def top(at: int) -> int:
        while root[at] != at:
            root[at] = at = root[root[at]]
        return at

    for group in (*here, *there):
        for at in group.one[1:]:
            root[top(at)] = top(group.one[0])
    found: dict[int, tuple[list[int], list[int], list[int]]] = defaultdict(lambda: ([], [], []))
    for at in range(len(base.texts)):
        found[top(at)][0].append(at)
    for side, groups in ((1, here), (2, there)):
        for group in groups:
            found[top(group.one[0])][side].extend(group.other)
    parts = [(tuple(b), tuple(sorted(o)), tuple(sorted(t))) for b, o, t in found.values()]
    return parts + _newcomers(ours, theirs, parts)


def _newcomers(
    ours: Book, theirs: Book, parts: Sequence[tuple[tuple[int, ...], ...]]
) -> list[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]]:
    """What came in on either side; the same text on both sides came in once."""
    mine = sorted(set(range(len(ours.texts))).difference(*(part[1] for part in parts)))
    new = sorted(set(range(len(theirs.texts))).difference(*(part[2] for part in parts)))
    both = {}
    for group in match([ours.texts[at] for at in mine], [theirs.texts[at] for at in new]):
        one, other = tuple(mine[at] for at in group.one), tuple(new[at] for at in group.other)
        if _says(ours, one) == _says(theirs, other):
            both[one] = other
    taken_one = {at for one in both for at in one}
    taken_other = {at for other in both.values() for at in other}
    return [
        *(((), one, other) for one, other in both.items()),
        *(((), (at,), ()) for at in mine if at not in taken_one),
        *(((), (), (at,)) for at in new if at not in taken_other),
    ]


def _says(book: Book, places: Sequence[int]) -> str:
    """What is heard of these paragraphs together; spaces are left out, where a paragraph was cut does not matter."""
    return "".join(sound(book.texts[at]) for at in places).replace(" ", "")


def _unit(
    base: Book,
    ours: Book,
    theirs: Book,
    was: tuple[int, ...],
    mine: tuple[int, ...],
    new: tuple[int, ...],
) -> Unit:
    b, o, t = _says(base, was), _says(ours, mine), _says(theirs, new)
    if o == t or b == t:
        state = State.KEPT
    elif b == o:
        state = State.CHANGED if new and mine else State.REMOVED if mine else State.ADDED
    else:
        state = State.CONFLICT
    return Unit(was, mine, new, state)


def _shifted(
    book: Book,
    base: Book,
    origins: dict[int, int],
    places: Sequence[tuple[tuple[int, ...], tuple[int, ...]]],
) -> set[int]:
    """Which of these units stand elsewhere in the book than in the base: in another chapter, or in another order.

    Of two neighbours that changed places it is the shorter run that moved.
    """
    shifted: set[int] = set()
    staying: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for unit, (here, there) in enumerate(places):
        if not here or not there:
            continue
        chapter = book.chapter_of[here[0]]
        if origins.get(chapter) != base.chapter_of[there[0]]:
            shifted.add(unit)
        else:
            staying[chapter].append((here[0], there[0], unit))
    for rows in staying.values():
        rows.sort()
        rising = longest_rise([there for _, there, _ in rows])
        shifted.update(unit for at, (_, _, unit) in enumerate(rows) if at not in rising)
    return shifted


def _in_order(units: Sequence[Unit], count: int) -> list[Unit]:
    """By the place in theirs; a unit that theirs does not have stands behind the one before it in ours, or in base."""
    place = {unit.ours[-1]: unit.theirs[0] for unit in units if unit.ours and unit.theirs}
    behind, last = {}, -1
    for at in range(max((unit.ours[-1] for unit in units if unit.ours), default=-1) + 1):
        last = place.get(at, last)
        behind[at] = last

    def order(unit: Unit) -> tuple[int, int, int]:
        if unit.theirs:
            return unit.theirs[0], 0, 0
        return (behind[unit.ours[0]], 1, unit.ours[0]) if unit.ours else (count, 2, unit.base[0])

    return sorted(units, key=order)
