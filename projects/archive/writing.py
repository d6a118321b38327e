"""Writing an archive: member after member goes straight into the ZIP and is hashed on its way; the manifest is last."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from projects.archive.manifest import NAME, Manifest, Member

PIECE_BYTES = 1 << 20
# A ZIP knows no time zones; one moment for all members makes equal projects equal archives.
_MOMENT = (2026, 1, 1, 0, 0, 0)


class Lost(Exception):
    """What the archive shall hold is not there, or not what its hash says: ``str()`` names it."""


def _no_tick(size_bytes: int) -> None:
    pass


@dataclass
class Writer:
    """Use it in a ``with``: where that ends well the manifest is written, else the file goes."""

    path: Path
    about: Mapping[str, str]
    members: dict[str, Member] = field(default_factory=dict)

    def __enter__(self) -> "Writer":
        self._zip = ZipFile(self.path, "w", ZIP_STORED, allowZip64=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._zip.writestr(_info(NAME, ZIP_DEFLATED), Manifest(self.about, self.members).as_json())
        finally:
            self._zip.close()
            if error is not None:
                self.path.unlink(missing_ok=True)

    def rows(self, noun: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Write a table, one JSON object a line; returns how many there were. Memory: one row."""
        digest, size, count, name = hashlib.sha256(), 0, 0, f"rows/{noun}.jsonl"
        with self._zip.open(_info(name, ZIP_DEFLATED), "w", force_zip64=True) as inside:
            for row in rows:
                line = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
                inside.write(line)
                digest.update(line)
                size, count = size + len(line), count + 1
        self.members[name] = Member(size, digest.hexdigest(), count)
        return count

    def sound(self, sha256: str, file: BinaryIO, *, tick: Callable[[int], None] = _no_tick) -> None:
        """Write a sound once. Lost where it is not what its hash says; ``tick`` gets the bytes of each piece."""
        self._put(f"sounds/{sha256}.wav", sha256, file, tick)

    def file(self, sha256: str, file: BinaryIO) -> None:
        """The same for another file: a manuscript, a cover."""
        self._put(f"files/{sha256}", sha256, file, _no_tick)

    def _put(self, name: str, sha256: str, file: BinaryIO, tick: Callable[[int], None]) -> None:
        if name in self.members:
            return
        digest, size = hashlib.sha256(), 0
        with self._zip.open(_info(name, ZIP_STORED), "w", force_zip64=True) as inside:
            while piece := file.read(PIECE_BYTES):
                inside.write(piece)
                digest.update(piece)
                size += len(piece)
                tick(len(piece))
        if digest.hexdigest() != sha256:
            raise Lost(name)
        self.members[name] = Member(size, sha256)


def _info(name: str, method: int) -> ZipInfo:
    info = ZipInfo(name, _MOMENT)
    info.compress_type = method
    return info
