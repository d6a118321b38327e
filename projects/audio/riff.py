"""The chunks of a RIFF file: their layout in bytes, walked and built. What a WAV holds is wav.py's business.

Sources: Multimedia Programming Interface and Data Specifications 1.0 (RIFF, cue, LIST);
EBU Tech 3306 (RF64, ds64).
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

U32_MAX = 0xFFFF_FFFF
HEAD_BYTES = 12
CHUNK_HEAD_BYTES = 8
# Files have dozens. One of millions of empty chunks would keep its reader busy for half a minute.
MOST_CHUNKS = 10_000


@dataclass(frozen=True)
class Chunk:
    """One chunk as its header states it; `size_bytes` may be a lie."""

    name: bytes
    offset: int
    size_bytes: int


def chunk(name: bytes, body: bytes) -> bytes:
    """A whole chunk, padded to an even length."""
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def walk(file: BinaryIO, end: int) -> Iterator[Chunk]:
    """Chunks after the 12-byte head, up to byte `end`. Stops at a header that does not fit, and after MOST_CHUNKS."""
    offset = HEAD_BYTES
    for _ in range(MOST_CHUNKS):
        if offset + CHUNK_HEAD_BYTES > end:
            return
        file.seek(offset)
        head = file.read(CHUNK_HEAD_BYTES)
        if len(head) < CHUNK_HEAD_BYTES:
            return
        size_bytes = int.from_bytes(head[4:], "little")
        yield Chunk(head[:4], offset + CHUNK_HEAD_BYTES, size_bytes)
        offset += CHUNK_HEAD_BYTES + size_bytes + size_bytes % 2


def info(entries: Iterable[tuple[bytes, str]]) -> bytes:
    """A LIST INFO chunk, texts in UTF-8; nothing when no entry has a text."""
    body = b"".join(chunk(name, text.encode() + b"\0") for name, text in entries if text)
    return chunk(b"LIST", b"INFO" + body) if body else b""


def cues(marks: list[tuple[int, str]]) -> bytes:
    """Named positions, (frame, title): a cue chunk and its labels; nothing when a frame passes 32 bits."""
    if not marks or max(frame for frame, _ in marks) > U32_MAX:
        return b""
    points = [
        struct.pack("<II4sIII", n, frame, b"data", 0, 0, frame) for n, (frame, _) in enumerate(marks, start=1)
    ]
    labels = [
        chunk(b"labl", struct.pack("<I", n) + title.encode() + b"\0")
        for n, (_, title) in enumerate(marks, start=1)
    ]
    head = struct.pack("<I", len(points))
    return chunk(b"cue ", head + b"".join(points)) + chunk(b"LIST", b"adtl" + b"".join(labels))
