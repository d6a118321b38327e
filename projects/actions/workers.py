"""Which workers there are: each has a name that dies with its process, and together they show that they live.

A worker's name is also a locked file in the data folder. The system takes the lock back the moment the process is
gone, however it went, so a sweep on the same machine knows at once whose claims nobody will finish. Of workers on
other machines only the lease tells (claims.py).
"""

import fcntl
import functools
import os
import socket
import uuid
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

# A sweep comes every five seconds; after so long without one nobody is at work, or the broker is away.
SILENT_S = 30
PULSE = "workers"


def me() -> str:
    """The name of this worker process, under which it claims; the same for all its threads. OSError from the disk."""
    return _name(os.getpid())


@functools.lru_cache(maxsize=1)
def _name(pid: int) -> str:
    name = f"{socket.gethostname()[:60]}:{pid}:{uuid.uuid4().hex[:8]}"
    _folder().mkdir(parents=True, exist_ok=True)
    _taken(
        os.open(_folder() / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    )  # held until the process ends
    return name


def gone() -> list[str]:
    """Return the names of this machine's workers that are no more and have not been forgotten yet."""
    return [name for name in known() if _is_free(_folder() / name)]


def known() -> list[str]:
    """The names of all workers that have used this data folder and are not forgotten, living or gone."""
    return [file.name for file in sorted(_folder().glob("*:*"))]


def forget(name: str) -> None:
    """Nothing is left that this worker, which is gone, had claimed."""
    (_folder() / name).unlink(missing_ok=True)


@dataclass(frozen=True)
class Sweep:
    """When the last sweep was, and which worker did it."""

    at: datetime
    name: str


def show() -> None:
    """Let pages know that a worker lives and hears the broker: it sweeps."""
    cache.set(PULSE, [timezone.now().isoformat(), me()], timeout=SILENT_S)


def last_sweep() -> Sweep | None:
    """The last sweep; None where there has been none for a while."""
    found = cache.get(PULSE)
    return Sweep(datetime.fromisoformat(found[0]), found[1]) if found else None


def are_silent() -> bool:
    """Whether no worker has shown itself for a while: none runs, or the broker does not answer."""
    return last_sweep() is None


def _folder() -> Path:
    return settings.DATA_DIR / "run" / "workers"


def _is_free(file: Path) -> bool:
    try:
        descriptor = os.open(file, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        return _taken(descriptor)
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
