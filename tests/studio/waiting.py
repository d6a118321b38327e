"""Waiting for something to become true, and finding the processes that belong to a folder."""

import os
import time
from collections.abc import Callable
from pathlib import Path

PROC = Path("/proc/self/environ").exists()


def until(question: Callable[[], object], within_s: float = 60.0) -> None:
    """Return when the question is answered with something true; fail when it takes too long."""
    deadline = time.monotonic() + within_s
    while not question():
        assert time.monotonic() < deadline, f"still not true after {within_s} s"
        time.sleep(0.02)


def lives(pid: int) -> bool:
    """Whether a process with this number exists and is not a zombie."""
    try:
        os.kill(pid, 0)
        return not PROC or b") Z" not in Path(f"/proc/{pid}/stat").read_bytes()
    except (ProcessLookupError, FileNotFoundError):
        return False


def processes_of(folder: Path) -> dict[int, str]:
    """Return the living processes that name this folder in their command line or environment (Linux)."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            argv = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
            if os.fsencode(folder) in argv + (entry / "environ").read_bytes():
                found[int(entry.name)] = argv.decode(errors="replace")
        except OSError:
            continue
    found.pop(os.getpid(), None)
    return found
