"""A limiter that looks ahead: a gain curve under which no peak, on or between the samples, passes a ceiling."""

import numpy as np
import numpy.typing as npt

from projects.audio import pcm, true_peak

HOLD_FRAMES = 64
"""The gain is down so long before a peak, and comes up as slowly after it: 2.7 ms."""

REACH_FRAMES = 2 * HOLD_FRAMES + 2 * true_peak.REACH
"""How far around a sample that is looked at which its gain depends on."""

_NEAR = 0.5
_ROOM = 10 ** (-0.1 / 20)
"""The curve bends what it scales, which raises peaks by less than a tenth of a decibel."""


def curve(samples: pcm.Pcm, ceiling: float) -> npt.NDArray[np.float32] | None:
    """Gains of 0 to 1 for each sample, shape (n,), in the samples' own units; None where nothing has to give way.

    A stretch with REACH_FRAMES more on each side gets the very gains that it has within the whole.
    """
    wanted = _wanted(samples, ceiling * _ROOM)
    if wanted is None:
        return None
    low = np.pad(wanted, HOLD_FRAMES, constant_values=1)
    width = 1
    while width < 2 * HOLD_FRAMES:
        low = np.minimum(low[:-width], low[width:])
        width *= 2
    low = np.minimum(low[:-1], low[1:])
    weights = np.hanning(2 * HOLD_FRAMES + 3)[1:-1]
    smooth = np.convolve(np.pad(low, HOLD_FRAMES, mode="edge"), weights / weights.sum(), "valid")
    return smooth.astype(np.float32)


def _wanted(samples: pcm.Pcm, ceiling: float) -> npt.NDArray[np.float64] | None:
    """What each sample alone, and what stands beside it, would have to be scaled by."""
    tops, heights = true_peak.heights(samples, ceiling * _NEAR)
    if not tops.size or heights.max() <= ceiling:
        return None
    wanted = ceiling / np.maximum(np.abs(samples.astype(np.float64)), ceiling)
    wanted[tops] = np.minimum(wanted[tops], ceiling / np.maximum(heights, ceiling))
    return wanted
