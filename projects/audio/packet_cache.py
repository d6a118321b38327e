"""Encoded packets kept in a folder, so that nothing is encoded twice. Whatever is in it may be lost at any time.

Any number of processes and threads may use one folder: a file appears whole or not at all, and what is damaged counts
as absent.
"""

import os
import uuid
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from projects.audio.codecs import Packets

_MAGIC = b"NPK1"
_HEAD_BYTES = 12


@dataclass(frozen=True)
class PacketCache:
    """A folder of packets by key (64 hex digits), of which the longest unused go first beyond `limit_bytes`."""

    folder: Path
    limit_bytes: int

    def get(self, key: str) -> Packets | None:
        """What was kept under this key, which is now used again; None where it is not there or not whole."""
        path = self._path(key)
        try:
            with open(path, "rb", buffering=0) as file:
                data = file.read()
            os.utime(path)
        except OSError:
            return None
        return _read(data)

    def has(self, key: str) -> bool:
        """Whether something is kept under this key; a look at the folder only."""
        return os.path.exists(self._path(key))

    def put(self, key: str, packets: Packets) -> None:
        """Keep packets; a disk that refuses costs only the time to encode them again."""
        path = self._path(key)
        folder = os.path.dirname(path)
        beside = os.path.join(folder, f".{uuid.uuid4().hex}.part")
        head = _MAGIC + len(packets.sizes).to_bytes(4, "little")
        body = packets.sizes.astype("<u2").tobytes() + packets.payload
        try:
            os.makedirs(folder, exist_ok=True)
            with open(beside, "wb") as file:
                file.write(head + zlib.crc32(body).to_bytes(4, "little") + body)
            os.replace(beside, path)
        except OSError:
            with suppress(OSError):
                os.unlink(beside)

    def evict(self) -> int:
        """Take away what was unused the longest, until a tenth of the room is free; returns the bytes freed.

        Nothing goes while all fits. It reads the folder: for now and then, not for each file.
        """
        found = []
        for entry in self._entries():
            try:
                status = entry.stat()
            except OSError:
                continue
            found.append((status.st_mtime, status.st_size, entry.path))
        over = sum(size for _, size, _ in found)
        if over <= self.limit_bytes:
            return 0
        freed, wanted = 0, over - self.limit_bytes * 9 // 10
        for _, size, path in sorted(found):
            if freed >= wanted:
                break
            with suppress(OSError):
                os.unlink(path)
                freed += size
        return freed

    def _entries(self) -> list[os.DirEntry[str]]:
        try:
            folders = [entry.path for entry in os.scandir(self.folder) if entry.is_dir()]
            return [entry for folder in folders for entry in os.scandir(folder)]
        except OSError:
            return []

    def _path(self, key: str) -> str:
        """Plain text, since a book asks for thousands."""
        return f"{self.folder}/{key[:2]}/{key[2:]}"


def _read(data: bytes) -> Packets | None:
    if len(data) < _HEAD_BYTES or data[:4] != _MAGIC:
        return None
    count, check = int.from_bytes(data[4:8], "little"), int.from_bytes(data[8:12], "little")
    body = memoryview(data)[_HEAD_BYTES:]
    if zlib.crc32(body) != check or len(body) < 2 * count:
        return None
    # Sizes are collected over a whole book, and must not hold its sound with them.
    return Packets(np.frombuffer(body, "<u2", count).copy(), body[2 * count :])
