"""The database: does it answer, are its tables as this version needs them, is it set as we set it?"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.db import Error as DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import NotSupportedError
from django.utils import timezone

from narrator.doctor.findings import Finding, clock

# SQLite's locks do not hold on these, and its shared memory (WAL) is of one machine.
NETWORK = (
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "ceph",
    "glusterfs",
    "fuse.sshfs",
    "fuse.glusterfs",
    "afs",
)


def network_filesystem(path: Path, mounts: str) -> str:
    """The kind of network file system that a path lies on, by the text of /proc/mounts; empty for a disk."""
    best, kind = "", ""
    for line in mounts.splitlines():
        _, place, found, *_ = [*line.split(), "", "", ""]
        if path.is_relative_to(place or "?") and len(place) >= len(best):
            best, kind = place, found
    return kind if kind in NETWORK else ""


def database(connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    """The database: does it answer, are its tables as this version needs them, is it set as we set it?"""
    name = connection.settings_dict["NAME"]
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        executor = MigrationExecutor(connection)
        lacking = executor.migration_plan(executor.loader.graph.leaf_nodes())
        of_its_kind = list(_sqlite(connection) if connection.vendor == "sqlite" else _postgres(connection))
    except (DatabaseError, NotSupportedError) as error:
        why = str(error).strip().splitlines()[0]
        yield Finding("database", "wrong", f"{name} cannot be used: {why}.", "Look at DATABASE_URL.")
        return
    if lacking:
        count = f"{len(lacking)} migration{'s are' if len(lacking) > 1 else ' is'}"
        yield Finding("database", "wrong", f"{count} missing in {name}.", "Run: manage.py migrate")
    yield from of_its_kind
    if not lacking and not of_its_kind:
        yield Finding("database", "fine", f"{connection.display_name} answers; no migration is missing.")


def _sqlite(connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    path = Path(str(connection.settings_dict["NAME"]))
    found = [_value(connection, f"PRAGMA {name}") for name in ("journal_mode", "busy_timeout")]
    if str(found[0]).lower() != "wal":
        yield Finding(
            "database",
            "wrong",
            f"SQLite keeps its journal as {found[0]}, so that readers wait for writers.",
            "Its folder must be writable, and on a disk of this machine. Then: "
            f"sqlite3 {path} 'PRAGMA journal_mode=WAL'",
        )
    if int(str(found[1])) < 1000:
        yield Finding(
            "database", "wrong", "SQLite waits for no other writer.", "Unset NARRATOR_DATABASE_PATIENCE."
        )
    mounts = Path("/proc/mounts")
    kind = network_filesystem(path.resolve(), mounts.read_text()) if mounts.exists() else ""
    if kind:
        yield Finding(
            "database",
            "wrong",
            f"SQLite lies on {kind}, where its locks do not hold: two writers spoil it.",
            "Put it on a disk of this machine, or use PostgreSQL: docs/deploy.md",
        )


def _postgres(connection: BaseDatabaseWrapper) -> Iterator[Finding]:
    if _value(connection, "SHOW server_encoding") != "UTF8":
        yield Finding(
            "database",
            "wrong",
            "The database does not keep its text as UTF-8.",
            "Make one: createdb -E UTF8 narrator",
        )
    if _value(connection, "SHOW lock_timeout") == "0":
        yield Finding(
            "database",
            "odd",
            "Who waits for a locked row waits for ever.",
            "Take options out of DATABASE_URL, or add: -c lock_timeout=20000",
        )
    theirs = _value(connection, "SELECT clock_timestamp()")
    if isinstance(theirs, datetime):
        yield from clock("the database", (timezone.now() - theirs).total_seconds())


def _value(connection: BaseDatabaseWrapper, statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return row[0] if row else None
