"""Lines that are heard one after the other, added up: a stretch of a script is of lines, a script of stretches."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from projects.audio import pcm, sums
from projects.audio.finish import Finish
from projects.audio.pauses import Followed, Pauses
from projects.audio.sums import Placed, Sums
from projects.audio.treatment import UNTREATED, Treatment


class Edge(NamedTuple):
    """What the silence beside a line depends on: the line, and how many frames are heard of it."""

    line: Followed
    frames: int


@dataclass(frozen=True)
class Stretch:
    """A line, or several with the silences between them; none before the first and none behind the last.

    ``sums`` is None where nothing of it was measured, ``is_measured`` False where something was not.
    """

    frames: int
    sums: Sums | None
    speech_frames: int
    words: int
    is_measured: bool
    first: Edge
    last: Edge
    treatment: Treatment = UNTREATED


def in_a_row(
    stretches: Iterable[Stretch], pauses: Pauses, finish: Finish, *, at: int = 0
) -> Iterator[tuple[int, Stretch]]:
    """Each of these with the frame at which it begins, the first ``at`` this one."""
    before: Stretch | None = None
    for one in stretches:
        if before is not None:
            pause_ms = pauses.after(before.last.line, one.first.line)
            overlap = finish.overlap(pause_ms, before.last.frames, one.first.frames)
            at += before.frames + pcm.ms_to_frames(pause_ms) - overlap
        yield at, one
        before = one


def placed(row: Iterable[tuple[int, Stretch]]) -> list[Placed]:
    """What was measured of them, where it is heard."""
    return [Placed(one.sums, at, one.treatment) for at, one in row if one.sums is not None]


def joined(stretches: Sequence[Stretch], pauses: Pauses, finish: Finish) -> Stretch:
    """One stretch of these, one at least."""
    row = list(in_a_row(stretches, pauses, finish))
    begins, last = row[-1]
    frames = begins + last.frames
    return Stretch(
        frames,
        sums.together(placed(row), frames=frames),
        speech_frames=sum(one.speech_frames for one in stretches),
        words=sum(one.words for one in stretches),
        is_measured=all(one.is_measured for one in stretches),
        first=stretches[0].first,
        last=last.last,
    )
