"""The time that one call may take, whatever it is doing: looking up a name, connecting, waiting or reading.

The clients' own timeouts start anew with every byte, so a slow drip would never end; this clock does not.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class DeadlinePassed(Exception):
    """The call's whole time is used up."""


class Stalled(Exception):
    """Nothing at all came for as long as one wait may last."""


class Deadline:
    """A monotonic end for one call, with the longest single wait for connecting and for the next bytes."""

    def __init__(self, total_s: float, *, connect_s: float, idle_s: float) -> None:
        self.total_s, self.connect_s, self.idle_s = total_s, connect_s, idle_s
        self._end = time.monotonic() + total_s

    def left_s(self) -> float:
        """Seconds that are left, more than 0. Raises DeadlinePassed."""
        left_s = self._end - time.monotonic()
        if left_s <= 0:
            raise DeadlinePassed
        return left_s

    def connecting_s(self) -> float:
        """How long to wait for a connection now. Raises DeadlinePassed."""
        return min(self.connect_s, self.left_s())

    def reading_s(self) -> float:
        """How long to wait for the next bytes now. Raises DeadlinePassed."""
        return min(self.idle_s, self.left_s())

    def timed_out(self) -> DeadlinePassed | Stalled:
        """What a wait that just ended without anything was."""
        return DeadlinePassed() if time.monotonic() >= self._end else Stalled()

    @contextmanager
    def hurried(self, seconds: float) -> Iterator[None]:
        """Inside, the end is at most that many seconds away; afterwards it is where it was."""
        end = self._end
        self._end = min(end, time.monotonic() + seconds)
        try:
            yield
        finally:
            self._end = end

    @contextmanager
    def running(self) -> Iterator[None]:
        """Makes this the deadline of everything that this thread sends and reads meanwhile."""
        token = _running.set(self)
        try:
            yield
        finally:
            _running.reset(token)


_running: ContextVar[Deadline] = ContextVar("speech_deadline")


def running() -> Deadline:
    """The deadline of this thread's call; LookupError outside of one."""
    return _running.get()
