"""The parts' log files: one a part, begun anew with each start of the studio, and never far past a limit."""

import contextlib
import os
import shutil
from pathlib import Path

LIMIT_BYTES = 20_000_000


def path_of(logs: Path, name: str) -> Path:
    """Return where the part ``name`` logs."""
    return logs / f"{name.replace(' ', '-')}.log"


def older(log: Path) -> Path:
    """Return where a log goes when a new one begins."""
    return log.with_name(f"{log.name}.1")


def set_aside(log: Path) -> None:
    """Keep the log of the run before as the one older log there is."""
    with contextlib.suppress(FileNotFoundError):
        os.replace(log, older(log))


def trim(log: Path, limit_bytes: int = LIMIT_BYTES) -> None:
    """Copy a log past the limit aside and empty it. Its writer appends, so it need not be told."""
    with contextlib.suppress(OSError):
        if log.stat().st_size > limit_bytes:
            with contextlib.suppress(OSError):  # a full disk must not keep the log from being emptied
                shutil.copyfile(log, older(log))
            os.truncate(log, 0)


def tail(log: Path, lines: int = 12) -> str:
    """Return the last lines of a log, at most 8 kB of them; nothing when it cannot be read."""
    with contextlib.suppress(OSError), log.open("rb") as source:
        source.seek(max(0, source.seek(0, os.SEEK_END) - 8192))
        return "\n".join(source.read().decode(errors="replace").splitlines()[-lines:])
    return ""
