"""Which line is behind a level of a whole file that is not met: the one that pulls it furthest the wrong way."""

from collections.abc import Sequence

from projects.audio import sums
from projects.audio.sums import Placed

LEVELS = ("loudness_lufs", "rms_dbfs", "floor_dbfs")
"""What is asked of here, as fields of `sums.Figures`. A peak has a place of its own."""


def line(lines: Sequence[Placed], level: str, *, least: float | None, most: float | None) -> int | None:
    """The index of the line whose own level, for as long as it is heard, is furthest outside of these bounds in dB.

    None where each line by itself is within them: then it is the pauses, or how the lines come together. A noise floor
    is heard wherever it is loudest, so there the length of a line says nothing.
    """
    worst, found = 0.0, None
    for index, one in enumerate(lines):
        by_db = _outside(_level(one, level), least, most)
        weight = by_db if level == "floor_dbfs" else by_db * one.sums.frames
        if weight > worst:
            worst, found = weight, index
    return found


def _level(one: Placed, level: str) -> float | None:
    heard = one.sums.frames - one.treatment.head - one.treatment.tail
    alone = sums.together([Placed(one.sums, 0, one.treatment)], frames=heard)
    found: float | None = getattr(sums.figures(alone), level)
    return found


def _outside(level_db: float | None, least: float | None, most: float | None) -> float:
    if level_db is None:
        return 0.0
    too_soft = 0.0 if least is None else least - level_db
    too_loud = 0.0 if most is None else level_db - most
    return max(too_soft, too_loud, 0.0)
