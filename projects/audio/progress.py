"""How far the work on a file is: what of its sound is encoded, or need not be, in frames of 24 kHz.

Copying counts as nothing beside encoding. So work that goes on where it was broken off begins where it was.
"""

import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

from projects.audio import pcm
from projects.audio.timeline import Place, Timeline

Progress = Callable[[int, int], None]
"""Told how many frames of how many are done; what it raises ends the work."""

FRAMES = 10 * pcm.RATE_HZ
SECONDS = 1.0


class Told:
    """Tells it not too often, and often enough for whoever holds a lease. `places` are those to be encoded."""

    def __init__(self, tell: Progress, plan: Timeline, places: Sequence[Place]) -> None:
        self._tell, self._plan = tell, plan
        self._ends = [place.at + place.packets for place in places]
        self._work = [0, *accumulate(place.packets * plan.grid.frame for place in places)]
        self.total = self._frames(plan.samples)
        self._done = self._told = self.total - self.left
        self._at = time.monotonic()

    @property
    def left(self) -> int:
        """How many frames there are to encode at the beginning; never more than the whole has."""
        return min(self._frames(self._work[-1]), self.total)

    def upto(self, step: int) -> None:
        """All is done before this step of the grid."""
        todo = self._work[-1] - self._work[bisect_right(self._ends, step)]
        self._done = self.total - min(self._frames(todo), self.total)
        if self._done - self._told >= FRAMES or time.monotonic() - self._at >= SECONDS:
            self.again()

    def again(self) -> None:
        self._tell(self._done, self.total)
        self._told, self._at = self._done, time.monotonic()

    def all_done(self) -> None:
        self._tell(self.total, self.total)

    def _frames(self, samples: int) -> int:
        return samples * pcm.RATE_HZ // self._plan.grid.rate_hz
