"""Sound as files of the formats that OpenAI's API names, and as odd WAV files. Knows nothing of HTTP."""

import io
import struct
from collections.abc import Callable
from typing import cast

import av
import numpy as np
from numpy.typing import NDArray

from projects.speech.voices import RATE_HZ

Pcm = NDArray[np.float32]

UNKNOWN_BYTES = 0xFFFFFFFF  # what OpenAI writes where a length is not known yet
CONTENT_TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/opus",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}
_CODECS = {  # container, codec, its rate
    "mp3": ("mp3", "libmp3lame", 24_000),
    "opus": ("ogg", "libopus", 48_000),
    "aac": ("adts", "aac", 24_000),
    "flac": ("flac", "flac", 24_000),
}
_SAMPLES: dict[str, tuple[int, int, Callable[[Pcm], bytes]]] = {  # codec, bits, from floats of -1 to 1
    "u8": (1, 8, lambda x: np.rint(x * 127 + 128).astype(np.uint8).tobytes()),
    "s16": (1, 16, lambda x: np.rint(x * 32_767).astype("<i2").tobytes()),
    "s24": (1, 24, lambda x: _packed(np.rint(x * 8_388_607).astype("<i4"))),
    "s32": (1, 32, lambda x: np.rint(x.astype(np.float64) * 2_147_483_647).astype("<i4").tobytes()),
    "f32": (3, 32, lambda x: x.astype("<f4").tobytes()),
    "f64": (3, 64, lambda x: x.astype("<f8").tobytes()),
}
FORMS = tuple(_SAMPLES)


def encoded(pcm: bytes, response_format: str) -> bytes:
    """PCM (s16le, mono, 24 kHz) in one of the formats above; WAV with sizes that are not known, as when streamed."""
    if response_format == "pcm":
        return pcm
    if response_format == "wav":
        return wav_head(UNKNOWN_BYTES, RATE_HZ, 1, 1, 16) + pcm
    container_name, codec, rate_hz = _CODECS[response_format]
    made = io.BytesIO()
    with av.open(made, "w", format=container_name) as container:
        stream = cast(av.AudioStream, container.add_stream(codec, rate=rate_hz, layout="mono"))
        frame = av.AudioFrame.from_ndarray(
            np.frombuffer(pcm, "<i2").reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate = RATE_HZ
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return made.getvalue()


def odd_wav(pcm: bytes, rate_hz: int, channels: int, form: str) -> bytes:
    """A WAV file with true sizes, of another rate (by the simplest interpolation), channels and form of samples."""
    codec, bits, bytes_of = _SAMPLES[form]
    sound = np.frombuffer(pcm, "<i2").astype(np.float32) / 32_768
    places = np.arange(int(sound.size * rate_hz / RATE_HZ)) * (RATE_HZ / rate_hz)
    again = np.interp(places, np.arange(sound.size), sound).astype(np.float32)
    data = bytes_of(np.repeat(again, channels))
    return wav_head(len(data), rate_hz, channels, codec, bits) + data


def wav_head(data_bytes: int, rate_hz: int, channels: int, codec: int, bits: int) -> bytes:
    """The 44 bytes before the samples."""
    block = channels * bits // 8
    riff_bytes = min(data_bytes + 36, UNKNOWN_BYTES)
    form = struct.pack("<HHIIHH", codec, channels, rate_hz, rate_hz * block, block, bits)
    return (
        struct.pack("<4sI4s4sI", b"RIFF", riff_bytes, b"WAVE", b"fmt ", 16)
        + form
        + struct.pack("<4sI", b"data", data_bytes)
    )


def _packed(samples: NDArray[np.int32]) -> bytes:
    """The lower three bytes of each."""
    return samples.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
