"""Any sound that a server may send, as the studio's own: s16le, mono, 24 kHz. The only place that knows PyAV here.

What kind of sound it is says sniffing.py; whether it can be speech says pcm.py.
"""

import io
from collections.abc import Iterable, Iterator
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from projects.sentences import gettext_noop as _
from projects.speech import wav
from projects.speech.errors import SpeechError
from projects.speech.exchange import failure
from projects.speech.pcm import bad_audio
from projects.speech.sniffing import Kind
from projects.speech.voices import RATE_HZ
from projects.speech.wav import Wave

NOT_DECODED = _("its %(kind)s file cannot be decoded")
ODD_FORM = _("it has %(channels)s channel(s) at %(rate_hz)s Hz, which cannot be right")
OTHER_CODEC = _("its WAV file holds %(bits)s-bit samples of codec %(codec)s")

Mono = NDArray[np.float32]

# FFmpeg is told what to expect: left to guess, it would also open playlists, which name files and addresses.
_FORMATS: dict[Kind, str] = {
    "mp3": "mp3",
    "aac": "aac",
    "flac": "flac",
    "ogg": "ogg",
    "mp4": "mp4",
    "webm": "matroska",
}
_BROKEN = (av.FFmpegError, OSError, ValueError, IndexError)
_LOWEST_HZ, _HIGHEST_HZ, _MOST_CHANNELS = 4_000, 384_000, 32
_MOST_GLUED = 1_000
_BLOCK_FRAMES = 65_536
_SPOILT_SHARE = 50  # one packet in so many may be beyond reading, such as a tag at the end of an MP3


def pcm_of(data: bytes, kind: Kind, max_bytes: int) -> bytes:
    """The sound in a whole body: s16le, mono (channels averaged), 24 kHz.

    max_bytes: the most samples, in bytes, that may come out of it. Raises Unavailable: `bad_audio` for what cannot
    be read, `too_large`.
    """
    if kind == "wav":
        return _bounded((_of_wave(wave, max_bytes) for wave in _glued(data)), max_bytes)
    if kind not in _FORMATS:
        raise bad_audio(_("it is in no format that Narrator can read"))
    return _decoded(data, _FORMATS[kind], max_bytes)


def _glued(data: bytes) -> Iterator[Wave]:
    """The one WAV file of a body, or several in a row, as servers send that speak sentence by sentence."""
    for _file in range(_MOST_GLUED):
        wave = wav.opened(data)
        yield wave
        if not (wave.rest[:4] == b"RIFF" and wave.rest[8:12] == b"WAVE"):
            return
        data = wave.rest
    raise bad_audio(_("it is in too many pieces"))


def _of_wave(wave: Wave, max_bytes: int) -> bytes:
    if (wave.codec, wave.channels, wave.rate_hz, wave.bits) == (wav.PCM, 1, RATE_HZ, 16):
        return wave.data
    _check_form(wave.rate_hz, wave.channels)
    blocks = (_mono_of(wave, block) for block in _blocks(wave))
    return _bounded(_resampled(blocks, wave.rate_hz), max_bytes)


def _blocks(wave: Wave) -> Iterator[bytes]:
    size = _BLOCK_FRAMES * wave.frame_bytes
    return (wave.data[at : at + size] for at in range(0, len(wave.data), size))


def _mono_of(wave: Wave, data: bytes) -> Mono:
    form = (wave.codec, wave.bits)
    if form == (wav.PCM, 8):
        samples = np.frombuffer(data, np.uint8).astype(np.float32) / 128 - 1
    elif form == (wav.PCM, 16):
        samples = np.frombuffer(data, "<i2").astype(np.float32) / 2**15
    elif form == (wav.PCM, 24):
        wide = np.zeros((len(data) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
        samples = wide.view("<i4")[:, 0].astype(np.float32) / 2**31
    elif form == (wav.PCM, 32):
        samples = np.frombuffer(data, "<i4").astype(np.float32) / 2**31
    elif form in ((wav.FLOAT, 32), (wav.FLOAT, 64)):
        samples = np.frombuffer(data, f"<f{wave.bits // 8}").astype(np.float32)
    else:
        raise bad_audio(OTHER_CODEC % {"bits": wave.bits, "codec": wave.codec})
    return np.asarray(samples.reshape(-1, wave.channels).mean(axis=1, dtype=np.float32))


def _decoded(data: bytes, name: str, max_bytes: int) -> bytes:
    try:
        with av.open(io.BytesIO(data), format=name) as container:
            stream = container.streams.audio[0]
            _check_form(stream.codec_context.sample_rate, stream.codec_context.channels)
            frames = _frames(container, stream)
            return _bounded(_resampled(map(_averaged, frames), stream.codec_context.sample_rate), max_bytes)
    except _BROKEN:
        pass
    raise bad_audio(NOT_DECODED % {"kind": name.upper()})


def _frames(container: Any, stream: Any) -> Iterator[Any]:
    """Decoded frames as planes of floats, in the rate and the channels of the file."""
    floats = av.AudioResampler(format="fltp")
    packets = spoilt = 0
    for packet in container.demux(stream):
        packets += 1
        try:
            decoded = packet.decode()
        except av.FFmpegError:
            spoilt += 1
            continue
        for frame in decoded:
            yield from floats.resample(frame)
    if spoilt > 1 + packets // _SPOILT_SHARE:
        raise ValueError(_("too many packets are spoilt"))


def _averaged(frame: Any) -> Mono:
    planes: NDArray[np.float32] = frame.to_ndarray()
    return np.asarray(planes.mean(axis=0, dtype=np.float32))


def _resampled(blocks: Iterable[Mono], rate_hz: int) -> Iterator[bytes]:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
    for block in blocks:
        if rate_hz == RATE_HZ:
            yield _s16(block)
            continue
        frame = av.AudioFrame.from_ndarray(_finite(block).reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate = rate_hz
        for made in resampler.resample(frame):
            yield _s16(made.to_ndarray()[0])
    if rate_hz != RATE_HZ:
        for made in resampler.resample(None):
            yield _s16(made.to_ndarray()[0])


def _s16(block: Mono) -> bytes:
    loud = np.clip(np.rint(_finite(block) * 2**15), -(2**15), 2**15 - 1)
    return loud.astype("<i2").tobytes()


def _finite(block: Mono) -> Mono:
    return np.nan_to_num(block, nan=0.0, posinf=1.0, neginf=-1.0)


def _bounded(pieces: Iterable[bytes], max_bytes: int) -> bytes:
    """The pieces as one; ends early where they are too many, since a small file may hold days of silence."""
    whole = bytearray()
    for piece in pieces:
        whole += piece
        if len(whole) > max_bytes:
            raise _too_large()
    return bytes(whole)


def _too_large() -> SpeechError:
    return failure("too_large")


def _check_form(rate_hz: int, channels: int) -> None:
    if not (_LOWEST_HZ <= rate_hz <= _HIGHEST_HZ and 1 <= channels <= _MOST_CHANNELS):
        raise bad_audio(ODD_FORM % {"channels": channels, "rate_hz": rate_hz})
