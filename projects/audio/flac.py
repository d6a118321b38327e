"""A FLAC file written from bare frames: its blocks of metadata, a table to seek by, and each frame with its new header.

FFmpeg's muxer copies the frames as they are: with the numbers of their first files, and a length of one of them. The
MD5 of the sound stays unset, as RFC 9639 allows: it cannot be had without reading all of the sound.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from projects.audio import flac_frames, pcm
from projects.audio.book import Unfit
from projects.audio.codecs import Packets
from projects.audio.timeline import Timeline
from projects.sentences import gettext_noop as _

SEEK_EVERY = 10 * pcm.RATE_HZ
LONGEST = 24 * 3600 * pcm.RATE_HZ
"""A sample's number may have 36 bits, but FFmpeg reads no more than 31 of them: 24.8 hours."""
_AT_ONCE = 256
_INFO, _SEEK_TABLE, _COMMENTS, _PICTURE = 0, 3, 4, 6
_LAST = 0x80
_POINT_BYTES = 18
_NO_POINT = b"\xff" * 8 + bytes(10)
_BLOCK_LIMIT_BYTES = 1 << 24

Lot = tuple[Packets, int]


def write(file: BinaryIO, plan: Timeline, comments: bytes, picture: bytes, lots: Iterable[Lot]) -> None:
    """Write a whole file from its beginning on; each lot of `plan`'s packets comes with the sample it ends at.

    Unfit for a cover of more than 16 MB, the limit of the format, and beyond a day, which FFmpeg's players refuse.
    """
    if plan.packets > LONGEST:
        raise Unfit(_("A FLAC file holds 24 hours at most. Take one file per chapter, or another format."))
    points = -(-plan.packets // SEEK_EVERY)
    blocks = [(_COMMENTS, comments)] + ([(_PICTURE, picture)] if picture else [])
    head = b"fLaC" + _block(_INFO, _info(plan.packets, 0, 0))
    seek_at = len(head)
    file.write(head + _block(_SEEK_TABLE, _NO_POINT * points))
    for number, (kind, body) in enumerate(blocks, 1):
        file.write(_block(kind | (_LAST if number == len(blocks) else 0), body))
    table = _Table(points)
    for made in _framed(lots):
        table.note(made)
        file.write(made.data)
    file.seek(4)
    file.write(_block(_INFO, _info(plan.packets, table.least, table.most)))
    file.seek(seek_at)
    file.write(_block(_SEEK_TABLE, table.written()))
    file.seek(0, 2)


@dataclass(frozen=True)
class _Frames:
    """Whole frames one after the other: where they begin, and the samples and bytes of each."""

    start: int
    lengths: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]
    data: bytes


class _Table:
    """Where one can go in: the first frame that begins in each stretch; and how large frames are."""

    def __init__(self, points: int) -> None:
        self._points: list[bytes] = []
        self._room, self._offset = points, 0
        self.least, self.most = _BLOCK_LIMIT_BYTES, 0

    def note(self, made: _Frames) -> None:
        begins = made.start + np.cumsum(made.lengths) - made.lengths
        offsets = self._offset + np.cumsum(made.sizes) - made.sizes
        while len(self._points) < self._room:
            at = int(np.searchsorted(begins, len(self._points) * SEEK_EVERY))
            if at == len(begins):
                break
            self._points.append(struct.pack(">QQH", begins[at], offsets[at], made.lengths[at]))
        self._offset += len(made.data)
        self.least, self.most = min(self.least, int(made.sizes.min())), max(self.most, int(made.sizes.max()))

    def written(self) -> bytes:
        return b"".join(self._points) + _NO_POINT * (self._room - len(self._points))


def _framed(lots: Iterable[Lot]) -> Iterator[_Frames]:
    """Some hundreds of frames at a time."""
    start = at = count = 0
    waiting: list[tuple[Packets, int]] = []
    for packets, end in lots:
        waiting.append((packets, end - at))
        at, count = end, count + len(packets.sizes)
        if count >= _AT_ONCE:
            yield _headed(waiting, start)
            start, waiting, count = at, [], 0
    if waiting:
        yield _headed(waiting, start)


def _headed(waiting: list[tuple[Packets, int]], start: int) -> _Frames:
    """Bare frames with their headers and check sums."""
    lengths = np.concatenate([_lengths(len(packets.sizes), samples) for packets, samples in waiting])
    bare = [frame for packets, _ in waiting for frame in _split(packets)]
    headers = flac_frames.headers(start + np.cumsum(lengths) - lengths, lengths)
    checks = np.frombuffer(b"".join([frame[-2:] for frame in bare]), ">u2").astype(np.uint16)
    sizes = np.array([len(frame) for frame in bare])
    ends = flac_frames.whole(headers, checks, sizes - 2)
    parts = [
        part
        for header, frame, end in zip(headers, bare, ends, strict=True)
        for part in (header, frame[:-2], end)
    ]
    return _Frames(start, lengths, sizes + np.array([len(header) for header in headers]), b"".join(parts))


def _lengths(frames: int, samples: int) -> np.ndarray:
    """The samples of each of so many frames: all are full but the last, which is never shorter than allowed."""
    lengths = np.full(frames, flac_frames.BLOCK)
    lengths[-1] = samples - (frames - 1) * flac_frames.BLOCK
    return lengths


def _split(packets: Packets) -> Iterator[memoryview]:
    payload, at = memoryview(packets.payload), 0
    for size in packets.sizes.tolist():
        yield payload[at : at + size]
        at += size


def _block(kind: int, body: bytes) -> bytes:
    if len(body) >= _BLOCK_LIMIT_BYTES:
        raise Unfit(_("The cover is too large for a FLAC file. Use a picture of at most 16 MB."))
    return struct.pack(">I", kind << 24 | len(body)) + body


def _info(samples: int, least: int, most: int) -> bytes:
    """STREAMINFO: frames of many lengths, one channel, 16 bits, no MD5."""
    sound = pcm.RATE_HZ << 44 | (16 - 1) << 36 | samples
    blocks = struct.pack(">HH", flac_frames.SHORTEST, flac_frames.BLOCK)
    return blocks + least.to_bytes(3) + most.to_bytes(3) + struct.pack(">Q", sound) + bytes(16)
