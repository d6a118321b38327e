"""The one kind of sound takes are made of, and how its frames and milliseconds convert.

Nothing here reads files or changes sound.
"""

from fractions import Fraction
from typing import Any, TypeAlias

import av
import numpy as np
import numpy.typing as npt

RATE_HZ = 24_000
BYTES_PER_FRAME = 2
FRAMES_PER_MS = RATE_HZ // 1000
FULL_SCALE = 32_768
TICK = Fraction(1, RATE_HZ)

Pcm: TypeAlias = npt.NDArray[np.int16]
"""Mono samples at RATE_HZ, shape (n,)."""


def ms_to_frames(duration_ms: int) -> int:
    """Frames in a whole number of milliseconds; exact, since a millisecond is 24 frames."""
    return duration_ms * FRAMES_PER_MS


def frames_to_ms(frames: int) -> int:
    """The nearest millisecond; off by half a millisecond at most."""
    return (frames + FRAMES_PER_MS // 2) // FRAMES_PER_MS


def from_bytes(data: bytes) -> Pcm:
    """Samples of raw little-endian 16-bit PCM, as a read-only view. ValueError for half a sample."""
    if len(data) % BYTES_PER_FRAME:
        raise ValueError("The sound has an odd number of bytes, so its last sample is incomplete.")
    return np.frombuffer(data, dtype="<i2")


def to_bytes(pcm: Pcm) -> bytes:
    """Raw little-endian 16-bit PCM."""
    return checked(pcm).astype("<i2", copy=False).tobytes()


def silence(frames: int) -> Pcm:
    return np.zeros(frames, dtype=np.int16)


def checked(pcm: Pcm) -> Pcm:
    """The array itself when it is one row of 16-bit samples; otherwise TypeError, a fault of the caller."""
    if pcm.ndim != 1 or pcm.dtype.kind != "i" or pcm.dtype.itemsize != BYTES_PER_FRAME:
        raise TypeError(f"Sound must be int16 of shape (n,), not {pcm.dtype} of shape {pcm.shape}.")
    return pcm


def frame(samples: Pcm, *, at: int) -> Any:
    """The samples as FFmpeg takes them, the first of them standing at frame `at`."""
    whole = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
    whole.sample_rate, whole.time_base, whole.pts = RATE_HZ, TICK, at
    return whole


def fade_in_gain(frames: int) -> npt.NDArray[np.float32]:
    """A raised cosine that climbs from 0 to 1 over `frames`; reversed it is the fade out."""
    phase = (np.arange(frames, dtype=np.float32) + 0.5) / max(frames, 1)
    return (0.5 - 0.5 * np.cos(np.pi * phase)).astype(np.float32)


def scaled(pcm: Pcm, gain: npt.NDArray[np.float32]) -> Pcm:
    """Samples times a gain of 0 to 1 each, rounded to the nearest."""
    return np.rint(pcm * gain).astype(np.int16)
