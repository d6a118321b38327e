"""One recording of many lines: cut at its pauses, and its pieces given to the lines by order and length.

A guess that a person confirms. Nothing here reads what is said.
"""

import math
from dataclasses import dataclass

from projects.audio import pcm
from projects.audio.hearing import CELL_MS, Hearing

LEAST_PAUSE_MS = 600
"""Shorter pauses are taken for those inside a line; where a reader pauses longer, pieces are joined again."""

_KEPT_MS = 120  # silence that a piece keeps at each end
_LEAST_SPOKEN_MS = 150  # a click, a breath, a page
_MOST_JOINED = 4
_JOIN, _SKIP_PIECE, _SKIP_LINE = 0.15, 0.9, 1.6
_LEFT_OVER = 0.15  # a piece that is short beside the lines is soon left over: a cough, a page
_PACES = (0.6, 0.7, 0.85, 1.0, 1.2, 1.45, 1.75)
_OTHER_PACE = 0.1  # so much dearer a line, for a reader half or twice as quick as expected
_FARTHEST = 1.2  # a piece over three times too long or too short is no better than none


@dataclass(frozen=True)
class Piece:
    """A stretch of the recording with speech in it, and a little silence around."""

    start_ms: int
    stop_ms: int

    @property
    def duration_ms(self) -> int:
        return self.stop_ms - self.start_ms


def split(samples: pcm.Pcm, *, least_pause_ms: int = LEAST_PAUSE_MS) -> list[Piece]:
    """The pieces of a recording (mono, 24 kHz, int16) between pauses of at least so long, in order."""
    hearing = Hearing(pcm.checked(samples))
    start, stop = hearing.edges
    if stop == start:
        return []
    gaps = [gap for gap in hearing.pauses if (gap[1] - gap[0]) * CELL_MS >= least_pause_ms]
    begins, ends = [start, *(after for _, after in gaps)], [*(first for first, _ in gaps), stop]
    total_ms = pcm.frames_to_ms(samples.size)
    return [
        Piece(max(0, begin * CELL_MS - _KEPT_MS), min(end * CELL_MS + _KEPT_MS, total_ms))
        for begin, end in zip(begins, ends, strict=True)
        if (end - begin) * CELL_MS >= _LEAST_SPOKEN_MS
    ]


def match(pieces: list[Piece], expected_ms: list[int]) -> list[tuple[int, int] | None]:
    """For each line, in order, the pieces it most likely is: (first, after the last), or None for none of them.

    ``expected_ms`` says about how long each line lasts. The reader's own pace is found, too. Pieces may be left
    over (a cough, a false start) and a line may be several pieces (a pause in it). Of all ways the cheapest is
    taken: O(lines x pieces).
    """
    if not expected_ms or not pieces:
        return [None] * len(expected_ms)
    ways = [_cheapest(pieces, [pace * length for length in expected_ms]) for pace in _PACES]
    unlikely = [_OTHER_PACE * len(expected_ms) * abs(math.log(pace)) for pace in _PACES]
    best = min(range(len(ways)), key=lambda at: ways[at][0] + unlikely[at])
    return _walk_back(ways[best][1], len(expected_ms), len(pieces))


def _cheapest(pieces: list[Piece], lengths_ms: list[float]) -> tuple[float, dict[tuple[int, int], int]]:
    """The cost of the cheapest way, and for (lines, pieces) used up so far the last step of it: -1 leaves a piece
    over, 0 a line, more is so many pieces taken for a line."""
    usual_ms = sorted(lengths_ms)[len(lengths_ms) // 2]
    left_over = [
        _LEFT_OVER + (_SKIP_PIECE - _LEFT_OVER) * min(1, one.duration_ms / usual_ms) for one in pieces
    ]
    cost = [[math.inf] * (len(pieces) + 1) for _ in range(len(lengths_ms) + 1)]
    came: dict[tuple[int, int], int] = {}
    for line in range(len(lengths_ms) + 1):
        for piece in range(len(pieces) + 1):
            steps = [(0.0, 0)] if line == piece == 0 else []
            if piece:
                steps.append((cost[line][piece - 1] + left_over[piece - 1], -1))
            if line:
                steps.append((cost[line - 1][piece] + _SKIP_LINE, 0))
            for taken in range(1, min(_MOST_JOINED, piece) + 1) if line else ():
                spoken_ms = pieces[piece - 1].stop_ms - pieces[piece - taken].start_ms
                far = min(abs(math.log(max(spoken_ms, 1) / lengths_ms[line - 1])), _FARTHEST)
                steps.append((cost[line - 1][piece - taken] + far + _JOIN * (taken - 1), taken))
            cost[line][piece], came[line, piece] = min(steps)
    return cost[-1][-1], came


def _walk_back(came: dict[tuple[int, int], int], lines: int, count: int) -> list[tuple[int, int] | None]:
    found: list[tuple[int, int] | None] = [None] * lines
    line, piece = lines, count
    while line or piece:
        how = came[line, piece]
        if how == -1:
            piece -= 1
            continue
        line -= 1
        if how:
            found[line] = (piece - how, piece)
            piece -= how
    return found
