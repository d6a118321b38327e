"""Where everything stands once a revision is taken over: our own order, with what the author moved and added."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .book import Book
from .units import Comparison, Unit

Item = tuple[str, int]
"""``("line", place in ours)`` or ``("new", place in theirs)``."""
Chapter = tuple[str, int]
"""``("ours", chapter of ours)`` or ``("new", chapter of theirs)``."""


@dataclass(frozen=True)
class Order:
    """The lines of every chapter, and the chapters in their order."""

    lines: dict[Chapter, list[Item]]
    chapters: list[Chapter]


Says = Callable[[Unit], Sequence[str] | None]
Coming = dict[Chapter, dict[int | None, list[Item]]]
"""What comes to each chapter, behind which line of ours (None: at its start)."""


def order(ours: Book, theirs: Book, found: Comparison, says: Says) -> Order:
    """``says`` tells of each unit what it is to say: None as ours does, and where it is; else its new texts, or none.

    The first of the texts are those of its lines; lines that none is left for go, texts without a line come in.
    """
    leaving, coming = _walk(theirs, found, says)
    lines: dict[Chapter, list[Item]] = {("ours", at): [] for at in range(len(ours.chapters))}
    for at, chapter in enumerate(ours.chapter_of):
        if at not in leaving:
            lines[("ours", chapter)].append(("line", at))
    for to, comers in coming.items():
        lines[to] = _with(lines.get(to, []), comers)
    return Order(lines, _chapters(ours, theirs, found))


def _walk(theirs: Book, found: Comparison, says: Says) -> tuple[set[int], Coming]:
    """Which lines of ours leave their place, and what comes in where, in the order of theirs."""
    leaving: set[int] = set()
    coming: Coming = defaultdict(lambda: defaultdict(list))
    before: dict[int, int | None] = defaultdict(lambda: None)
    for unit in found.units:
        wanted = says(unit)
        count = len(unit.ours) if wanted is None else len(wanted)
        lines, gone = unit.ours[:count], unit.ours[count:]
        leaving.update(gone)
        if not unit.theirs:
            continue
        chapter = theirs.chapter_of[unit.theirs[0]]
        to: Chapter = ("ours", found.chapters[chapter]) if chapter in found.chapters else ("new", chapter)
        if lines and unit.moved and wanted is not None:
            leaving.update(lines)
            coming[to][before[chapter]].extend(("line", line) for line in lines)
        elif lines:
            before[chapter] = lines[-1]
        new = unit.theirs[len(lines) : count]
        coming[to][before[chapter]].extend(("new", place) for place in new)
    return leaving, coming


def _with(staying: list[Item], comers: dict[int | None, list[Item]]) -> list[Item]:
    """What stays, with each comer behind the line it follows; where that is not here, behind the one before it."""
    here = {at for _, at in staying}
    kept: dict[int | None, list[Item]] = defaultdict(list)
    anchor: int | None = None
    for line, items in comers.items():
        anchor = line if line in here else anchor
        kept[anchor].extend(items)
    found = list(kept[None])
    for item in staying:
        found += [item, *kept[item[1]]]
    return found


def _chapters(ours: Book, theirs: Book, found: Comparison) -> list[Chapter]:
    """Our order, unless the author has another one for what was there; new chapters behind those they follow."""
    known = [at for at in range(len(theirs.chapters)) if at in found.chapters]
    was = [found.origins[at] for at in known if at in found.origins]
    sequence: list[Chapter] = [("ours", at) for at in range(len(ours.chapters))]
    if was != sorted(was):
        sequence = _resorted(sequence, [("ours", found.chapters[at]) for at in known])
    before: Chapter | None = None
    for at in range(len(theirs.chapters)):
        if at in found.chapters:
            before = ("ours", found.chapters[at])
            continue
        sequence.insert(sequence.index(before) + 1 if before else 0, ("new", at))
        before = ("new", at)
    return sequence


def _resorted(sequence: list[Chapter], wanted: list[Chapter]) -> list[Chapter]:
    """These chapters in the order that is wanted; those not named stay behind the one they stood behind."""
    behind: dict[Chapter | None, list[Chapter]] = defaultdict(list)
    before: Chapter | None = None
    for chapter in sequence:
        if chapter in wanted:
            before = chapter
        else:
            behind[before].append(chapter)
    return behind[None] + [one for chapter in wanted for one in (chapter, *behind[chapter])]
