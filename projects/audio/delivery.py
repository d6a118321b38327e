"""What an encoded file is like when it is decoded, as its destination does. What is asked of it: destinations.py."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from math import log10
from pathlib import Path
from typing import Any

import av
import numpy as np

from projects.audio import loudness, measure, pcm, sums
from projects.audio.course import Course
from projects.audio.treatment import Treatment

PIECE_FRAMES = 30 * pcm.RATE_HZ
_HALF = Treatment(gain_db=20 * log10(2))
"""Encoded sound may pass full scale: it is measured at half its level, and said at all of it."""

# A frame of MP3 may be a byte longer than its neighbours at one rate.
_PADDING_BYTES = 1
_FRAMES = {"mp3": 1152, "aac": 1024, "opus": 960}


@dataclass(frozen=True)
class Found:
    """What was measured of an encoded file. Levels in dB, None where there is only silence.

    `head_ms` and `tail_ms` are the silence before its first and behind its last sound, `peak_ms` is where its highest
    peak stands, `longest_ms` the longest silence between two sounds, from `longest_at_ms` on. `kbps` and `steadiness`
    (constant or variable) are None where nothing is lost by the format, `cover_px` is the cover's shorter side.
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
    longest_ms: int = 0
    longest_at_ms: int = 0
    rate_hz: int = 0
    channels: str = ""
    kbps: int | None = None
    steadiness: str | None = None
    cover_px: int | None = None
    cover_shape: str | None = None
    title: str = ""
    course: Course | None = field(default=None, compare=False, repr=False)


def listen(path: Path, *, tick: Callable[[], None]) -> Found:
    """Decode a whole file and measure it, some seconds in memory at a time; `tick` is called with each piece.

    Of the whole, 4 bytes for each 10 ms are kept.
    """
    placed: list[sums.Placed] = []
    powers: list[np.ndarray] = []
    at = peak_at = last = 0
    head, highest = None, 0.0
    for piece in _pieces(path):
        measured = sums.measure(piece)
        placed.append(sums.Placed(measured, at, _HALF))
        powers.append(_powers(piece))
        if measured.true_peak > highest:
            highest, peak_at = measured.true_peak, at + int(np.abs(piece.astype(np.int32)).argmax())
        before, behind = measure.edges(_loud(piece))
        if before < piece.size:
            head, last = at + before if head is None else head, at + piece.size - behind
        at += piece.size
        tick()
    heard = sums.figures(sums.together(placed, frames=at))
    course = Course(np.concatenate(powers) if powers else np.zeros(0, np.float32))
    silent_from, silent_to = course.longest_silence()
    found = Found(
        ending=path.suffix.removeprefix("."),
        duration_ms=pcm.frames_to_ms(at),
        loudness_lufs=heard.loudness_lufs,
        rms_dbfs=heard.rms_dbfs,
        true_peak_dbfs=heard.true_peak_dbfs,
        floor_dbfs=heard.floor_dbfs,
        head_ms=pcm.frames_to_ms(at if head is None else head),
        tail_ms=pcm.frames_to_ms(at - last),
        peak_ms=pcm.frames_to_ms(peak_at),
        longest_ms=silent_to - silent_from,
        longest_at_ms=silent_from,
        course=course,
    )
    return replace(found, **_said(path))


def _powers(piece: pcm.Pcm) -> np.ndarray:
    """The mean square of each 10 ms at its own level; what is left at the end counts as a whole one."""
    padded = np.pad(piece, (0, -piece.size % loudness.CELL_FRAMES)).astype(np.float32)
    cells = padded.reshape(-1, loudness.CELL_FRAMES) * np.float32(2 / pcm.FULL_SCALE)
    return np.einsum("ij,ij->i", cells, cells) / loudness.CELL_FRAMES


def _said(path: Path) -> dict[str, Any]:
    """What the file says of itself, and how large its packets are."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        said: dict[str, Any] = {
            "rate_hz": stream.rate,
            "channels": {1: "mono", 2: "stereo"}.get(stream.channels, str(stream.channels)),
            "title": _title({**stream.metadata, **container.metadata}),
        }
        picture = next(iter(container.streams.video), None)
        if picture is not None and picture.width:
            sides = picture.width, picture.height
            is_square = sides[0] == sides[1]
            said |= {
                "cover_px": min(sides),
                "cover_shape": "square" if is_square else "{} × {}".format(*sides),
            }
        frame = _FRAMES.get(stream.codec_context.codec.canonical_name)
        return said | (_rate(container, stream, frame) if frame else {})


def _title(said: dict[str, str]) -> str:
    return next((text.strip() for name, text in said.items() if name.lower() == "title"), "")


def _rate(container: Any, stream: Any, frame: int) -> dict[str, Any]:
    """The bit rate of its packets. The first one may carry the table of a player, and the last what is left."""
    sizes = np.fromiter((packet.size for packet in container.demux(stream) if packet.size), np.uint32)
    usual = sizes[1:-1] if sizes.size > 2 else sizes
    steady = int(usual.max()) - int(usual.min()) <= _PADDING_BYTES
    kbps = round(float(usual.mean()) * 8 * stream.rate / frame / 1000)
    return {"kbps": kbps, "steadiness": "constant" if steady else "variable"}


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
