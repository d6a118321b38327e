"""What encoded sound is counted in, and the encoders. A sound is encoded alone, from a fresh encoder, all packets kept.

So packets of any sounds may stand behind each other: each begins without reference to what was before, and all have
the same priming, which a file declares once (docs/adr/0014). Nothing here knows files or books.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from importlib.metadata import version
from itertools import chain, islice
from typing import Any

import av
import lameenc
import numpy as np
import numpy.typing as npt

from projects.audio import pcm
from projects.audio.grid import Grid

_LAME = f"{version('lameenc')}, at its level"  # reads a file
FEED_FRAMES = pcm.ms_to_frames(250)
"""Encoders and resamplers get blocks of one size: with one block for a take, malloc's memory climbs with every take."""


@dataclass(frozen=True)
class Codec:
    """One way to encode. `key` names all that its packets depend on, the encoder's version too.

    `silent` is which packet of encoded silence may stand anywhere: in MP3 only the first leans on none before it.
    """

    name: str
    grid: Grid
    bits_per_s: int
    silent: int = 0

    @property
    def key(self) -> str:
        made_by = _LAME if self.name == "mp3" else av.library_versions["libavcodec"]
        return f"{self.name} {self.bits_per_s} {self.grid} {made_by}"


@dataclass(frozen=True)
class Packets:
    """Packets one after the other, and the size of each in bytes: uint16 of shape (n,)."""

    sizes: npt.NDArray[np.uint16]
    payload: bytes | memoryview


MP3 = Codec("mp3", Grid(44_100, 1152, 1105), 192_000)
AAC = Codec("aac", Grid(pcm.RATE_HZ, 1024, 1024), 80_000, silent=4)


def encode(codec: Codec, sound: Iterable[pcm.Pcm], frames: int) -> Packets:
    """All the packets of a sound of `frames` frames, which comes in pieces of any size; as many as its grid says."""
    wanted = codec.grid.packets(frames)
    made = list(islice(_ENCODERS[codec.name](codec, _fed(codec.grid, sound, frames)), wanted))
    if len(made) < wanted:
        raise RuntimeError(f"The encoder made {len(made)} packets of {frames} frames instead of {wanted}.")
    return _packets(made)


@cache
def silence(codec: Codec) -> Packets:
    """One packet of digital silence that may stand between any others."""
    frames = codec.grid.frame * (codec.silent + 1) * pcm.RATE_HZ // codec.grid.rate_hz
    made = encode(codec, [pcm.silence(frames)], frames)
    start = int(made.sizes[: codec.silent].sum())
    packet = bytes(made.payload[start : start + int(made.sizes[codec.silent])])
    return _packets([_mp3_padded(packet) if codec.name == "mp3" else packet])


@lru_cache(maxsize=256)
def silences(codec: Codec, count: int) -> Packets:
    """So many packets of silence; the same pauses come again and again."""
    one = silence(codec)
    return Packets(np.tile(one.sizes, count), bytes(one.payload) * count)


@cache
def aac_setup(codec: Codec) -> bytes:
    """The AudioSpecificConfig that a container states for the packets."""
    return bytes(_aac_context(codec).extradata)


def _packets(made: list[bytes]) -> Packets:
    return Packets(np.array([len(one) for one in made], np.uint16), b"".join(made))


def _fed(grid: Grid, sound: Iterable[pcm.Pcm], frames: int) -> Iterator[pcm.Pcm]:
    """The sound and the silence that fills its last packet, in blocks of one size, the last one shorter."""
    whole = (grid.packets(frames) * grid.frame - grid.priming) * pcm.RATE_HZ // grid.rate_hz + 1
    kept = pcm.silence(0)
    for piece in _with_end(sound, max(whole - frames, 0)):
        kept = np.concatenate([kept, piece]) if kept.size else piece
        done = kept.size - kept.size % FEED_FRAMES
        for start in range(0, done, FEED_FRAMES):
            yield kept[start : start + FEED_FRAMES]
        kept = kept[done:]
    if kept.size:
        yield kept


