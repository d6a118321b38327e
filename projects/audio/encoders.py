"""The encoders: blocks of sound in, packets out. What packets are counted in, and who may use them, is codecs.py."""

import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import chain
from typing import Any, TypeAlias

import av
import lameenc
import numpy as np

from projects.audio import flac_frames, mp3_frames, pcm

Encoder: TypeAlias = Callable[[int, int, Iterator[pcm.Pcm]], Iterator[bytes]]
"""Packets at a rate in Hz, with so many bits a second, of blocks at 24 kHz."""

_AAC = {"aac_coder": "fast"}
_OPUS = {"application": "audio", "frame_duration": "20"}
_FLAC = {"frame_size": str(flac_frames.BLOCK), "compression_level": "5"}
_kept = threading.local()
_LAME_SCALES = ((160_000, 0.95), (192_000, 0.97), (224_000, 0.98))
_LAME_QUALITY, _LAME_VBR, _LAME_VBR_QUALITY = 5, 4, 4


def aac(rate_hz: int, bits_per_s: int, blocks: Iterator[pcm.Pcm]) -> Iterator[bytes]:
    return _encoded(_context("aac", "fltp", bits_per_s, _AAC), blocks)


def aac_setup(rate_hz: int, bits_per_s: int) -> bytes:
    """What a decoder has to know before the first packet: the AudioSpecificConfig."""
    return bytes(_context("aac", "fltp", bits_per_s, _AAC).extradata)


def opus(rate_hz: int, bits_per_s: int, blocks: Iterator[pcm.Pcm]) -> Iterator[bytes]:
    """It is counted at 48 kHz whatever went in; libopus takes 24 kHz as it is."""
    return _encoded(_context("libopus", "s16", bits_per_s, _OPUS), blocks)


def flac(rate_hz: int, bits_per_s: int, blocks: Iterator[pcm.Pcm]) -> Iterator[bytes]:
    """Frames without their headers, which say where in a file they stand.

    FFmpeg's encoder takes 7 MB and milliseconds to open, and only the last frame it ever gets may be short. No frame
    of FLAC knows of those before it, so each thread keeps one encoder for full frames; what is left over at the end of
    a sound is kept as it is.
    """
    rest: list[pcm.Pcm] = []
    yield from flac_frames.bare(_full(_cut(blocks, flac_frames.BLOCK), rest))
    yield from map(flac_frames.verbatim, rest)


def _full(blocks: Iterator[pcm.Pcm], rest: list[pcm.Pcm]) -> Iterator[bytes]:
    """The packets of the blocks that fill a frame; the last one that does not is put aside."""
    if not hasattr(_kept, "flac"):
        _kept.flac, _kept.at = _context("flac", "s16", 0, _FLAC), 0
    for block in blocks:
        if block.size < flac_frames.BLOCK:
            rest.append(block)
            return
        (packet,) = _kept.flac.encode(pcm.frame(block, at=_kept.at))
        _kept.at += block.size
        yield bytes(packet)


def _cut(blocks: Iterator[pcm.Pcm], frames: int) -> Iterator[pcm.Pcm]:
    """The same sound in blocks of so many frames, the last one shorter."""
    kept = pcm.silence(0)
    for block in blocks:
        kept = np.concatenate([kept, block])
        while kept.size >= frames:
            yield kept[:frames]
            kept = kept[frames:]
    if kept.size:
        yield kept


def mp3(rate_hz: int, bits_per_s: int, blocks: Iterator[pcm.Pcm]) -> Iterator[bytes]:
    encoder = _lame(rate_hz)
    encoder.set_bit_rate(bits_per_s // 1000)
    return _mp3(encoder, _resampled(rate_hz, blocks, gain=1 / _taken(bits_per_s)))


def mp3_vbr(rate_hz: int, bits_per_s: int, blocks: Iterator[pcm.Pcm]) -> Iterator[bytes]:
    """LAME's -V 4: as many bits as the sound needs, about half of what 128 kb/s would be for speech."""
    encoder = _lame(rate_hz)
    encoder.set_vbr(_LAME_VBR)
    encoder.set_vbr_quality(_LAME_VBR_QUALITY)
    return _mp3(encoder, _resampled(rate_hz, blocks, gain=1))


def _context(name: str, kind: str, bits_per_s: int, options: dict[str, str]) -> Any:
    context: Any = av.CodecContext.create(name, "w")
    context.sample_rate, context.layout, context.format = pcm.RATE_HZ, "mono", kind
    context.time_base, context.options = Fraction(1, pcm.RATE_HZ), options
    if bits_per_s:
        context.bit_rate = bits_per_s
    context.open()
    return context


def _encoded(context: Any, blocks: Iterator[pcm.Pcm]) -> Iterator[bytes]:
    at = 0
    for block in blocks:
        for packet in context.encode(pcm.frame(block, at=at)):
            yield bytes(packet)
        at += block.size
    for packet in context.encode(None):
        yield bytes(packet)


def _lame(rate_hz: int) -> Any:
    """LAME by its own binding: the one inside PyAV's wheels takes four times the CPU (docs/adr/0014)."""
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_channels(1)
    encoder.set_in_sample_rate(rate_hz)
    encoder.set_quality(_LAME_QUALITY)
    return encoder


def _taken(bits_per_s: int) -> float:
    """What LAME scales sound by at a constant rate, to give its quantiser room; no more than that is given back."""
    return next((scale for most, scale in _LAME_SCALES if bits_per_s <= most), 1.0)


def _mp3(encoder: Any, blocks: Iterator[pcm.Pcm]) -> Iterator[bytes]:
    left = b""
    for samples in blocks:
        *whole, left = mp3_frames.split(left + encoder.encode(samples.tobytes()))
        yield from whole
    *whole, left = mp3_frames.split(left + encoder.flush())
    yield from whole


def _resampled(rate_hz: int, blocks: Iterator[pcm.Pcm], *, gain: float) -> Iterator[pcm.Pcm]:
    """The sound at this rate and so much louder, rounded once; what that brings over full scale is held at it."""
    resampler, at = av.AudioResampler(format="flt", layout="mono", rate=rate_hz), 0
    scale, bounds = np.float32(gain * pcm.FULL_SCALE), np.iinfo(np.int16)
    for block in chain(blocks, (None,)):
        frames = resampler.resample(block if block is None else pcm.frame(block, at=at))
        for frame in frames:
            yield np.rint(frame.to_ndarray()[0] * scale).clip(bounds.min, bounds.max).astype(np.int16)
        at += 0 if block is None else block.size
