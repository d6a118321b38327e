"""Reading an archive of a stranger: with limits, by the manifest alone, and only what has the hash it says.

Nothing is unpacked under a name of the ZIP. Sounds stand in it as they are, so none of them can swell; tables are
counted while they are unpacked.
"""

import hashlib
import json
import shutil
import struct
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from projects.archive import manifest
from projects.archive.manifest import CHANGED, DAMAGED, NAME, OTHER, BadArchive, Manifest
from projects.sentences import gettext_noop as _

MOST_MEMBERS = 500_000
MOST_TABLE_BYTES = 4_000_000_000
MOST_LINE_BYTES = 128_000_000
MOST_SOUND_BYTES = 200_000_000
MOST_FILE_BYTES = 200_000_000
MOST_RATIO = 200
# Small members of blanks pack well and do no harm.
RATIO_FROM_BYTES = 1_000_000
PIECE_BYTES = 1 << 20
TOO_LARGE = _("This archive unpacks to more than a project can need, so it was not opened.")
_ERRORS = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error)


class Reader:
    """An opened archive, a path or a file that can be sought in, for a ``with``.

    Every method raises BadArchive with a sentence for people.
    """

    def __init__(self, source: Path | BinaryIO) -> None:
        self._source = source

    def __enter__(self) -> "Reader":
        try:
            self._zip = ZipFile(self._source)
        except _ERRORS as error:
            raise BadArchive(DAMAGED if _begins_as_zip(self._source) else OTHER) from error
        try:
            self._members = self._by_name()
            self.manifest = self._manifest()
            self._compare()
        except BaseException:
            self._zip.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def rows(self, noun: str) -> Iterator[dict[str, Any]]:
        """A table's rows, one in memory at a time; none where the archive does not have it.

        Its hash is compared before the first row is given.
        """
        name = f"rows/{noun}.jsonl"
        if name not in self.manifest.members:
            return
        with tempfile.TemporaryFile() as kept:
            with self._open(name) as inside:
                shutil.copyfileobj(inside, kept, PIECE_BYTES)
            kept.seek(0)
            count = 0
            while line := kept.readline(MOST_LINE_BYTES):
                count += 1
                yield _row(line)
            if count != self.manifest.members[name].rows:
                raise BadArchive(CHANGED)

    @contextmanager
    def sound(self, sha256: str) -> Iterator["Checked"]:
        """A sound, to be read to its end: there its hash is compared."""
        with self._open(f"sounds/{sha256}.wav") as inside:
            yield inside

    @contextmanager
    def file(self, sha256: str) -> Iterator["Checked"]:
        """Another file, in the same way."""
        with self._open(f"files/{sha256}") as inside:
            yield inside

    @contextmanager
    def _open(self, name: str) -> Iterator["Checked"]:
        said = self.manifest.members.get(name)
        if said is None:
            raise BadArchive(f"This archive lacks {name}. {DAMAGED.partition('. ')[2]}")
        try:
            with self._zip.open(self._members[name]) as stream:
                checked = Checked(stream, said.size_bytes)
                yield checked
                checked.finish(said.sha256)
        except _ERRORS as error:
            raise BadArchive(DAMAGED) from error

    def _by_name(self) -> dict[str, ZipInfo]:
        members = self._zip.infolist()
        found = {one.filename: one for one in members}
        if len(members) > MOST_MEMBERS or len(found) != len(members):
            raise BadArchive(TOO_LARGE if len(members) > MOST_MEMBERS else CHANGED)
        if NAME not in found:
            raise BadArchive(OTHER)
        for one in members:
            _check(one)
        return found

    def _manifest(self) -> Manifest:
        if self._members[NAME].file_size > manifest.MOST_BYTES:
            raise BadArchive(TOO_LARGE)
        try:
            with self._zip.open(self._members[NAME]) as stream:
                return manifest.parse(stream.read(manifest.MOST_BYTES))
        except _ERRORS as error:
            raise BadArchive(DAMAGED) from error

    def _compare(self) -> None:
        """The members are those of the manifest, no more and no fewer, and as large as it says."""
        said = {name: one.size_bytes for name, one in self.manifest.members.items()}
        there = {name: one.file_size for name, one in self._members.items() if name != NAME}
        if lacking := sorted(said.keys() - there.keys()):
            raise BadArchive(f"This archive lacks {lacking[0]}. {DAMAGED.partition('. ')[2]}")
        if said != there:
            raise BadArchive(CHANGED)


class Checked:
    """A member as it is unpacked: no more than the manifest says comes out of it, and that has the hash it says."""

    def __init__(self, stream: IO[bytes], size_bytes: int) -> None:
        self._stream, self._left, self._digest = stream, size_bytes, hashlib.sha256()

    def read(self, size: int = PIECE_BYTES) -> bytes:
        piece = self._stream.read(size)
        self._left -= len(piece)
        if self._left < 0:
            raise BadArchive(CHANGED)
        self._digest.update(piece)
        return piece

    def finish(self, sha256: str) -> None:
        while self.read():
            pass
        if self._left or self._digest.hexdigest() != sha256:
            raise BadArchive(CHANGED)


def _check(one: ZipInfo) -> None:
    """Refuse what no archive of ours has: other names and methods, passwords, tables that swell."""
    if one.filename != NAME and not manifest.MEMBER.fullmatch(one.filename):
        raise BadArchive(CHANGED)
    is_table = one.filename == NAME or one.filename.startswith("rows/")
    if one.flag_bits & 1 or one.compress_type != (ZIP_DEFLATED if is_table else ZIP_STORED):
        raise BadArchive(CHANGED)
    most = MOST_TABLE_BYTES if is_table else max(MOST_SOUND_BYTES, MOST_FILE_BYTES)
    swells = one.file_size > MOST_RATIO * max(one.compress_size, RATIO_FROM_BYTES // MOST_RATIO)
    if one.file_size > most or (is_table and swells):
        raise BadArchive(TOO_LARGE)


def _row(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BadArchive(CHANGED) from error
    if not isinstance(row, dict):
        raise BadArchive(CHANGED)
    return row


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def _begins_as_zip(source: Path | BinaryIO) -> bool:
    if isinstance(source, Path):
        with source.open("rb") as file:
            return file.read(2) == b"PK"
    source.seek(0)
    return source.read(2) == b"PK"
