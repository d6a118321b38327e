"""What is misconfigured, in plain sentences that say what to do: ``manage.py doctor``, whose studio need not run.

Each examination looks at one part of the installation, changes nothing that it does not put back, and yields what it
found. What matters of narration (workers, speech) stands in the command itself.
"""

import shutil
import socket
import stat
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import Error as DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import NotSupportedError
from django.utils import timezone
from redis import Redis, RedisError

from narrator import places
from narrator.studio import checks

# Leases and turns are told by the clocks of the machines; a lease has a margin of a minute.
SKEW_WRONG_S, SKEW_ODD_S = 20.0, 2.0
ROOM_ODD_BYTES = 2_000_000_000
PATIENCE_S = 3
LOCAL = ("127.0.0.1", "::1", "localhost", "[::1]")
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

Level = Literal["fine", "odd", "wrong"]


@dataclass(frozen=True)
class Finding:
    """What an examination says. ``wrong`` has to be put right; ``odd`` may be meant so. ``do`` says how."""

    subject: str
    level: Level
    says: str
    do: str = ""

    def __str__(self) -> str:
        return f"{self.subject:<10} {self.level:<6} {self.says}{' ' if self.do else ''}{self.do}"

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def data_folder() -> Iterator[Finding]:
    """The folder that this machine writes to: may it, is there room, do others read its keys?"""
    data = Path(settings.DATA_DIR)
    try:
        checks.data_folder(data)
        free = shutil.disk_usage(data).free
    except checks.Unfit as error:
        yield Finding("data", "wrong", str(error))
        return
    if free < ROOM_ODD_BYTES:
        yield Finding(
            "data",
            "odd",
            f"Only {free // 10**6} MB are free on the disk of {data}.",
            "An hour of sound takes 173.",
        )
    for name in ("secret-key", "token-key"):
        kept = data / name
        if kept.exists() and stat.S_IMODE(kept.stat().st_mode) & 0o077:
            yield Finding("data", "wrong", f"Other users may read {kept}.", f"chmod 600 {kept}")
    yield Finding("data", "fine", f"{data} can be written; {free // 10**9} GB are free.")


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


def clock(whose: str, ahead_s: float) -> Iterator[Finding]:
    """How far this machine's clock is from another's."""
    if abs(ahead_s) >= SKEW_ODD_S:
        level: Level = "wrong" if abs(ahead_s) >= SKEW_WRONG_S else "odd"
        says = f"This machine's clock is {abs(ahead_s):.0f} s {'ahead of' if ahead_s > 0 else 'behind'} {whose}'s."
        yield Finding("clock", level, says, "Keep all machines at the same time: timedatectl set-ntp true")


def broker(url: str) -> Iterator[Finding]:
    """Redis or Valkey: does it answer, does it forget, does it keep?"""
    try:
        checks.redis_answers(url)
        address = places.redis_url(url)
        with Redis.from_url(address, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S) as client:
            info = client.info()
            seconds, micros = client.time()
    except checks.Unfit as error:
        do = (
            "Or start the studio, whose own it is: make run" if urlsplit(url).scheme == "redis+socket" else ""
        )
        yield Finding("redis", "wrong", str(error), do)
        return
    except RedisError as error:
        yield Finding("redis", "odd", f"Redis does not say how it is set ({error}).")
        return
    policy = info.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        yield Finding(
            "redis",
            "wrong",
            f"Redis drops what it has no room for ({policy}): slots, turns and bells with it.",
            "Set maxmemory-policy to noeviction.",
        )
    if not info.get("aof_enabled"):
        yield Finding(
            "redis",
            "odd",
            "Redis keeps nothing at a power cut.",
            "No line is lost by that, but attempts to sign in and limits are counted anew. Set: appendonly yes",
        )
    yield from clock("Redis", timezone.now().timestamp() - (seconds + micros / 10**6))
    yield Finding(
        "redis",
        "fine",
        f"{info.get('server_name', 'redis')} {info.get('valkey_version') or info.get('redis_version')} answers.",
    )


def store() -> Iterator[Finding]:
    """The store of files: what is written there can be read again, and taken away."""
    sentence = f"The store of files ({where_files_are()})"
    data = uuid.uuid4().hex.encode()
    try:
        name = default_storage.save(f"doctor/{data.decode()}", ContentFile(data))
        with default_storage.open(name, "rb") as file:
            same = file.read() == data
        default_storage.delete(name)
        if not same or default_storage.exists(name):
            yield Finding("store", "wrong", f"{sentence} gives back something else than it was given.")
            return
    except OSError as error:
        do = "Look at NARRATOR_S3_BUCKET, NARRATOR_S3_ENDPOINT and its keys: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY."
        why = error.strerror or str(error)
        yield Finding(
            "store", "wrong", f"{sentence}: {why}.", do if settings.S3_BUCKET else "Look at its disk."
        )
        return
    yield Finding("store", "fine", f"{sentence} can be written and read.")


