"""Sound that people hand in, whatever the file: read to mono, 24 kHz, 16 bit, as far as it is really there.

FFmpeg reads the formats named in KINDS and no others, each by its own first bytes: never a playlist or a list of
files, which could name places on this machine. Nothing here is stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import av
import numpy as np

from projects.audio import pcm, riff
from projects.sentences import gettext_noop as _

NO_SOUND_FILE = _("This is no sound file that can be read. Hand in %(said_kinds)s.")
DAMAGED = _("This file is damaged: no sound could be read from it. Hand in %(said_kinds)s.")
TOO_LONG = _("This recording is longer than %(count)s minutes. Cut it into parts.")

KINDS = _("WAV, MP3, M4A, FLAC, OGG or WebM")
_HEAD_BYTES = 16
_BROKEN_IN_A_ROW = 50
# What a file says of its own length is a guess for some kinds; a shorter lack than this says nothing.
_LACK_MS = 300
_UNKNOWN_BYTES = 2**31 - 2**16


class Unreadable(Exception):
    """The file cannot be a recording; the message is a sentence for the person who handed it in."""


@dataclass(frozen=True)
class Recording:
    """What was read. ``is_cut_short``: the file ends earlier than it says, or parts of it are broken."""

    samples: pcm.Pcm
    is_cut_short: bool

    @property
    def duration_ms(self) -> int:
        return pcm.frames_to_ms(self.samples.size)


def read(file: BinaryIO, *, most_ms: int) -> Recording:
    """Read a whole recording of at most ``most_ms``. Raises Unreadable; the file stays the caller's to close.

    Any number of channels is mixed to one, any rate is resampled. Memory: 48 kB a second of sound, twice.
    """
    kind = _kind(file)
    if kind is None:
        raise Unreadable(NO_SOUND_FILE % {"said_kinds": KINDS})
    try:
        is_cut_short = kind == "wav" and _ends_early(file)
        with av.open(file, format=kind, metadata_errors="ignore") as container:
            found = _read(container, most_ms)
            return Recording(found.samples, is_cut_short or found.is_cut_short)
    except (av.error.FFmpegError, IndexError, ValueError):
        raise Unreadable(DAMAGED % {"said_kinds": KINDS})


def _kind(file: BinaryIO) -> str | None:
    """FFmpeg's name for what the first bytes say, or None."""
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    file.seek(0)
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    by_start = {b"fLaC": "flac", b"OggS": "ogg", b"\x1a\x45\xdf\xa3": "matroska", b"ID3": "mp3"}
    for start, kind in by_start.items():
        if head.startswith(start):
            return kind
    if head[4:8] == b"ftyp":
        return "mov"
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "aac" if head[1] & 0xF6 == 0xF0 else "mp3"
    return None


def _ends_early(file: BinaryIO) -> bool:
    """Whether a WAV says that it holds more than is there. Writers that do not know yet say 0, or 2 GB and more."""
    end = file.seek(0, 2)
    file.seek(riff.HEAD_BYTES)
    data = next((chunk for chunk in riff.walk(file, end) if chunk.name == b"data"), None)
    file.seek(0)
    return data is not None and end < data.offset + data.size_bytes < _UNKNOWN_BYTES


def _read(container: Any, most_ms: int) -> Recording:
    stream = next(iter(container.streams.audio), None)
    if stream is None:
        raise Unreadable(_("This file holds no sound."))
    resampler = av.AudioResampler(format="s16", layout="mono", rate=pcm.RATE_HZ)
    parts: list[pcm.Pcm] = []
    frames, broken = 0, False
    for decoded in _decoded(container, stream):
        broken = broken or decoded is None
        for part in resampler.resample(decoded) if decoded is not None else []:
            parts.append(_samples(part))
            frames += parts[-1].size
        if frames > pcm.ms_to_frames(most_ms):
            raise Unreadable(TOO_LONG % {"count": most_ms // 60000})
    parts += [_samples(part) for part in resampler.resample(None)]
    samples = np.concatenate(parts) if parts else pcm.silence(0)
    if not samples.size:
        raise Unreadable(_("This file holds no sound."))
    lacking = _stated_ms(container, stream) - pcm.frames_to_ms(samples.size) > _LACK_MS
    return Recording(samples, is_cut_short=broken or lacking)


def _samples(frame: Any) -> pcm.Pcm:
    samples: pcm.Pcm = frame.to_ndarray().reshape(-1)
    return samples


def _decoded(container: Any, stream: Any) -> Iterator[Any]:
    """Every frame that can be read; None for each stretch that cannot."""
    failures = 0
    packets = container.demux(stream)
    while failures < _BROKEN_IN_A_ROW:
        try:
            packet = next(packets)
            yield from packet.decode()
            failures = 0
        except StopIteration:
            return
        except av.error.EOFError:
            return
        except av.error.FFmpegError:
            failures += 1
            yield None


def _stated_ms(container: Any, stream: Any) -> float:
    """How long the file says that it is; 0 where it does not say."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base * 1000)
    return container.duration / 1000 if container.duration else 0.0
