"""Loudness by ITU-R BS.1770-5, measured once for a take and then added up for any arrangement of takes.

What is kept of a take is its K-weighted energy in cells of 10 ms, two bytes each, 720 kB an hour. Cells placed on
the timeline of a script or a book give its gated loudness without a look at the sound again. They stand on the
nearest 10 ms, which moves the result by less than 0.01 LU.
"""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, TypeAlias

import av
import numpy as np
import numpy.typing as npt

from projects.audio import pcm

CELL_FRAMES = pcm.ms_to_frames(10)
RINGING_CELLS = 20
"""The filters ring after the last sample: 200 ms of it are kept, so that a pause after a take is right, too."""

Energies: TypeAlias = npt.NDArray[np.float32]
"""Mean squares of the weighted sound, 1 = full scale, one for each 10 ms, shape (n,)."""

STEP_CELLS = 10
_BLOCK_STEPS = 4
_ABSOLUTE_GATE_LUFS, _RELATIVE_GATE = -70.0, 0.1
_OFFSET_DB = -0.691
_PIECE_FRAMES = CELL_FRAMES * 200

# A cell's byte pair counts hundredths of a decibel above this; 0 is silence.
_FLOOR_DB = -150
_LOUDEST = 20_000
_ENERGY_OF = np.append(0, 10 ** (np.arange(1, _LOUDEST + 1) / 1000 + _FLOOR_DB / 10)).astype(np.float32)


def cells(samples: pcm.Pcm) -> bytes:
    """What to keep of a take, mono 24 kHz int16: its cells, the last one begun counting whole, and the ringing."""
    sums = [np.einsum("ij,ij->i", cell, cell) for cell in _weighted(pcm.checked(samples))]
    return packed(np.concatenate(sums) / CELL_FRAMES)


def packed(energies: npt.NDArray[Any]) -> bytes:
    """Mean squares as kept cells, each off by 0.005 dB at most."""
    with np.errstate(divide="ignore"):
        hundredths = np.rint(1000 * np.log10(energies) - 100 * _FLOOR_DB)
    return np.clip(hundredths, 0, _LOUDEST).astype("<u2").tobytes()


def energies(cells: bytes) -> Energies:
    """The energies that kept cells stand for."""
    return _ENERGY_OF[np.frombuffer(cells, "<u2")]


def integrated_lufs(energies: Energies) -> float | None:
    """The gated loudness of a whole file from its cells; None for silence and for less than 400 ms of sound."""
    whole = energies.size // STEP_CELLS * STEP_CELLS
    return gated_lufs(np.einsum("ij->i", energies[:whole].reshape(-1, STEP_CELLS)))


def gated_lufs(steps: Energies) -> float | None:
    """The same from its steps of 100 ms: sums of ten cells, the last one whole."""
    if steps.size < _BLOCK_STEPS:
        return None
    pairs = steps[:-1] + steps[1:]
    blocks = pairs[:-2] + pairs[2:]
    cells = _BLOCK_STEPS * STEP_CELLS
    loud = blocks[blocks > cells * 10 ** ((_ABSOLUTE_GATE_LUFS - _OFFSET_DB) / 10)]
    if not loud.size:
        return None
    loud = loud[loud > loud.mean(dtype=np.float64) * _RELATIVE_GATE]
    return _OFFSET_DB + 10 * math.log10(loud.mean(dtype=np.float64) / cells)


def phases(energies: Energies) -> bytes:
    """The steps of a sound in each of the ten ways in which it may stand among the steps of a longer one: packed."""
    count = -(-(energies.size + STEP_CELLS - 1) // STEP_CELLS)
    around = np.zeros((count + 1) * STEP_CELLS - 1, np.float32)
    around[STEP_CELLS - 1 :][: energies.size] = energies
    sums = np.einsum("ij->i", np.lib.stride_tricks.sliding_window_view(around, STEP_CELLS))
    return packed(sums.reshape(count, STEP_CELLS).T[::-1])


def steps(phases: bytes, cell: int) -> Energies:
    """Those of a sound that begins in this cell, from 0 to 9, of a step."""
    count = len(phases) // STEP_CELLS
    return energies(phases[cell * count : (cell + 1) * count])


def _weighted(samples: pcm.Pcm) -> Iterator[npt.NDArray[np.float64]]:
    """The K-weighted sound in rows of one cell, 2 s at a time: FFmpeg's biquads are twice as fast as an FFT."""
    graph = _k_weighting()
    rest = -samples.size % CELL_FRAMES + RINGING_CELLS * CELL_FRAMES
    for start in range(0, samples.size + rest, _PIECE_FRAMES):
        piece = samples[start : start + _PIECE_FRAMES]
        if piece.size < _PIECE_FRAMES:
            piece = np.pad(piece, (0, min(_PIECE_FRAMES, samples.size + rest - start) - piece.size))
        graph.push(pcm.frame(piece, at=start))
        yield graph.pull().to_ndarray().reshape(-1, CELL_FRAMES)


def _k_weighting() -> Any:
    """The two filters of BS.1770 at 24 kHz, in double precision."""
    graph = av.filter.Graph()
    graph.threads = 1  # more are started anew for each take and never have anything to do
    rate = pcm.RATE_HZ
    source = f"sample_rate={rate}:sample_fmt=s16:channel_layout=mono:time_base=1/{rate}"
    chain = [graph.add("abuffer", source), graph.add("aformat", "sample_fmts=dblp")]
    chain += [graph.add("biquad", f"{_biquad(*one)}:r=f64:a=tdii") for one in (_shelf(), _high_pass())]
    chain.append(graph.add("abuffersink"))
    for before, after in pairwise(chain):
        before.link_to(after)
    graph.configure()
    return graph


def _biquad(b: tuple[float, float, float], a: tuple[float, float, float]) -> str:
    names = ("b0", "b1", "b2", "a0", "a1", "a2")
    return ":".join(f"{name}={value!r}" for name, value in zip(names, (*b, *a), strict=True))


# The standard gives coefficients for 48 kHz alone. These are the analogue filters behind them, as other meters
# (libebur128, FFmpeg) use them, too, brought to the takes' rate by the bilinear transform.


def _shelf() -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Stage 1, the head: 4 dB more above 1.7 kHz."""
    hz, gain_db, q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
    k = math.tan(math.pi * hz / pcm.RATE_HZ)
    high = 10 ** (gain_db / 20)
    band = high**0.4996667741545416
    b = (high + band * k / q + k * k, 2 * (k * k - high), high - band * k / q + k * k)
    return b, (1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k)


def _high_pass() -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Stage 2: a high pass at 38 Hz, its numerator not normalised, as the standard has it."""
    hz, q = 38.13547087602444, 0.5003270373238773
    k = math.tan(math.pi * hz / pcm.RATE_HZ)
    whole = 1 + k / q + k * k
    return (whole, -2 * whole, whole), (whole, 2 * (k * k - 1), 1 - k / q + k * k)
