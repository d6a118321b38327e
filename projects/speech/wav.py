"""The audio inside a WAV file whose header may lie. Reading only; files are written by the audio engine."""

import struct

from projects.speech.pcm import bad_audio
from projects.speech.voices import RATE_HZ

_PCM, _EXTENSIBLE = 0x0001, 0xFFFE
_PCM_SUBFORMAT = bytes.fromhex("0100000000001000800000aa00389b71")
_OTHER_FORMATS = (
    (b"RIFX", "it is a big-endian WAV file (RIFX)"),
    (b"RF64", "it is an RF64 file"),
    (b"ID3", "it is an MP3 file"),
    (b"OggS", "it is an Ogg file"),
    (b"fLaC", "it is a FLAC file"),
    (b"<", "it is a web page or an XML message"),
    (b"{", "it is a JSON message"),
)


def pcm_of(data: bytes) -> bytes:
    """The samples of a WAV file: s16le, mono, 24 kHz, an even number of bytes.

    Declared sizes are hints: a size that is zero, odd, negative or past the end of the file (the endpoint's
    placeholder 0x7FFFFF9B) means "to the end". Raises Unavailable (`bad_audio`, with the reason) for everything
    that is not 16-bit PCM, mono, 24 kHz, and for a file without audio or with half a sample.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise bad_audio(_what_it_is(data))
    at, format_seen = 12, False
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        body = at + 8
        if name == b"data":
            if not format_seen:
                raise bad_audio("its WAV header does not say what the samples are")
            return _samples(data, body, size)
        if name == b"fmt ":
            _check_format(data[body : body + 40])
            format_seen = True
        at = body + size + (size & 1)
    raise bad_audio("its WAV file ends before any audio")


def _samples(data: bytes, start: int, declared: int) -> bytes:
    end = start + declared
    trusted = declared > 0 and not declared & 1 and end <= len(data) and _only_chunks_follow(data, end)
    pcm = data[start:end] if trusted else data[start:]
    if not pcm:
        raise bad_audio("its WAV file holds no audio")
    if len(pcm) & 1:
        raise bad_audio("it has an odd number of bytes, so one was lost on the way")
    return pcm


def _only_chunks_follow(data: bytes, at: int) -> bool:
    """Whether the rest is nothing, or named chunks up to the very end: only then is the declared size believed."""
    while at < len(data):
        if at + 8 > len(data):
            return False
        name, size = struct.unpack_from("<4sI", data, at)
        if not (name.isascii() and name.decode().isprintable()):
            return False
        at += 8 + size + (size & 1)
    return at - len(data) in (0, 1)  # a last odd chunk may lack its padding byte


def _check_format(chunk: bytes) -> None:
    if len(chunk) < 16:
        raise bad_audio("its WAV header is cut short")
    codec, channels, rate_hz, _bytes_per_s, _block, bits = struct.unpack_from("<HHIIHH", chunk)
    if codec == _EXTENSIBLE and chunk[24:40] == _PCM_SUBFORMAT:
        codec = _PCM
    if codec != _PCM:
        raise bad_audio(f"its WAV file is not plain PCM (codec {codec})")
    if (channels, rate_hz, bits) != (1, RATE_HZ, 16):
        raise bad_audio(
            f"it is {channels} channel(s), {rate_hz} Hz, {bits} bits instead of 1 channel, {RATE_HZ} Hz, 16 bits"
        )


def _what_it_is(data: bytes) -> str:
    start = data[:64].lstrip()
    for magic, name in _OTHER_FORMATS:
        if start.startswith(magic):
            return name
    if len(data) >= 2 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0:
        return "it is an MP3 file"
    return "it is not a WAV file" if data else "it is empty"