def where_files_are() -> str:
    return f"the bucket {settings.S3_BUCKET}" if settings.S3_BUCKET else str(settings.MEDIA_ROOT)


def machines(vendor: str, workers: list[str]) -> Iterator[Finding]:
    """Do the parts agree on whether there are several machines? ``workers`` are names beginning with their host's."""
    far = urlsplit(settings.REDIS_URL).hostname not in (None, *LOCAL)
    shared = [
        *(["PostgreSQL"] if vendor != "sqlite" else []),
        *(["a bucket"] if settings.S3_BUCKET else []),
        *(["a Redis elsewhere"] if far else []),
    ]
    hosts = sorted({name.partition(":")[0] for name in workers} - {socket.gethostname()[:60]})
    if vendor == "sqlite" and hosts:
        yield Finding(
            "machines",
            "wrong",
            f"Workers of other machines ({', '.join(hosts)}) use this data folder, and SQLite is for one machine.",
            "Stop them, or move to PostgreSQL: docs/deploy.md",
        )
    if not shared:
        return
    if vendor == "sqlite":
        yield Finding(
            "machines",
            "odd",
            f"There is {' and '.join(shared)}, but the rows are in SQLite, on this machine.",
            "For several machines set DATABASE_URL, too: docs/deploy.md",
        )
    if not settings.S3_BUCKET:
        yield Finding(
            "machines",
            "odd",
            f"There is {' and '.join(shared)}, but files are on this machine's disk.",
            "For several machines set NARRATOR_S3_BUCKET, too.",
        )
    if _is_kept(settings.SECRET_KEY, "secret-key"):
        yield Finding(
            "machines",
            "odd",
            "The secret key is this data folder's own: on another machine nobody would be signed in.",
            f"Set NARRATOR_SECRET_KEY on all machines to what {settings.DATA_DIR / 'secret-key'} says.",
        )
    if _is_kept(settings.TOKEN_KEYS[0], "token-key"):
        yield Finding(
            "machines",
            "odd",
            "Teams' tokens are sealed with this data folder's own key: other machines cannot open them.",
            f"Set NARRATOR_TOKEN_KEYS on all machines to what {settings.DATA_DIR / 'token-key'} says.",
        )


def _is_kept(key: str, name: str) -> bool:
    kept = Path(settings.DATA_DIR) / name
    return kept.exists() and kept.read_text().strip() == key


def site() -> Iterator[Finding]:
    """How people reach the studio: names, TLS, proxies, mail."""
    for level, is_so, says, do in (*_names(), *_tls()):
        if is_so:
            yield Finding("site", level, says, do)
    if not settings.MAIL_GOES_OUT:
        says = "No mail goes out: nobody can set a new password by themselves."
        yield Finding("mail", "odd", says, "Set EMAIL_URL.")
    yield Finding("site", "fine", f"It is reached at {settings.SITE_URL}.")


Rule = tuple[Level, bool, str, str]


def _names() -> Iterator[Rule]:
    public, key, hosts = settings.HOST not in LOCAL, settings.SECRET_KEY, set(settings.ALLOWED_HOSTS)
    yield (
        "wrong",
        len(key) < 32 or key.startswith("django-insecure"),
        "The secret key can be guessed.",
        "Set NARRATOR_SECRET_KEY to what this says: openssl rand -base64 48",
    )
    yield (
        "wrong",
        settings.DEBUG and (public or settings.HTTPS),
        "Faults show the settings to whoever comes.",
        "Unset NARRATOR_DEBUG.",
    )
    yield (
        "wrong",
        "*" in hosts,
        "Any host name is believed, also in mails.",
        "Name yours in NARRATOR_ALLOWED_HOSTS.",
    )
    yield (
        "odd",
        public and hosts <= {*LOCAL, settings.HOST},
        f"It listens on {settings.HOST}, but answers to no name.",
        "Set NARRATOR_ALLOWED_HOSTS to the name that people type.",
    )


def _tls() -> Iterator[Rule]:
    plain = [origin for origin in settings.CSRF_TRUSTED_ORIGINS if not origin.startswith("https://")]
    yield (
        "wrong",
        settings.HTTPS and urlsplit(settings.SITE_URL).scheme != "https",
        f"Links in mails begin with {settings.SITE_URL}.",
        "Set NARRATOR_URL to https://your.name",
    )
    yield (
        "wrong",
        settings.HTTPS and bool(plain),
        f"Forms are trusted from {', '.join(plain)}, without TLS.",
        "Write https:// in NARRATOR_TRUSTED_ORIGINS.",
    )
    yield (
        "wrong",
        settings.HTTPS and not settings.ALLAUTH_TRUSTED_PROXY_COUNT,
        "Everybody seems to come from the proxy, so one person's attempts lock out all.",
        "Set NARRATOR_TRUSTED_PROXIES to how many proxies of yours stand in front.",
    )
    yield (
        "odd",
        settings.HOST not in LOCAL and not settings.HTTPS,
        "Passwords come in without TLS.",
        "Put a proxy in front and set NARRATOR_HTTPS: docs/deploy.md",
    )
