"""A ZIP file from a stranger, read with limits: how many members, how large each, how large together, how packed.

Nothing is ever written to disk, and members with absolute or climbing names do not exist for the reader.
"""

import io
import posixpath
import struct
import zipfile
import zlib
from typing import IO

from projects.sentences import gettext_noop as _

from .manuscript import Unreadable

MAX_MEMBERS = 10_000
MAX_DIRECTORY_BYTES = 4_000_000
MAX_TOTAL_BYTES = 200_000_000
MAX_MEMBER_BYTES = 50_000_000
MAX_RATIO = 100
# Small members of blanks pack well and do no harm: the ratio counts from here on.
RATIO_FROM_BYTES = 1_000_000
CHUNK_BYTES = 65_536
END_RECORD = b"PK\x05\x06"
END_RECORD_BYTES = 22
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
DAMAGED = _("This file is damaged or incomplete. Download or export it again and try the new copy.")
TOO_LARGE = _(
    "This file unpacks to more than a book can need, so it was not opened. Export it again from its source."
)
PROTECTED = _("This file is protected with a password. Remove the protection and try again.")
ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
    struct.error,
)


class Archive:
    """The members of a ZIP file by name. Raises `Unreadable` for damage, a password or too much data."""

    def __init__(self, data: bytes) -> None:
        _check_directory(data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            members = self._zip.infolist()
        except ERRORS as error:
            raise Unreadable(DAMAGED) from error
        if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_TOTAL_BYTES:
            raise Unreadable(TOO_LARGE)
        self._members = {member.filename: member for member in members if _is_safe(member.filename)}
        self._folded = {name.casefold(): name for name in self._members}
        self._read_bytes = 0

    def find(self, name: str) -> str:
        """The name of a member as it is stored, also when the case differs; "" if there is none."""
        if name in self._members:
            return name
        return self._folded.get(name.casefold(), "")

    def read(self, name: str) -> bytes:
        """The bytes of one member, counted while they are unpacked. Raises `Unreadable`, `KeyError` if absent."""
        member = self._members[name]
        if member.flag_bits & 1:
            raise Unreadable(PROTECTED)
        if member.compress_type not in METHODS:
            raise Unreadable(DAMAGED)
        limit = MAX_RATIO * max(member.compress_size, RATIO_FROM_BYTES // MAX_RATIO)
        try:
            with self._zip.open(member) as stream:
                return self._counted(stream, min(limit, MAX_MEMBER_BYTES))
        except ERRORS as error:
            raise Unreadable(DAMAGED) from error

    def _counted(self, stream: IO[bytes], limit: int) -> bytes:
        chunks: list[bytes] = []
        size = 0
        while chunk := stream.read(CHUNK_BYTES):
            size += len(chunk)
            self._read_bytes += len(chunk)
            if size > limit or self._read_bytes > MAX_TOTAL_BYTES:
                raise Unreadable(TOO_LARGE)
            chunks.append(chunk)
        return b"".join(chunks)


def _check_directory(data: bytes) -> None:
    """Refuse a directory too large to load before `zipfile` loads it."""
    at = data.rfind(END_RECORD, max(0, len(data) - END_RECORD_BYTES - 65_536))
    if at < 0 or at + END_RECORD_BYTES > len(data):
        raise Unreadable(DAMAGED)
    members, directory_bytes = struct.unpack("<HI", data[at + 10 : at + 16])
    if members > MAX_MEMBERS or directory_bytes > MAX_DIRECTORY_BYTES:
        raise Unreadable(TOO_LARGE)


def _is_safe(name: str) -> bool:
    parts = name.split("/")
    return not (name.startswith("/") or "\\" in name or ".." in parts or ":" in parts[0])


def resolve(base: str, href: str) -> str:
    """A link inside the archive as a member name, from the file it stands in; "" when it leads outside."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(base), href))
    return "" if path.startswith(("/", "..")) or path == "." else path
