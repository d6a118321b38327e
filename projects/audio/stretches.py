"""Lines that are heard one after the other, added up: a stretch of a script is of lines, a script of stretches."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from projects.audio import pcm, sums
from projects.audio.finish import Finish
from projects.audio.pauses import Followed, Pauses
from projects.audio.sums import Added, Placed, Sums
from projects.audio.treatment import Treatment


class Edge(NamedTuple):
    """What the silence beside a line depends on: the line, and how many frames are heard of it."""

    line: Followed
    frames: int


class Line(NamedTuple):
    """A line alone. ``sums`` is None where it was not measured."""

    edge: Edge
    sums: Sums | None
    is_speech: bool
    words: int
    treatment: Treatment

    @property
    def frames(self) -> int:
        return self.edge.frames

    @property
    def first(self) -> Edge:
        return self.edge

    @property
    def last(self) -> Edge:
        return self.edge


@dataclass(frozen=True)
class Stretch:
    """Several lines with the silences between them; none before the first and none behind the last.

    ``is_measured`` is False where something was not.
    """

    frames: int
    added: Added
    speech_frames: int
    words: int
    is_measured: bool
    first: Edge
    last: Edge


One = TypeVar("One", Line, Stretch)


def in_a_row(
    them: Iterable[One], pauses: Pauses, finish: Finish, *, at: int = 0
) -> Iterator[tuple[int, One]]:
    """Each of these with the frame at which it begins, the first ``at`` this one."""
    before: One | None = None
    for one in them:
        if before is not None:
            pause_ms = pauses.after(before.last.line, one.first.line)
            overlap = finish.overlap(pause_ms, before.last.frames, one.first.frames)
            at += before.frames + pcm.ms_to_frames(pause_ms) - overlap
        yield at, one
        before = one


def joined(lines: Sequence[Line], pauses: Pauses, finish: Finish) -> Stretch:
    """One stretch of these, one at least."""
    row = list(in_a_row(lines, pauses, finish))
    begins, last = row[-1]
    frames = begins + last.frames
    placed = [Placed(one.sums, at, one.treatment) for at, one in row if one.sums is not None]
    return Stretch(
        frames,
        sums.added(placed, frames=frames),
        speech_frames=sum(one.frames for one in lines if one.is_speech),
        words=sum(one.words for one in lines),
        is_measured=all(one.sums is not None for one in lines),
        first=lines[0].edge,
        last=last.edge,
    )
