"""The file of a backup: a tar whose last member says what all others are, so that a half is never taken for a whole.

It holds the keys of the data folder, too, and so everything that is sealed: it is readable by its owner alone.
"""

import hashlib
import io
import json
import os
import tarfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

MANIFEST = "manifest.json"
FORMAT = 1
BLOCK_BYTES = 1 << 20


class Damaged(Exception):
    """This file is no backup, or not a whole one; ``str()`` is a sentence for the operator."""


class Hashing(io.RawIOBase):
    """Reads another file and knows afterwards what was read."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.sha256 = source, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self.source.read(size)
        self.sha256.update(data)
        return data


class Writer:
    """Puts members into a backup, one after the other."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self.tar, self.members = tar, dict[str, dict[str, Any]]()

    def add(self, name: str, source: IO[bytes], size: int) -> None:
        """Add so many bytes of an open file. Raises OSError where it has fewer."""
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, int(time.time())
        read = Hashing(source)
        self.tar.addfile(info, read)
        _forget(self.tar)
        self.members[name] = {"size": size, "sha256": read.sha256.hexdigest()}

    def finish(self, **facts: Any) -> None:
        said = json.dumps({"format": FORMAT, **facts, "members": self.members}).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mode, info.mtime = len(said), 0o600, int(time.time())
        self.tar.addfile(info, io.BytesIO(said))


@contextmanager
def written(path: Path) -> Iterator[Writer]:
    """Write a backup that stands under its name when it is whole and on the disk; else nothing is left of it."""
    beside = path.with_name(f".{path.name}.part")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield Writer(tar)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def verified(path: Path) -> dict[str, Any]:
    """Read all of a backup, compare every member with the manifest, and return that. Raises Damaged, OSError."""
    found: dict[str, dict[str, Any]] = {}
    manifest: dict[str, Any] | None = None
    try:
        for name, source, size in members(path):
            if name == MANIFEST:
                manifest = json.load(source)
            else:
                found[name] = {"size": size, "sha256": _sha256(source)}
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise Damaged(f"{path} is no backup, or the end of it is missing: {error}.") from error
    if manifest is None:
        raise Damaged(f"{path} is not a whole backup: its end is missing. Take another one.")
    if manifest.get("format") != FORMAT:
        raise Damaged(f"{path} was made by another Narrator than this one can read.")
    if wrong := sorted(name for name, said in manifest["members"].items() if found.get(name) != said):
        raise Damaged(f"{path} is damaged: {wrong[0]} is not what was backed up. Take another one.")
    return manifest


def members(path: Path) -> Iterator[tuple[str, IO[bytes], int]]:
    """Each member of a backup with its name and size, open to be read before the next one is asked for."""
    with tarfile.open(path, mode="r|") as tar:
        for info in tar:
            source = tar.extractfile(info)
            if source is not None:
                yield info.name, source, info.size
            _forget(tar)


def _forget(tar: tarfile.TarFile) -> None:
    """Let go of the notes of members, which tarfile keeps for who jumps about: a studio has a million files."""
    tar.members.clear()  # type: ignore[attr-defined]


def _sha256(source: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for block in blocks(source):
        digest.update(block)
    return digest.hexdigest()


def blocks(source: IO[bytes]) -> Iterable[bytes]:
    return iter(lambda: source.read(BLOCK_BYTES), b"")
