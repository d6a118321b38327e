"""What a destination asks of a file, and whether a finished, encoded file has it. The file is decoded, as shops do.

The tables are what is published of the destinations in 2026, for ACX by others than itself. They change: see there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import log10
from pathlib import Path

import av
import numpy as np

from projects.audio import measure, pcm, sums
from projects.audio.treatment import Treatment

PIECE_FRAMES = 30 * pcm.RATE_HZ
_HALF = Treatment(gain_db=20 * log10(2))
"""Encoded sound may pass full scale: it is measured at half its level, and said at all of it."""


@dataclass(frozen=True)
class Found:
    """What was measured of an encoded file. Levels in dB, None where there is only silence.

    `head_ms` and `tail_ms` are the silence before its first and behind its last sound, `peak_ms` is where its highest
    peak stands.
    """

    ending: str
    duration_ms: int
    loudness_lufs: float | None
    rms_dbfs: float | None
    true_peak_dbfs: float | None
    floor_dbfs: float | None
    head_ms: int
    tail_ms: int
    peak_ms: int


@dataclass(frozen=True)
class Asked:
    """One thing that is asked: a field of what was found, in a unit, between two bounds; None is no bound."""

    name: str
    field: str
    unit: str
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class Checked:
    """One thing that was asked, with what was found; None where there was only silence, which has no level."""

    asked: Asked
    figure: float | None
    is_met: bool


_ACX = (
    Asked("RMS", "rms_dbfs", "dB", -23, -18),
    Asked("True peak", "true_peak_dbfs", "dB", most=-3),
    Asked("Noise floor", "floor_dbfs", "dB", most=-60),
    Asked("Silence at the head", "head_ms", "ms", 500, 1000),
    Asked("Silence at the tail", "tail_ms", "ms", 1000, 5000),
    Asked("Length", "duration_ms", "ms", most=120 * 60 * 1000),
)
ASKED: dict[str, tuple[Asked, ...]] = {
    "acx": _ACX,
    "podcast": (
        Asked("Loudness", "loudness_lufs", "LUFS", -17, -15),
        Asked("True peak", "true_peak_dbfs", "dB", most=-1),
    ),
    "r128": (
        Asked("Loudness", "loudness_lufs", "LUFS", -23.2, -22.8),
        Asked("True peak", "true_peak_dbfs", "dB", most=-1),
    ),
}
"""By the preset of a finish."""

ENDINGS = {"acx": ("mp3",), "podcast": ("mp3", "m4a", "m4b")}
"""What kinds of file a destination takes; any where nothing stands here."""


def check(found: Found, preset: str) -> list[Checked]:
    """Each thing that the destination asks, with what the file has. Silence meets what has no lower bound."""
    return [
        Checked(asked, figure, _within(figure, asked))
        for asked in ASKED[preset]
        for figure in [getattr(found, asked.field)]
    ]


def _within(figure: float | None, asked: Asked) -> bool:
    """As it is shown: to a tenth, so that no figure is refused beside a limit that looks the same."""
    if figure is None:
        return asked.least is None
    shown = round(figure, 1)
    return (asked.least is None or shown >= asked.least) and (asked.most is None or shown <= asked.most)


def listen(path: Path, *, tick: Callable[[], None]) -> Found:
    """Decode a whole file and measure it, some seconds in memory at a time; `tick` is called with each piece."""
    placed: list[sums.Placed] = []
    at = peak_at = last = 0
    head, highest = None, 0.0
    for piece in _pieces(path):
        measured = sums.measure(piece)
        placed.append(sums.Placed(measured, at, _HALF))
        if measured.true_peak > highest:
            highest, peak_at = measured.true_peak, at + int(np.abs(piece.astype(np.int32)).argmax())
        before, behind = measure.edges(_loud(piece))
        if before < piece.size:
            head, last = at + before if head is None else head, at + piece.size - behind
        at += piece.size
        tick()
    found = sums.figures(sums.together(placed, frames=at))
    return Found(
        ending=path.suffix.removeprefix("."),
        duration_ms=pcm.frames_to_ms(at),
        loudness_lufs=found.loudness_lufs,
        rms_dbfs=found.rms_dbfs,
        true_peak_dbfs=found.true_peak_dbfs,
        floor_dbfs=found.floor_dbfs,
        head_ms=pcm.frames_to_ms(at if head is None else head),
        tail_ms=pcm.frames_to_ms(at - last),
        peak_ms=pcm.frames_to_ms(peak_at),
    )


def _pieces(path: Path) -> Iterator[pcm.Pcm]:
    """The file's sound at 24 kHz and half its level, in pieces of one length, the last one shorter."""
    kept, size = [], 0
    for samples in _decoded(path):
        kept.append(np.rint(samples * (pcm.FULL_SCALE / 2)).clip(-32_768, 32_767).astype(np.int16))
        size += samples.size
        if size >= PIECE_FRAMES:
            whole = np.concatenate(kept)
            yield whole[:PIECE_FRAMES]
            kept, size = [whole[PIECE_FRAMES:]], size - PIECE_FRAMES
    if size:
        yield np.concatenate(kept)


def _decoded(path: Path) -> Iterator[np.ndarray]:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=pcm.RATE_HZ)
    with av.open(str(path)) as container:
        for frame in container.decode(container.streams.audio[0]):
            for part in resampler.resample(frame):
                yield part.to_ndarray()[0]
        for part in resampler.resample(None):
            yield part.to_ndarray()[0]


def _loud(piece: pcm.Pcm) -> pcm.Pcm:
    """The piece at its own level, for what is decided by a level."""
    return (piece.astype(np.int32) * 2).clip(-32_768, 32_767).astype(np.int16)
