"""What this machine writes to and asks besides the database: its data folder, Redis, the store of files."""

import shutil
import stat
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from redis import Redis, RedisError

from narrator import places
from narrator.doctor.findings import Finding, clock
from narrator.studio import checks

ROOM_ODD_BYTES = 2_000_000_000
PATIENCE_S = 3


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
