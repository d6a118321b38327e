"""WAV files of takes and books: written with a true header, read by the bytes that are really there.

Beyond 4 GiB a file becomes RF64 (EBU Tech 3306). Only mono 24 kHz 16-bit PCM is written or accepted.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np

from projects.audio import pcm, riff
from projects.sentences import gettext_noop as _

HOLDS_OTHER = _(
    "holds %(channels)s channel(s) of %(bits)s bit at %(rate_hz)s Hz, format %(tag)s; a take "
    "is 1 channel of 16 bit at %(our_rate_hz)s Hz, format 1"
)

PLAIN_LIMIT_BYTES = riff.U32_MAX
_PCM_TAG, _EXTENSIBLE_TAG = 1, 0xFFFE
_FORMAT = struct.pack("<HHIIHH", _PCM_TAG, 1, pcm.RATE_HZ, pcm.RATE_HZ * pcm.BYTES_PER_FRAME, 2, 16)
_DS64_BYTES = 28


class BadWav(ValueError):
    """The file is not a WAV that a take can be. The message is a clause that follows "the file ..."."""


def write(file: BinaryIO, sound: bytes | pcm.Pcm) -> int:
    """Write one take as a plain 44-byte-header WAV from the file's position on; returns its frames.

    Raw bytes are little-endian 16-bit samples. ValueError for half a sample or more than 4 GiB.
    """
    samples = pcm.from_bytes(sound) if isinstance(sound, bytes) else pcm.checked(sound)
    data_bytes = samples.size * pcm.BYTES_PER_FRAME
    if data_bytes + 36 > PLAIN_LIMIT_BYTES:
        raise ValueError("A take of more than 4 GiB cannot be written.")
    head = struct.pack("<4sI4s", b"RIFF", data_bytes + 36, b"WAVE")
    file.write(head + riff.chunk(b"fmt ", _FORMAT) + struct.pack("<4sI", b"data", data_bytes))
    file.write(samples.astype("<i2", copy=False).data)
    return int(samples.size)


def open_frames(file: BinaryIO) -> "WavReader":
    """A reader at the first frame of a seekable file, which stays the caller's to close. BadWav if unfit."""
    file.seek(0, 2)
    end = file.tell()
    file.seek(0)
    head = file.read(riff.HEAD_BYTES)
    if len(head) < riff.HEAD_BYTES or head[:4] not in (b"RIFF", b"RF64") or head[8:] != b"WAVE":
        raise BadWav(_("is not a WAV file"))
    long_data_bytes, format_seen = None, False
    for chunk in riff.walk(file, end):
        if chunk.name == b"ds64":
            long_data_bytes = _long_data_bytes(file)
        elif chunk.name == b"fmt ":
            _check_format(file.read(min(chunk.size_bytes, 40)))
            format_seen = True
        elif chunk.name == b"data":
            if not format_seen:
                raise BadWav(_("does not say what kind of sound it holds"))
            return WavReader(
                file, chunk.offset, _real_bytes(chunk, end, long_data_bytes) // pcm.BYTES_PER_FRAME
            )
    raise BadWav(_("holds no sound"))


@dataclass
class WavReader:
    """Frames of one WAV, read in pieces. `frames` counts what is there, whatever the header claims."""

    file: BinaryIO
    offset: int
    frames: int
    at: int = 0

    def read(self, frames: int) -> pcm.Pcm:
        """The next frames, fewer only at the end of the file."""
        wanted = max(0, min(frames, self.frames - self.at)) * pcm.BYTES_PER_FRAME
        self.file.seek(self.offset + self.at * pcm.BYTES_PER_FRAME)
        data = self.file.read(wanted)
        while len(data) < wanted and (more := self.file.read(wanted - len(data))):
            data += more
        samples = np.frombuffer(data, dtype="<i2", count=len(data) // pcm.BYTES_PER_FRAME)
        self.at += samples.size
        return samples

    def seek(self, frame: int) -> None:
        """Go to a frame counted from the start; beyond the end means the end."""
        self.at = max(0, min(frame, self.frames))


class WavWriter:
    """A WAV of any length, written in pieces to a seekable file; `close` makes the header true.

    Space for the 64-bit sizes is kept as a JUNK chunk; it is used, and the file becomes RF64, only when the
    file has passed `limit_bytes` (4 GiB; smaller in tests). The caller closes the file itself.
    """

    def __init__(self, file: BinaryIO, *, extra: bytes = b"", limit_bytes: int = PLAIN_LIMIT_BYTES) -> None:
        """`extra` is whole chunks (marks, tags) that go in front of the sound."""
        self._file = file
        self._start = file.tell()
        self._limit_bytes = limit_bytes
        self.frames = 0
        junk = riff.chunk(b"JUNK", bytes(_DS64_BYTES))
        head = struct.pack("<4sI4s", b"RIFF", 0, b"WAVE") + junk + riff.chunk(b"fmt ", _FORMAT) + extra
        self._head_bytes = len(head) + riff.CHUNK_HEAD_BYTES
        file.write(head + struct.pack("<4sI", b"data", 0))

    def write(self, samples: pcm.Pcm) -> None:
        self._file.write(pcm.checked(samples).astype("<i2", copy=False).data)
        self.frames += int(samples.size)

    def close(self) -> int:
        """Write the true sizes; returns the frames."""
        data_bytes = self.frames * pcm.BYTES_PER_FRAME
        riff_bytes = self._head_bytes - riff.CHUNK_HEAD_BYTES + data_bytes
        if riff_bytes > self._limit_bytes:
            ds64 = struct.pack("<QQQI", riff_bytes, data_bytes, self.frames, 0)
            self._patch(0, struct.pack("<4sI4s", b"RF64", riff.U32_MAX, b"WAVE") + riff.chunk(b"ds64", ds64))
            self._patch(self._head_bytes - 4, struct.pack("<I", riff.U32_MAX))
        else:
            self._patch(4, struct.pack("<I", riff_bytes))
            self._patch(self._head_bytes - 4, struct.pack("<I", data_bytes))
        self._file.seek(0, 2)
        return self.frames

    def _patch(self, offset: int, data: bytes) -> None:
        self._file.seek(self._start + offset)
        self._file.write(data)


def _long_data_bytes(file: BinaryIO) -> int | None:
    body = file.read(_DS64_BYTES)
    return int.from_bytes(body[8:16], "little") if len(body) >= 16 else None


def _check_format(body: bytes) -> None:
    if len(body) < 16:
        raise BadWav(_("breaks off inside its header"))
    tag, channels, rate_hz, _bytes, _block, bits = struct.unpack("<HHIIHH", body[:16])
    if tag == _EXTENSIBLE_TAG and len(body) >= 26:
        tag = int.from_bytes(body[24:26], "little")
    if (tag, channels, rate_hz, bits) != (_PCM_TAG, 1, pcm.RATE_HZ, 16):
        raise BadWav(
            HOLDS_OTHER
            % {"channels": channels, "bits": bits, "rate_hz": rate_hz, "tag": tag, "our_rate_hz": pcm.RATE_HZ}
        )


def _real_bytes(data: riff.Chunk, end: int, long_data_bytes: int | None) -> int:
    """How much sound is there: the stated size, unless the file ends earlier or nothing was stated.

    Writers that do not know the length leave 0, 0xFFFFFFFF or some 2 GB in the header.
    """
    present = end - data.offset
    stated = data.size_bytes
    if stated == riff.U32_MAX and long_data_bytes is not None:
        stated = long_data_bytes
    return min(stated, present) if stated else present
