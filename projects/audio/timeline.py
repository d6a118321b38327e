"""Where everything in a book stands, counted as its format counts: the one source for marks, captions and the rest.

Nothing here reads sound, and nothing is asked of a finished file: where a line stands is known before it is encoded.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from projects.audio import pcm
from projects.audio.book import Book, EmptyBook, Line
from projects.audio.grid import PLAIN, Grid
from projects.audio.treatment import Treatment
from projects.sentences import gettext_noop as _

TOGETHER_BELOW_MS = 150
"""Lines with a shorter pause between them are encoded as one: the packets of two need some silence between them."""

LEAST_TONE_FRAMES = pcm.ms_to_frames(50)
LONGEST_UNIT_FRAMES = pcm.ms_to_frames(10 * 60 * 1000)


@dataclass(frozen=True)
class Unit:
    """What is encoded as one: a line, or several with next to no pause between them.

    `first` is the index of its first line in the chapter, `pause_ms` the silence wanted behind its last one. Room tone
    is a unit, too, of no line.
    """

    chapter: int
    first: int
    lines: tuple[Line, ...]
    pause_ms: int
    is_tone: bool = False

    @property
    def frames(self) -> int:
        """Its length at 24 kHz."""
        return self.begins[-1] + self.lines[-1].frames

    @cached_property
    def begins(self) -> tuple[int, ...]:
        """Where each line begins in the unit, in frames of 24 kHz."""
        at, begins = 0, []
        for line in self.lines:
            begins.append(at)
            at += line.frames + pcm.ms_to_frames(line.pause_ms) - line.overlap
        return tuple(begins)

    @cached_property
    def key(self) -> str:
        """A name for this very sound; empty where one of its takes has none."""
        if not all(line.key for line in self.lines):
            return ""
        keys = [line.key + line.treatment.key for line in self.lines]
        pauses = [line.pause_ms or -line.overlap for line in self.lines[:-1]]
        return hashlib.sha256(f"{keys} {pauses}".encode()).hexdigest()


@dataclass(frozen=True)
class Place:
    """A unit's place: `packets` of its own from packet `at` on, and then `silent` ones."""

    unit: Unit
    at: int
    packets: int
    silent: int


@dataclass(frozen=True)
class Mark:
    """A chapter's stretch of the file; `end` is the next one's start. In samples of `rate_hz`."""

    title: str
    start: int
    end: int
    rate_hz: int = pcm.RATE_HZ

    @property
    def start_ms(self) -> int:
        return _ms(self.start, self.rate_hz)

    @property
    def end_ms(self) -> int:
        return _ms(self.end, self.rate_hz)


@dataclass(frozen=True)
class Timeline:
    """Where everything stands, in samples of the grid's rate. `line_starts` has a row per chapter, as the book has.

    In `packets` the file begins with `lead` silent ones; a unit at packet `at` is heard from sample `at * frame` on.
    """

    grid: Grid
    samples: int
    lead: int
    places: tuple[Place, ...]
    marks: tuple[Mark, ...]
    line_starts: tuple[tuple[int, ...], ...]

    @property
    def duration_ms(self) -> int:
        return _ms(self.samples, self.grid.rate_hz)

    @property
    def packets(self) -> int:
        last = self.places[-1]
        return last.at + last.packets + last.silent


def timeline(book: Book, grid: Grid = PLAIN) -> Timeline:
    """The place of each line and chapter. EmptyBook when there is no line.

    A mark stands at the first sample of its chapter's first line, the first one at 0; together they cover the
    file without a hole. A chapter without lines takes no time and gets no mark. What the packets of a unit take
    beyond its sound comes off the pause behind it, which is whole packets, as near as can be.
    """
    lead = at = grid.nearest(_samples(book.lead_ms, grid))
    places: list[Place] = []
    for unit in units(book):
        if places:
            at = places[-1].at + places[-1].packets + places[-1].silent
        packets = grid.packets(unit.frames)
        over = packets * grid.frame - grid.samples(unit.frames)
        silent = grid.nearest(max(_samples(unit.pause_ms, grid) - over, 0))
        places.append(Place(unit, at, packets, silent))
    if not places:
        raise EmptyBook(_("There is no line to assemble."))
    samples, places[-1] = _ended(places[-1], grid)
    starts = _line_starts(book, places, grid)
    if book.tone:
        lead, places = _toned(book, book.tone, lead, places, grid)
    return Timeline(grid, samples, lead, tuple(places), _marks(book, starts, samples, grid), starts)


