"""The lock on a data folder: one studio at a time, and whoever comes second learns where the first runs."""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

POLL_S = 0.1


class Held(Exception):
    """Somebody else holds the lock; ``owner`` is what they wrote about themselves, with at least ``pid``."""

    def __init__(self, owner: dict[str, object]) -> None:
        super().__init__(str(owner))
        self.owner = owner


class Lock:
    """A held lock. ``fd`` may be given to a child, which then holds it as well."""

    def __init__(self, path: Path, fd: int) -> None:
        self.path = path
        self.fd = fd
        self.describe()

    def describe(self, **facts: object) -> None:
        """Write who holds the lock, for those who find it taken."""
        content = json.dumps({"pid": os.getpid(), **facts}).encode()
        os.ftruncate(self.fd, 0)
        os.pwrite(self.fd, content, 0)


@contextlib.contextmanager
def held(path: Path, wait_s: float = 8.0, *, for_the_living: bool = False) -> Iterator[Lock]:
    """Hold the lock on ``path`` as long as the block lasts. Raises Held, OSError.

    It waits for an owner that is dead already, because its warden holds the lock while it clears up; for a living
    one only on request.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + wait_s
        while not _taken(fd):
            owner = _owner(fd)
            if (_lives(owner.get("pid")) and not for_the_living) or time.monotonic() > deadline:
                raise Held(owner)
            time.sleep(POLL_S)
        yield Lock(path, fd)
    finally:
        os.close(fd)


def _taken(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _owner(fd: int) -> dict[str, object]:
    try:
        owner = json.loads(os.pread(fd, 4096, 0))
    except ValueError:  # not written yet
        return {}
    return owner if isinstance(owner, dict) else {}


def _lives(pid: object) -> bool:
    try:
        os.kill(int(str(pid)), 0)
    except (ValueError, OverflowError):
        return True  # nothing is known about the owner, so it is not known to be dead
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
