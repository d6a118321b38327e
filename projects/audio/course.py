"""How loud a file is as it goes on."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from projects.audio import measure
from projects.audio.loudness import Energies

STEP_MS = 10
_ROOM_STEPS = 5
_QUIET_SHARE = 0.1
_SILENCE = 10 ** (measure.SILENCE_DBFS / 10)

Stretch: TypeAlias = tuple[int, int]
"""From when to when, in ms."""


@dataclass(frozen=True)
class Course:
    """The mean squares of each 10 ms, 1 = full scale, of shape (n,)."""

    powers: Energies

    def floor_dbfs(self, stretches: Iterable[Stretch]) -> float | None:
        """The level that a tenth of the 50 ms in these stretches does not pass; None where that is digital silence."""
        levels = [self._room(stretch) for stretch in stretches]
        room = np.concatenate(levels) if levels else np.zeros(0, np.float32)
        if not room.size:
            return None
        quiet = float(np.partition(room, place := int(room.size * _QUIET_SHARE))[place])
        return 10 * float(np.log10(quiet)) if quiet > 0 else None

    def longest_silence(self) -> Stretch:
        """The longest silence between two sounds; (0, 0) where there is none."""
        loud = np.flatnonzero(self.powers >= _SILENCE)
        gaps = np.diff(loud)
        if not gaps.size or (most := int(gaps.argmax())) < 0 or gaps[most] <= 1:
            return 0, 0
        return (int(loud[most]) + 1) * STEP_MS, int(loud[most + 1]) * STEP_MS

    def _room(self, stretch: Stretch) -> npt.NDArray[np.float32]:
        steps = self.powers[_steps(stretch)]
        return steps[: steps.size // _ROOM_STEPS * _ROOM_STEPS].reshape(-1, _ROOM_STEPS).mean(axis=1)


def _steps(stretch: Stretch) -> slice:
    return slice(stretch[0] // STEP_MS, -(-stretch[1] // STEP_MS))
