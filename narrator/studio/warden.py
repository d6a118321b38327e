"""The warden: one small process that ends the studio's processes when the studio itself is killed.

A process killed with SIGKILL cannot clean up after itself, so somebody else must. The studio holds the writing end of
a pipe and tells the warden each process group it starts (``+123``) and each one that is over (``-123``). When the
pipe closes, for whatever reason, the warden ends the groups that are left: TERM, a few seconds, KILL.

Why not Linux's PR_SET_PDEATHSIG: it exists on Linux only, it reaches the child but not the child's own children
(gunicorn's workers, a voice at work), and its one signal is either too rude or too polite. Groups and a pipe work on
macOS as well. What is left open: a studio killed in the instant between a start and its ``+`` line.

This file is run by its path with ``python -I -S``, so it imports the standard library alone.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from types import TracebackType

GRACE_S = 5.0
"""How long the groups have between TERM and KILL once the studio is gone."""


def signal_group(group: int, number: int) -> bool:
    """Send a signal (0: only ask) to a process group; return whether anybody was there to get it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
        return False
    return True


class Warden:
    """The studio's end of the pipe; a context manager. Leaving it without ``over`` ends what is left."""

    def __init__(self, keep_open: Iterable[int] = ()) -> None:
        """Start the warden; it holds the file descriptors ``keep_open`` (a lock, say) until its work is done."""
        self.keep_open = tuple(keep_open)
        self.groups: set[int] = set()
        self._start()

    def _start(self) -> None:
        # A session of its own: neither Ctrl-C nor `kill -- -GROUP` on the studio reaches it.
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=self.keep_open,
            bufsize=0,
        )

    def guard(self, group: int) -> None:
        """Take a process group under guard."""
        self.groups.add(group)
        self._tell(f"+{group}\n")

    def over(self, group: int) -> None:
        """Forget a process group, because it is empty."""
        self.groups.discard(group)
        self._tell(f"-{group}\n")

    def revive(self) -> bool:
        """Start the warden again if somebody killed it; return whether that was needed."""
        if self.process.poll() is None:
            return False
        self._close_pipe()
        self._start()
        self._tell("".join(f"+{group}\n" for group in self.groups))
        return True

    def _tell(self, line: str) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):  # a dead warden is noticed by revive()
            self.process.stdin.write(line.encode())

    def _close_pipe(self) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):
            self.process.stdin.close()

    def __enter__(self) -> "Warden":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close_pipe()
        self.process.wait()


def read_groups() -> set[int]:
    """Read the studio's lines until the pipe closes; return the groups that are left."""
    groups: set[int] = set()
    for line in sys.stdin.buffer:
        group = int(line[1:])
        if line[:1] == b"+":
            groups.add(group)
        else:
            groups.discard(group)
    return groups


def end(groups: set[int]) -> None:
    """End these process groups: TERM, up to GRACE_S seconds, KILL."""
    left = {group for group in groups if signal_group(group, signal.SIGTERM)}
    deadline = time.monotonic() + GRACE_S
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = {group for group in left if signal_group(group, 0)}
    for group in left:
        signal_group(group, signal.SIGKILL)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    end(read_groups())