def _with_end(sound: Iterable[pcm.Pcm], silent: int) -> Iterator[pcm.Pcm]:
    yield from sound
    yield pcm.silence(silent)


def _aac_context(codec: Codec) -> Any:
    context = av.CodecContext.create("aac", "w")
    context.sample_rate, context.layout, context.format = codec.grid.rate_hz, "mono", "fltp"
    context.time_base, context.bit_rate = Fraction(1, codec.grid.rate_hz), codec.bits_per_s
    context.options = {"aac_coder": "fast"}
    context.open()
    return context


def _aac(codec: Codec, blocks: Iterator[pcm.Pcm]) -> Iterator[bytes]:
    context, at = _aac_context(codec), 0
    for block in blocks:
        for packet in context.encode(pcm.frame(block, at=at)):
            yield bytes(packet)
        at += block.size
    for packet in context.encode(None):
        yield bytes(packet)


def _mp3(codec: Codec, blocks: Iterator[pcm.Pcm]) -> Iterator[bytes]:
    """LAME by its own binding: the one inside PyAV's wheels takes four times the CPU (docs/adr/0014)."""
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_channels(1)
    encoder.set_in_sample_rate(codec.grid.rate_hz)
    encoder.set_bit_rate(codec.bits_per_s // 1000)
    encoder.set_quality(5)
    left = b""
    for samples in _resampled(codec.grid, blocks, gain=1 / _taken(codec.bits_per_s)):
        *whole, left = _mp3_frames(left + encoder.encode(samples.tobytes()))
        yield from whole
    *whole, left = _mp3_frames(left + encoder.flush())
    yield from whole


def _taken(bits_per_s: int) -> float:
    """What LAME scales sound by at a constant rate, to give its quantiser room; no more than that is given back."""
    return next((scale for most, scale in _LAME_SCALES if bits_per_s <= most), 1.0)


def _resampled(grid: Grid, blocks: Iterator[pcm.Pcm], *, gain: float) -> Iterator[pcm.Pcm]:
    """The sound at the grid's rate and so much louder, rounded once; what that brings over full scale is held at it."""
    resampler, at = av.AudioResampler(format="flt", layout="mono", rate=grid.rate_hz), 0
    scale, bounds = np.float32(gain * pcm.FULL_SCALE), np.iinfo(np.int16)
    for block in chain(blocks, (None,)):
        frames = resampler.resample(block if block is None else pcm.frame(block, at=at))
        for frame in frames:
            yield np.rint(frame.to_ndarray()[0] * scale).clip(bounds.min, bounds.max).astype(np.int16)
        at += 0 if block is None else block.size


_LAME_SCALES = ((160_000, 0.95), (192_000, 0.97), (224_000, 0.98))
_KBITS_PER_S = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)


def mp3_frame_bytes(header: bytes) -> int:
    """The size of a frame of MPEG-1 layer III at 44.1 kHz, by its first four bytes."""
    if header[0] != 0xFF or header[1] & 0xFE != 0xFA:
        raise RuntimeError("The MP3 encoder lost its place.")
    padding = header[2] >> 1 & 1
    return 144_000 * _KBITS_PER_S[header[2] >> 4] // 44_100 + padding


def _mp3_padded(frame: bytes) -> bytes:
    """The frame with a byte more at its end, as 19 of 20 have at 192 kb/s: else silence would lower the mean rate."""
    return frame[:2] + bytes([frame[2] | 2]) + frame[3:] + b"\0"


def _mp3_frames(stream: bytes) -> Iterator[bytes]:
    """The whole frames at the beginning of a stream, and last what is left of it."""
    at = 0
    while at + 4 <= len(stream) and at + (size := mp3_frame_bytes(stream[at : at + 4])) <= len(stream):
        yield stream[at : at + size]
        at += size
    yield stream[at:]


_ENCODERS = {"mp3": _mp3, "aac": _aac}