def units(book: Book) -> Iterator[Unit]:
    """The book's lines, those together that have to be encoded as one."""
    for chapter in range(len(book.chapters)):
        lines, pauses = book.chapters[chapter].lines, pauses_ms(book, chapter)
        first = frames = 0
        for index, (line, pause_ms) in enumerate(zip(lines, pauses, strict=True)):
            frames += line.frames + pcm.ms_to_frames(pause_ms)
            is_last = index + 1 == len(lines)
            if is_last or pause_ms >= TOGETHER_BELOW_MS or frames > LONGEST_UNIT_FRAMES:
                yield Unit(chapter, first, tuple(lines[first : index + 1]), pause_ms)
                first, frames = index + 1, 0


def pauses_ms(book: Book, chapter_index: int) -> list[int]:
    """The silence after each line of one chapter, the pause to the next one or the book's tail included."""
    pauses = [line.pause_ms for line in book.chapters[chapter_index].lines]
    if pauses:
        follows = any(chapter.lines for chapter in book.chapters[chapter_index + 1 :])
        pauses[-1] = max(pauses[-1], book.chapter_pause_ms if follows else book.tail_ms)
    return pauses


def _toned(book: Book, tone: Line, lead: int, places: list[Place], grid: Grid) -> tuple[int, list[Place]]:
    """The same places with room tone where silence was: in as many packets, so nothing moves."""
    head = _tone_places(tone, places[0].unit.chapter, 0, lead, grid)
    toned = list(head)
    for place in places:
        wanted = book.tone_in_pauses or place is places[-1]
        end, count = place.at + place.packets, place.silent if wanted else 0
        inside = _tone_places(tone, place.unit.chapter, end, count, grid)
        toned += [replace(place, silent=0) if inside else place, *inside]
    return 0 if head else lead, toned


def _tone_places(tone: Line, chapter: int, at: int, count: int, grid: Grid) -> list[Place]:
    """So many packets from this one on, of room tone; nothing where they hold too little of it to be heard."""
    frames = min(grid.frames(count), tone.frames)
    if frames < LEAST_TONE_FRAMES:
        return []
    how = Treatment(tail=tone.frames - frames)
    unit = Unit(chapter, 0, (replace(tone, frames=frames, treatment=how),), 0, is_tone=True)
    packets = grid.packets(frames)
    return [Place(unit, at, packets, count - packets)]


def _ended(last: Place, grid: Grid) -> tuple[int, Place]:
    """The samples of the whole file, to the end of the pause behind its last sound, and packets for all of them."""
    samples = last.at * grid.frame + grid.samples(last.unit.frames) + _samples(last.unit.pause_ms, grid)
    needed = -(-(samples + grid.priming) // grid.frame)
    return samples, Place(last.unit, last.at, last.packets, max(needed - last.at - last.packets, 0))


def _line_starts(book: Book, places: list[Place], grid: Grid) -> tuple[tuple[int, ...], ...]:
    rows: list[list[int]] = [[] for _ in book.chapters]
    for place in places:
        begins = (place.at * grid.frame + grid.moment(begin) for begin in place.unit.begins)
        rows[place.unit.chapter].extend(begins)
    return tuple(map(tuple, rows))


def _marks(book: Book, starts: tuple[tuple[int, ...], ...], samples: int, grid: Grid) -> tuple[Mark, ...]:
    titled = [(chapter.title, row[0]) for chapter, row in zip(book.chapters, starts, strict=True) if row]
    begins = [0, *(start for _, start in titled[1:])]
    ends = [*begins[1:], samples]
    return tuple(
        Mark(title, begin, end, grid.rate_hz)
        for (title, _), begin, end in zip(titled, begins, ends, strict=True)
    )


def _samples(duration_ms: int, grid: Grid) -> int:
    return grid.samples(pcm.ms_to_frames(duration_ms))


def _ms(samples: int, rate_hz: int) -> int:
    return (samples * 1000 + rate_hz // 2) // rate_hz
