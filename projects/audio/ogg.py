"""An Opus file written from packets: two packets of heads, and pages whose positions are samples of 48 kHz.

Sources: RFC 3533 (Ogg), RFC 7845 (Opus in Ogg).
"""

import struct
import zlib
from collections.abc import Iterable
from typing import BinaryIO

import numpy as np

from projects.audio.codecs import Packets
from projects.audio.timeline import Timeline

PAGE_PACKETS = 40
"""0.8 s. The largest packets of 20 ms take 6 of the 255 numbers of a page."""

_FIRST, _CONTINUED, _LAST = 2, 1, 4
_SEGMENT_BYTES, _PAGE_SEGMENTS = 255, 255
_SERIAL = int.from_bytes(b"Narr")
_NOWHERE = (1 << 64) - 1
_AT_ONCE = 2048
_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def write(file: BinaryIO, plan: Timeline, rate_hz: int, comments: bytes, lots: Iterable[Packets]) -> None:
    """Write a whole file from its beginning on. `rate_hz` is what the sound had before it was encoded."""
    pages = _Pages(file, plan)
    pages.put(b"OpusHead" + struct.pack("<BBHIhB", 1, 1, plan.grid.priming, rate_hz, 0, 0))
    pages.put(b"OpusTags" + comments)
    sizes, payload = np.zeros(0, np.uint16), b""
    waiting: list[Packets] = []
    for lot in lots:
        waiting.append(lot)
        if sum(len(one.sizes) for one in waiting) >= _AT_ONCE:
            sizes, payload = pages.add(*_joined(sizes, payload, waiting))
            waiting = []
    pages.add(*_joined(sizes, payload, waiting), is_end=True)


def _joined(sizes: np.ndarray, payload: bytes, lots: list[Packets]) -> tuple[np.ndarray, bytes]:
    return (
        np.concatenate([sizes, *(lot.sizes for lot in lots)]),
        b"".join([payload, *(lot.payload for lot in lots)]),
    )


class _Pages:
    def __init__(self, file: BinaryIO, plan: Timeline) -> None:
        self._file, self._plan = file, plan
        self._number = self._packets = 0

    def put(self, packet: bytes) -> None:
        """A packet of heads, on as many pages of its own as it needs."""
        lacing = _lacing(len(packet))
        for start in range(0, len(lacing), _PAGE_SEGMENTS):
            part = lacing[start : start + _PAGE_SEGMENTS]
            body = packet[start * _SEGMENT_BYTES : start * _SEGMENT_BYTES + sum(part)]
            is_end = start + _PAGE_SEGMENTS >= len(lacing)
            flags = _FIRST if not self._number else _CONTINUED if start else 0
            self._page(flags, 0 if is_end else _NOWHERE, part, body)

    def add(self, sizes: np.ndarray, payload: bytes, *, is_end: bool = False) -> tuple[np.ndarray, bytes]:
        """Write the packets as whole pages; returns what is left of them, which is nothing at the end."""
        ends = np.cumsum(sizes, dtype=np.int64)
        short = sizes.astype(np.uint8).tobytes() if sizes.max(initial=0) < _SEGMENT_BYTES else None
        at = done = 0
        while done + PAGE_PACKETS <= len(sizes) - (not is_end) or (is_end and done < len(sizes)):
            count = min(PAGE_PACKETS, len(sizes) - done)
            end = int(ends[done + count - 1])
            group = slice(done, done + count)
            lacing = short[group] if short else b"".join(map(_lacing, sizes[group].tolist()))
            self._sound(count, lacing, payload[at:end], is_last=is_end and done + count == len(sizes))
            at, done = end, done + count
        return sizes[done:], payload[at:]

    def _sound(self, count: int, lacing: bytes, body: bytes, *, is_last: bool) -> None:
        """The end of the last page says where the sound ends: what its packets hold beyond is not heard."""
        plan = self._plan
        self._packets += count
        position = plan.grid.priming + plan.samples if is_last else self._packets * plan.grid.frame
        self._page(_LAST if is_last else 0, position, lacing, body)

    def _page(self, flags: int, position: int, lacing: bytes, body: bytes) -> None:
        head = struct.pack("<4sBBQIII", b"OggS", 0, flags, position, _SERIAL, self._number, 0)
        page = bytearray(head + bytes([len(lacing)]) + lacing + body)
        page[22:26] = struct.pack("<I", _crc(page))
        self._file.write(page)
        self._number += 1


def _lacing(size: int) -> bytes:
    """A packet's size as a page says it: in 255s, and what is left, be it 0."""
    return b"\xff" * (size // _SEGMENT_BYTES) + bytes([size % _SEGMENT_BYTES])


def _crc(page: bytearray) -> int:
    """Ogg's check sum is zlib's with the bits of all bytes, and of the result, in the other order, and no inversion."""
    found = zlib.crc32(page.translate(_REVERSED), 0xFFFF_FFFF) ^ 0xFFFF_FFFF
    return int.from_bytes(found.to_bytes(4, "little").translate(_REVERSED))
