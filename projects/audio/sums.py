"""What is measured once of a sound, so that every figure of a script or a book is arithmetic; and that arithmetic.

Nothing here reads a file. `measure` is done when a take comes in; `together` adds takes up in any order, with any
pauses and gains, without their samples; `figures` says how that is heard.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from projects.audio import loudness, pcm, true_peak
from projects.audio.measure import levels
from projects.audio.treatment import UNTREATED, Treatment

ROOM_FRAMES = pcm.ms_to_frames(50)
"""The noise of a room is read from the level of so short stretches: they fit between two words."""

QUIET_SHARE = 0.1
"""The noise floor is the level that a tenth of these stretches does not pass."""

_BINS, _BIN_DB, _FLOOR_DB = 200, 0.5, -100.0
_COUNT = np.dtype([("bin", "u1"), ("count", "<u4")])
_Counts: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sums:
    """One sound, mono 24 kHz int16. All of it adds up or is a maximum.

    `squares` is the exact sum of squared samples, `peak` the highest magnitude (to 32,768), `true_peak` that between
    the samples (1 = full scale), `cells` its loudness (loudness.py), `quiet` how many stretches of 50 ms have
    which level, in steps of 0.5 dB.
    """

    frames: int
    squares: int
    peak: int
    true_peak: float
    cells: bytes
    quiet: bytes


@dataclass(frozen=True)
class Placed:
    """A sound where it stands in an arrangement, in frames of 24 kHz, and what is done to it there.

    What a treatment cuts is silence in whole cells, and what it holds down are a few peaks, so neither the squares nor
    the levels of the room are corrected for that; nor for fades.
    """

    sums: Sums
    start: int
    treatment: Treatment = UNTREATED

    @property
    def cells(self) -> npt.NDArray[np.float32]:
        """What is left of the sound's energies."""
        energies = loudness.energies(self.sums.cells)
        head, tail = (cut // loudness.CELL_FRAMES for cut in (self.treatment.head, self.treatment.tail))
        return energies[head : energies.size - tail]


@dataclass(frozen=True)
class Added:
    """Sounds of one arrangement, added up to stand in a longer one.

    `phases` is its loudness in steps of 100 ms (loudness.py): a tenth of the cells to be added up.
    """

    squares: int
    peak: int
    true_peak: float
    phases: bytes
    quiet: bytes


@dataclass(frozen=True)
class Figures:
    """How an arrangement sounds as a whole, pauses included. None where silence has no level.

    dBFS as everywhere: 0 is full scale, for the peak and for the RMS alike. `floor_dbfs` is that of the takes
    alone: a pause put between them is digital silence.
    """

    frames: int
    loudness_lufs: float | None
    rms_dbfs: float | None
    peak_dbfs: float | None
    true_peak_dbfs: float | None
    floor_dbfs: float | None

    @property
    def duration_ms(self) -> int:
        return pcm.frames_to_ms(self.frames)


def measure(samples: pcm.Pcm) -> Sums:
    """The sums of a sound."""
    peak, squares = levels(samples)
    return Sums(
        frames=int(samples.size),
        squares=squares,
        peak=peak,
        true_peak=true_peak.of(samples),
        cells=loudness.cells(samples),
        quiet=_quiet(samples),
    )


def together(placed: Iterable[Placed], *, frames: int) -> Sums:
    """The sums of sounds placed in one of so many frames."""
    whole = _whole(list(placed), frames)
    cells = loudness.packed(whole.energies)
    return Sums(frames, round(whole.squares), round(whole.peak), whole.true_peak, cells, _packed(whole.quiet))


def added(placed: Iterable[Placed], *, frames: int) -> Added:
    """The sums of sounds placed in one of so many frames, to stand in something longer."""
    whole = _whole(list(placed), frames)
    phases = loudness.phases(whole.energies)
    return Added(round(whole.squares), round(whole.peak), whole.true_peak, phases, _packed(whole.quiet))


def heard(row: Sequence[tuple[int, Added]], *, frames: int) -> Figures:
    """How a sound of so many frames is heard that is made of these, each with the frame at which it begins."""
    steps = np.zeros(frames // loudness.CELL_FRAMES // loudness.STEP_CELLS, np.float32)
    for start, one in row:
        step, cell = divmod(round(start / loudness.CELL_FRAMES), loudness.STEP_CELLS)
        there = steps[step:]
        own = loudness.steps(one.phases, cell)[: there.size]
        there[: own.size] += own
    return _figures(
        frames,
        lufs=loudness.gated_lufs(steps),
        squares=sum(one.squares for _, one in row),
        peak=max((one.peak for _, one in row), default=0),
        true_peak=max((one.true_peak for _, one in row), default=0),
        quiet=_counted([one.quiet for _, one in row]),
    )


def figures(sums: Sums) -> Figures:
    """How a sound is heard."""
    energies = loudness.energies(sums.cells)[: sums.frames // loudness.CELL_FRAMES]
    return _figures(
        sums.frames,
        lufs=loudness.integrated_lufs(energies),
        squares=sums.squares,
        peak=sums.peak,
        true_peak=sums.true_peak,
        quiet=_counted([sums.quiet]),
    )


@dataclass(frozen=True)
class _Whole:
    """Sums as numbers: the energy of each cell, and how many stretches have each level."""

    squares: float
    peak: float
    true_peak: float
    energies: loudness.Energies
    quiet: _Counts


def _whole(placed: list[Placed], frames: int) -> _Whole:
    energies = np.zeros(-(-frames // loudness.CELL_FRAMES) + loudness.RINGING_CELLS, np.float32)
    squares = peak = highest = 0.0
    for one in placed:
        gain, cells = one.treatment.gain, one.cells
        most = math.inf if one.treatment.ceiling is None else one.treatment.ceiling
        squares += one.sums.squares * gain * gain
        peak = max(peak, min(one.sums.peak * gain, most * pcm.FULL_SCALE))
        highest = max(highest, min(one.sums.true_peak * gain, most))
        at = round(one.start / loudness.CELL_FRAMES)
        there = energies[at : at + cells.size]
        there += cells[: there.size] * np.float32(gain * gain)
    gains_db = [one.treatment.gain_db for one in placed]
    return _Whole(squares, peak, highest, energies, _counted([one.sums.quiet for one in placed], gains_db))


def _figures(
    frames: int, *, lufs: float | None, squares: float, peak: float, true_peak: float, quiet: _Counts
) -> Figures:
    return Figures(
        frames=frames,
        loudness_lufs=lufs,
        rms_dbfs=_db(math.sqrt(squares / frames) / pcm.FULL_SCALE) if frames else None,
        peak_dbfs=_db(peak / pcm.FULL_SCALE),
        true_peak_dbfs=_db(true_peak),
        floor_dbfs=_floor_dbfs(quiet),
    )


def _quiet(samples: pcm.Pcm) -> bytes:
    """A stretch that is not whole says little and is left out."""
    rows = samples[: samples.size // ROOM_FRAMES * ROOM_FRAMES].reshape(-1, ROOM_FRAMES).astype(np.float32)
    powers = np.einsum("ij,ij->i", rows, rows, dtype=np.float64) / ROOM_FRAMES / pcm.FULL_SCALE**2
    with np.errstate(divide="ignore"):
        bins = np.ceil((10 * np.log10(powers) - _FLOOR_DB) / _BIN_DB)
    return _packed(np.bincount(np.clip(bins, 0, _BINS).astype(np.intp), minlength=_BINS + 1))


def _packed(counts: _Counts) -> bytes:
    pairs = np.empty(np.count_nonzero(counts), _COUNT)
    pairs["bin"] = np.flatnonzero(counts)
    pairs["count"] = counts[pairs["bin"]]
    return pairs.tobytes()


def _counted(quiet: Sequence[bytes], gains_db: Sequence[float] = ()) -> _Counts:
    """Silence stays silence whatever the gain; other levels move with it."""
    pairs = np.frombuffer(b"".join(quiet), _COUNT)
    bins = pairs["bin"].astype(np.intp)
    if any(gains_db):
        moves = np.array([round(gain_db / _BIN_DB) for gain_db in gains_db], np.intp)
        moved = bins + np.repeat(moves, [len(one) // _COUNT.itemsize for one in quiet])
        bins = np.where(bins, np.clip(moved, 1, _BINS), 0)
    return np.bincount(bins, pairs["count"], minlength=_BINS + 1).astype(np.int64)


def _floor_dbfs(quiet: _Counts) -> float | None:
    """The level that a tenth of the stretches does not pass; None where that is silence, or where there is none."""
    upto = np.cumsum(quiet)
    if not upto[-1]:
        return None
    found = int(np.searchsorted(upto, QUIET_SHARE * upto[-1]))
    return _FLOOR_DB + found * _BIN_DB if found else None


def _db(level: float) -> float | None:
    return 20 * math.log10(level) if level else None
