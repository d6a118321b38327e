"""Work on spoken takes that needs no slot, so that whoever has one goes on to the next call meanwhile.

Nothing is lost with it but what a worker that dies was just fetching: what waits here is claimed, and whoever claims
the lines next finds the sound that is on disk.
"""

import functools
import logging
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from types import TracebackType

from django.db import close_old_connections, connection

logger = logging.getLogger(__name__)
# Lets those by who go first: to be called between two steps of some work, in no transaction.
LetBy = Callable[[], None]
Work = Callable[[LetBy], object]
# A piece of work waits for those who go first no longer than this in all, where there is always one of them.
PATIENCE_S = 1.0
# Answers come in bunches, for calls begun together. So long after one of them the next may still be about to come.
QUIET_S = 0.02


class Way:
    """Who goes first in a process: slots that are between two calls. 32 answers may come at the same moment, and each
    of them is a slot that stands idle."""

    def __init__(self, quiet_s: float = QUIET_S) -> None:
        self._quiet_s = quiet_s
        self._calm = threading.Condition()
        self._ahead = 0
        self._clear_since_s = time.monotonic() - quiet_s

    def ahead(self) -> "Ahead":
        """What one slot goes first with."""
        return Ahead(self._count)

    def _count(self, more: int) -> None:
        with self._calm:
            self._ahead += more
            if not self._ahead:
                self._clear_since_s = time.monotonic()
                self._calm.notify_all()

    def wait_until_clear(self, until_s: float) -> None:
        """Return when nobody has gone first for ``quiet_s``, or at this time.monotonic()."""
        with self._calm:
            while (now := time.monotonic()) < until_s:
                clear_s = until_s if self._ahead else self._clear_since_s + self._quiet_s
                if clear_s <= now:
                    return
                self._calm.wait(min(clear_s, until_s) - now)


class Backlog:
    """Work that a few threads of this process do, while anybody is in its ``with``; the last to leave waits for it.

    Threads may share it. threads: so many at most, begun when there is work for them. most: so much may wait or be
    done at once; sound is heavy. way: none is begun while somebody goes first there, nor its next step.
    """

    def __init__(self, way: Way, *, threads: int, most: int, patience_s: float = PATIENCE_S) -> None:
        self._way, self._size, self._patience_s = way, threads, patience_s
        self._room = threading.BoundedSemaphore(most)
        self._lock = threading.Lock()
        self._users = 0
        self._crew = _Crew(self._do, threads)

    def __enter__(self) -> "Backlog":
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._crew = _Crew(self._do, self._size)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._users -= 1
            ended = None if self._users else self._crew
        if ended is not None:
            ended.end()

    def add(self, work: Work, *, wait: bool = False) -> bool:
        """Have this done soon, in another thread. Where there is no room: ``wait`` for it, or False: do it yourself."""
        if not self._room.acquire(blocking=wait):
            return False
        self._crew.add(work)
        return True

    def _do(self, work: Work) -> None:
        try:
            let_by = functools.partial(self._way.wait_until_clear, time.monotonic() + self._patience_s)
            let_by()
            close_old_connections()
            work(let_by)
        except Exception:
            logger.exception("a take could not be completed")
        finally:
            self._room.release()


class _Crew:
    """Threads that do what is added, each begun when all others are busy."""

    def __init__(self, do: Callable[[Work], None], most: int) -> None:
        self._do, self._most = do, most
        self._work: SimpleQueue[Work | None] = SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def add(self, work: Work) -> None:
        self._work.put(work)
        if self._idle.acquire(blocking=False):
            return
        with self._lock:
            if len(self._threads) < self._most:
                name = f"backlog-{len(self._threads)}"
                self._threads.append(threading.Thread(target=self._run, name=name))
                self._threads[-1].start()

    def end(self) -> None:
        """Wait until all that was added is done."""
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        try:
            while (work := self._work.get()) is not None:
                self._do(work)
                self._idle.release()
        finally:
            connection.close()


class Ahead:
    """Says that a slot is between two calls, so that the backlog waits; and at its end that it is not."""

    def __init__(self, count: Callable[[int], None]) -> None:
        self._count, self._is_on = count, False

    def __enter__(self) -> "Ahead":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.say(False)

    def say(self, is_on: bool) -> None:
        """Twice is harmless."""
        if is_on != self._is_on:
            self._is_on = is_on
            self._count(1 if is_on else -1)
