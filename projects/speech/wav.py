"""The audio inside a WAV file whose header may lie. Reading only; files are written by the audio engine."""

import struct
from dataclasses import dataclass, replace

from projects.sentences import gettext_noop as _
from projects.speech.pcm import bad_audio
from projects.speech.voices import RATE_HZ

NOT_PCM = _("its WAV file is not plain PCM (codec %(codec)s)")
OTHER_FORM = _(
    "it is %(channels)s channel(s), %(rate_hz)s Hz, %(bits)s bits instead of 1 channel, "
    "%(our_rate_hz)s Hz, 16 bits"
)

PCM, FLOAT = 0x0001, 0x0003
_EXTENSIBLE = 0xFFFE
_SUBFORMAT = bytes.fromhex("000000001000800000aa00389b71")  # behind the codec's own two bytes
_OTHER_FORMATS = (
    (b"RIFX", _("it is a big-endian WAV file (RIFX)")),
    (b"RF64", _("it is an RF64 file")),
    (b"ID3", _("it is an MP3 file")),
    (b"OggS", _("it is an Ogg file")),
    (b"fLaC", _("it is a FLAC file")),
    (b"<", _("it is a web page or an XML message")),
    (b"{", _("it is a JSON message")),
)


@dataclass(frozen=True)
class Wave:
    """What a WAV file holds. data: its samples, as they lie there; rest: what follows them, if that was said."""

    codec: int
    channels: int
    rate_hz: int
    bits: int
    data: bytes
    rest: bytes = b""

    @property
    def frame_bytes(self) -> int:
        return max(self.channels * self.bits // 8, 1)


def pcm_of(data: bytes) -> bytes:
    """The samples of a WAV file: s16le, mono, 24 kHz, an even number of bytes.

    Raises Unavailable (`bad_audio`, with the reason) for everything that is not 16-bit PCM, mono, 24 kHz, and for
    a file without audio or with half a sample.
    """
    found = opened(data)
    if found.codec != PCM:
        raise bad_audio(NOT_PCM % {"codec": found.codec})
    if (found.channels, found.rate_hz, found.bits) != (1, RATE_HZ, 16):
        raise bad_audio(
            OTHER_FORM
            % {
                "channels": found.channels,
                "rate_hz": found.rate_hz,
                "bits": found.bits,
                "our_rate_hz": RATE_HZ,
            }
        )
    return found.data


def opened(data: bytes) -> Wave:
    """The parts of a WAV file of any kind, whole frames.

    Declared sizes are hints: a size that is zero, negative, no whole number of frames or past the end of the file
    (placeholders such as 0x7FFFFF9B and 0xFFFFFFFF) means "to the end". Raises Unavailable (`bad_audio`) for what is
    no WAV file, for one without audio and for one that ends inside of a sample.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise bad_audio(_what_it_is(data))
    at, form = 12, None
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        body = at + 8
        if name == b"data":
            if form is None:
                raise bad_audio(_("its WAV header does not say what the samples are"))
            return _with_samples(form, data, body, size)
        if name == b"fmt ":
            form = _form(data[body : body + 40])
        at = body + size + (size & 1)
    raise bad_audio(_("its WAV file ends before any audio"))


def _with_samples(form: Wave, data: bytes, start: int, declared: int) -> Wave:
    after = start + declared + (declared & 1)
    whole = declared > 0 and declared % form.frame_bytes == 0 and start + declared <= len(data)
    trusted = whole and _only_chunks_follow(data, after)
    samples = data[start : start + declared] if trusted else data[start:]
    if not samples:
        raise bad_audio(_("its WAV file holds no audio"))
    if form.codec in (PCM, FLOAT) and len(samples) % form.frame_bytes:
        raise bad_audio(
            _("it has an odd number of bytes, so one was lost on the way")
            if form.frame_bytes == 2
            else _("it ends inside of a sample, so something was lost on the way")
        )
    return replace(form, data=samples, rest=data[after:] if trusted else b"")


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


def _form(chunk: bytes) -> Wave:
    if len(chunk) < 16:
        raise bad_audio(_("its WAV header is cut short"))
    codec, channels, rate_hz, _bytes_per_s, _block, bits = struct.unpack_from("<HHIIHH", chunk)
    if codec == _EXTENSIBLE and chunk[26:40] == _SUBFORMAT:
        codec = int.from_bytes(chunk[24:26], "little")
    return Wave(codec, channels, rate_hz, bits, b"")


def _what_it_is(data: bytes) -> str:
    start = data[:64].lstrip()
    for magic, name in _OTHER_FORMATS:
        if start.startswith(magic):
            return name
    if len(data) >= 2 and data[0] == 0xFF and data[1] & 0xE0 == 0xE0:
        return _("it is an MP3 file")
    return _("it is not a WAV file") if data else _("it is empty")
