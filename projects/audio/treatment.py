"""What is done to a take on its way into a file: own silence cut, gain, its peaks held down, its edges faded.

Numbers that are decided before anything is read. They are part of the name under which the take's packets are kept,
so what they do not change is not encoded again. Who decides them is finish.py.
"""

from dataclasses import dataclass

import numpy as np

from projects.audio import limiter, pcm


@dataclass(frozen=True)
class Treatment:
    """`head` and `tail` frames are cut, then `gain_db` is put on what is left, then it fades over `fade_ms`.

    No peak passes `limit_db` (dBTP); None where none would.
    """

    head: int = 0
    tail: int = 0
    gain_db: float = 0.0
    limit_db: float | None = None
    fade_ms: int = 0

    def __bool__(self) -> bool:
        """Whether it changes anything."""
        return self != UNTREATED

    @property
    def gain(self) -> float:
        return float(10 ** (self.gain_db / 20))

    @property
    def ceiling(self) -> float | None:
        """The limit as a share of full scale."""
        return None if self.limit_db is None else float(10 ** (self.limit_db / 20))

    @property
    def reach(self) -> int:
        """How many frames around a stretch have to be known to treat it."""
        return 0 if self.limit_db is None else limiter.REACH_FRAMES

    @property
    def key(self) -> str:
        """All that the sound depends on; empty where nothing is done."""
        return f" {self.head} {self.tail} {self.gain_db} {self.limit_db} {self.fade_ms}" if self else ""


UNTREATED = Treatment()


def levelled(samples: pcm.Pcm, how: Treatment) -> pcm.Pcm:
    """The samples with the gain, their peaks held under the limit; rounded once, to the nearest."""
    curve = None
    if how.ceiling is not None:
        curve = limiter.curve(samples, how.ceiling * pcm.FULL_SCALE / how.gain)
    if curve is None and not how.gain_db:
        return samples
    scaled = samples * (np.float32(how.gain) if curve is None else curve * np.float32(how.gain))
    bounds = np.iinfo(np.int16)
    return np.clip(np.rint(scaled), bounds.min, bounds.max).astype(np.int16)
