"""What the checks hear of a take: how loud it is cell by cell, where there is speech, and its coarse spectrum.

Figures only; what is wrong with a take is checks.py's to say. Sound is mono, 24 kHz, int16 of shape (n,).
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from projects.audio import pcm

Floats = npt.NDArray[np.float32]

CELL_MS = 5
HOP_MS = 20
"""A spectrum is taken each 20 ms: a phrase that is said twice is recognised, a phoneme is not."""

_CELL = pcm.ms_to_frames(CELL_MS)
_HOP = pcm.ms_to_frames(HOP_MS)
_WINDOW = 600  # 25 ms
_BANDS = 24
_LOWEST_HZ, _HIGHEST_HZ = 120.0, 7000.0
_NO_SOUND_DBFS = -96.0
_BELOW_LOUD_DB = 28.0
_ALWAYS_SILENT_DBFS = -50.0


@dataclass(frozen=True)
class Hearing:
    """One take as the checks hear it."""

    samples: pcm.Pcm

    @cached_property
    def cells_dbfs(self) -> Floats:
        """The RMS of each 5 ms in dBFS, never below -96; what is left at the end counts as a whole cell."""
        starts = np.arange(0, self.samples.size, _CELL)
        if not starts.size:
            return np.zeros(0, np.float32)
        as_float = self.samples.astype(np.float32) / pcm.FULL_SCALE
        power = np.add.reduceat(as_float * as_float, starts) / np.minimum(_CELL, self.samples.size - starts)
        return (10 * np.log10(np.maximum(power, 10 ** (_NO_SOUND_DBFS / 10)))).astype(np.float32)

    @cached_property
    def loud_dbfs(self) -> float:
        """The level of the loud parts of the speech: nine in ten sounding cells are below it. -96 for silence."""
        sounding = self.cells_dbfs[self.cells_dbfs > _ALWAYS_SILENT_DBFS]
        if not sounding.size:
            return _NO_SOUND_DBFS
        place = sounding.size * 9 // 10  # not np.percentile, which costs ten times as much for the same
        return float(np.partition(sounding, place)[place])

    @cached_property
    def spoken(self) -> npt.NDArray[np.bool_]:
        """For each cell, whether somebody speaks in it: not far below the loud parts."""
        return self.cells_dbfs > max(_ALWAYS_SILENT_DBFS, self.loud_dbfs - _BELOW_LOUD_DB)

    @cached_property
    def level_dbfs(self) -> float:
        """The mean power of the cells in which somebody speaks: pauses do not lower it."""
        if not self.spoken.any():
            return _NO_SOUND_DBFS
        return float(10 * np.log10(np.mean(10 ** (self.cells_dbfs[self.spoken] / 10))))

    @cached_property
    def edges(self) -> tuple[int, int]:
        """The first cell in which somebody speaks and the one after the last; (0, 0) where nobody does."""
        where = np.flatnonzero(self.spoken)
        return (int(where[0]), int(where[-1]) + 1) if where.size else (0, 0)

    @cached_property
    def pauses(self) -> list[tuple[int, int]]:
        """The stretches without speech between the edges, as (first cell, cell after), however short."""
        start, stop = self.edges
        steps = np.flatnonzero(np.diff(self.spoken[start:stop].astype(np.int8))) + 1 + start
        return [(int(a), int(b)) for a, b in zip(steps[::2], steps[1::2], strict=False)]

    def speech_ms(self, longest_pause_ms: int) -> int:
        """The length of the speech from edge to edge; of each pause, no more than so much is counted."""
        start, stop = self.edges
        over = sum(max(0, (b - a) * CELL_MS - longest_pause_ms) for a, b in self.pauses)
        return (stop - start) * CELL_MS - over

    @cached_property
    def bands(self) -> Floats:
        """Shape (hops, bands): log power of each 25 ms in bands that stand evenly on the mel scale, natural log."""
        hops = max(0, (self.samples.size - _WINDOW) // _HOP + 1)
        if not hops:
            return np.zeros((0, _BANDS), np.float32)
        frames = np.lib.stride_tricks.sliding_window_view(self.samples, _WINDOW)[::_HOP][:hops]
        # With this norm numpy stays in single precision; without one it computes in double, at seven times the cost.
        power = np.abs(np.fft.rfft(frames * _window(), axis=1, norm="forward")) ** 2
        places, weights, starts = _filters()
        return np.log(np.add.reduceat(power[:, places] * weights, starts, axis=1) + 1e-7).astype(np.float32)

    @cached_property
    def variety(self) -> float:
        """How much the colour of the sound changes: near 0 for a held tone, above 1 for speech."""
        heard = self.bands[self._heard_hops]
        if not len(heard):
            return 0.0
        colour = heard - heard.mean(axis=1, keepdims=True)
        return float(colour.std(axis=0).mean())

    @cached_property
    def spectrum(self) -> Floats:
        """Shape (hops, 2 x bands): log power in bands, smoothed and without the take's mean, and its slope.

        Rows of silence are zero; every other row has length 1, so that a product of two rows is their likeness.
        """
        heard = self._heard_hops
        if not heard.any():
            return np.zeros((len(heard), 2 * _BANDS), np.float32)
        bands = np.where(heard[:, None], self.bands - self.bands[heard].mean(axis=0), 0)
        smooth = _smoothed(bands)
        slope = np.gradient(smooth, axis=0) * 2 if len(smooth) > 1 else np.zeros_like(smooth)
        both = np.where(heard[:, None], np.hstack([smooth, slope]), 0)
        length = np.linalg.norm(both, axis=1, keepdims=True)
        return (both / np.maximum(length, 1e-6)).astype(np.float32)

    @cached_property
    def _heard_hops(self) -> npt.NDArray[np.bool_]:
        """For each hop, whether somebody speaks in its middle."""
        middle = (np.arange(len(self.bands)) * _HOP + _WINDOW // 2) // _CELL
        return self.spoken[np.minimum(middle, self.spoken.size - 1)]


def _smoothed(rows: Floats) -> Floats:
    """Each row mixed with its neighbours, so that a phrase a little quicker the second time still fits."""
    padded = np.pad(rows, ((2, 2), (0, 0)), mode="edge")
    weights = (1, 2, 3, 2, 1)
    parts = [weight * padded[k : k + len(rows)] for k, weight in enumerate(weights)]
    return (sum(parts[1:], start=parts[0]) / sum(weights)).astype(np.float32)


@lru_cache(maxsize=1)
def _window() -> Floats:
    """Fades 25 ms in and out, and brings samples to 1 = full scale behind a transform that divides by their number."""
    return (np.hanning(_WINDOW) * (_WINDOW / pcm.FULL_SCALE)).astype(np.float32)


@lru_cache(maxsize=1)
def _filters() -> tuple[npt.NDArray[np.intp], Floats, npt.NDArray[np.intp]]:
    """Triangles that stand evenly on the mel scale, one after the other: which frequencies they weigh, by how much,
    and where each band begins."""
    hz = np.fft.rfftfreq(_WINDOW, 1 / pcm.RATE_HZ)
    low, high = (2595 * np.log10(1 + edge / 700) for edge in (_LOWEST_HZ, _HIGHEST_HZ))
    corners = 700 * (10 ** (np.linspace(low, high, _BANDS + 2) / 2595) - 1)
    rise = (hz[:, None] - corners[:-2]) / (corners[1:-1] - corners[:-2])
    fall = (corners[2:] - hz[:, None]) / (corners[2:] - corners[1:-1])
    triangles = np.maximum(0, np.minimum(rise, fall)).astype(np.float32)
    bands, places = np.nonzero(triangles.T)
    return places, triangles[places, bands], np.searchsorted(bands, np.arange(_BANDS))
