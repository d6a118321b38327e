"""The true peak of a sound: how high it stands between its samples, by eightfold oversampling (ITU-R BS.1770-5, 2).

Eight times 24 kHz is the 192 kHz that the standard asks for. Only the neighbourhood of samples near the top is
looked at, since no sound of a voice rises to twice its samples between two low ones.
"""

import numpy as np
import numpy.typing as npt

from projects.audio import pcm

OVERSAMPLING = 8
_NEAR_TOP = 0.5
REACH = 16
"""Samples at each side of a point that its value is made of."""
_BATCH = 4096


def of(samples: pcm.Pcm) -> float:
    """The highest magnitude on or between the samples, 1 = full scale; it may be above 1. 0 for silence."""
    pcm.checked(samples)
    height = max(int(samples.max()), -int(samples.min())) if samples.size else 0
    return max(float(height), heights(samples, height * _NEAR_TOP)[1].max(initial=0)) / pcm.FULL_SCALE


def heights(samples: pcm.Pcm, least: float) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float32]]:
    """The samples of at least this magnitude that are not lower than their neighbours, and how high the sound gets
    around each, up to the sample before and the one behind; in the samples' own units."""
    tops = _tops(samples, least)
    found = np.empty(tops.size, np.float32)
    padded = np.pad(samples.astype(np.float32), REACH)
    for start in range(0, tops.size, _BATCH):
        around = tops[start : start + _BATCH, None] + np.arange(2 * REACH + 1)
        # einsum, not @: BLAS would wake a thread per core for so little.
        between = np.einsum("ij,jk->ik", padded[around], _WEIGHTS)
        found[start : start + _BATCH] = np.abs(between).max(axis=1)
    return tops, found


def _tops(samples: pcm.Pcm, least: float) -> npt.NDArray[np.intp]:
    """Samples of at least this magnitude that are not lower than their neighbours."""
    height = np.abs(samples.astype(np.int32))
    edged = np.pad(height, 1)
    return np.flatnonzero((height > 0) & (height >= least) & (height >= np.maximum(edged[2:], edged[:-2])))


def _weights() -> npt.NDArray[np.float32]:
    """Columns that give the points from one sample before to one after, from the 33 samples around."""
    points = np.arange(1 - OVERSAMPLING, OVERSAMPLING)[None, :] / OVERSAMPLING
    distance = points - np.arange(-REACH, REACH + 1)[:, None]
    window = np.i0(6 * np.sqrt(np.clip(1 - (distance / REACH) ** 2, 0, None))) / np.i0(6)
    weights = np.sinc(distance) * window * (np.abs(distance) < REACH)
    return (weights / weights.sum(axis=0)).astype(np.float32)


_WEIGHTS = _weights()
