"""What is known about a take from its samples: length, level, silence at its edges, and its picture.

Nothing here changes sound. What adds up over a book is in sums.py.
"""

import math
from dataclasses import dataclass

import numpy as np

from projects.audio import pcm

CELL_FRAMES = pcm.ms_to_frames(5)
"""Silence is decided cell by cell: 5 ms, long enough for an RMS that one stray sample cannot move."""

SILENCE_DBFS = -50.0
"""A cell whose RMS is below this is silence: above a synthetic voice's noise, below its soft consonants."""

WAVEFORM_FRAMES = pcm.ms_to_frames(20)

_BLOCK_FRAMES = CELL_FRAMES * 512
_SILENCE_POWER = (pcm.FULL_SCALE * 10 ** (SILENCE_DBFS / 20)) ** 2


@dataclass(frozen=True)
class Measures:
    """Figures of one take. dBFS: 0 is full scale (32,768), for the peak and for the RMS alike.

    Digital silence has no level: peak_dbfs and rms_dbfs are None (JSON and databases know no infinity).
    A take without any sound above SILENCE_DBFS has its whole length as lead and as tail silence.
    """

    frames: int
    duration_ms: int
    peak_dbfs: float | None
    rms_dbfs: float | None
    lead_silence_ms: int
    tail_silence_ms: int


def measure(samples: pcm.Pcm) -> Measures:
    """All figures of a take, mono 24 kHz int16 of shape (n,)."""
    peak, squares = levels(samples)
    lead, tail = edges(samples)
    return Measures(
        frames=int(samples.size),
        duration_ms=pcm.frames_to_ms(samples.size),
        peak_dbfs=_dbfs(peak),
        rms_dbfs=_dbfs(math.sqrt(squares / samples.size)) if samples.size else None,
        lead_silence_ms=pcm.frames_to_ms(lead),
        tail_silence_ms=pcm.frames_to_ms(tail),
    )


def levels(samples: pcm.Pcm) -> tuple[int, int]:
    """The highest magnitude, to 32,768, and the exact sum of the squares."""
    pcm.checked(samples)
    peak, squares = 0, 0
    for start in range(0, samples.size, _BLOCK_FRAMES):
        block = samples[start : start + _BLOCK_FRAMES]
        peak = max(peak, int(block.max()), -int(block.min()))
        as_float = block.astype(np.float64)
        # einsum, not @: BLAS would wake a thread per core for every block, at many times the cost.
        squares += int(np.einsum("i,i->", as_float, as_float))
    return peak, squares


def edges(samples: pcm.Pcm) -> tuple[int, int]:
    """Frames of silence before the first and after the last cell with sound; (n, n) when there is none."""
    lead = _quiet_frames(samples)
    return lead, lead if lead == samples.size else _quiet_frames(samples[::-1])


def waveform(samples: pcm.Pcm) -> bytes:
    """The picture of a take: int8 pairs (lowest, highest), one pair per 20 ms, the last one for what is left.

    100 bytes a second. Pictures of takes may be put one after another; each begins on its own 20 ms grid.
    """
    pcm.checked(samples)
    whole = samples.size - samples.size % WAVEFORM_FRAMES
    cells = samples[:whole].reshape(-1, WAVEFORM_FRAMES)
    pairs = np.stack([cells.min(axis=1), cells.max(axis=1)], axis=1)
    if rest := samples.size - whole:
        last = samples[-rest:]
        pairs = np.vstack([pairs, np.array([[last.min(), last.max()]], dtype=pairs.dtype)])
    return np.clip((pairs.astype(np.int32) + 128) >> 8, -128, 127).astype(np.int8).tobytes()


def _dbfs(level: float) -> float | None:
    return 20 * math.log10(level / pcm.FULL_SCALE) if level else None


def _quiet_frames(samples: pcm.Pcm) -> int:
    """Frames before the first cell with sound, cells counted from the array's start."""
    for start in range(0, samples.size, _BLOCK_FRAMES):
        block = samples[start : start + _BLOCK_FRAMES].astype(np.float32)
        starts = np.arange(0, block.size, CELL_FRAMES)
        sizes = np.minimum(CELL_FRAMES, block.size - starts)
        loud = np.flatnonzero(np.add.reduceat(block * block, starts) / sizes >= _SILENCE_POWER)
        if loud.size:
            return start + int(loud[0]) * CELL_FRAMES
    return int(samples.size)
