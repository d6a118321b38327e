"""Spoken takes that wait to be completed, so that whoever has a slot goes on to the next call meanwhile.

Nothing is lost with it: what waits here is on disk, and claimed. A worker that dies loses the claims as any other,
and whoever claims the lines next finds their sound.
"""

import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue
from types import TracebackType

from django.db import close_old_connections, connection

logger = logging.getLogger(__name__)
Work = Callable[[], object]
# Work waits for those who go first no longer than this, where there is always one of them.
PATIENCE_S = 0.2


class Backlog:
    """Work that a few threads of this process do, while anybody is in its ``with``; the last to leave waits for it.

    Threads may share it. most: so much may wait or be done at once; sound is heavy. None is begun while somebody is
    between two calls (``Ahead``): 32 answers may come at the same moment, and each of them is a slot that stands idle.
    """

    def __init__(self, *, threads: int, most: int, patience_s: float = PATIENCE_S) -> None:
        self._size, self._patience_s = threads, patience_s
        self._room = threading.BoundedSemaphore(most)
        self._lock = threading.Lock()
        self._calm = threading.Condition()
        self._ahead = 0
        self._users = 0
        self._work: SimpleQueue[Work | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> "Backlog":
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._work = SimpleQueue()
                self._threads = [
                    threading.Thread(target=self._run, args=(self._work,), name=f"backlog-{number}")
                    for number in range(self._size)
                ]
                for thread in self._threads:
                    thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._users -= 1
            ended = [] if self._users else self._threads
            for _ in ended:
                self._work.put(None)
        for thread in ended:
            thread.join()

    def add(self, work: Work, *, wait: bool = False) -> bool:
        """Have this done soon, in another thread; False where there is no room: then do it yourself, or ``wait``."""
        if not self._room.acquire(blocking=wait):
            return False
        self._work.put(work)
        return True

    def ahead(self) -> "Ahead":
        """What one slot goes before this work with."""
        return Ahead(self._count)

    def _count(self, more: int) -> None:
        with self._calm:
            self._ahead += more
            self._calm.notify_all()

    def _run(self, queue: SimpleQueue[Work | None]) -> None:
        try:
            while (work := queue.get()) is not None:
                self._do(work)
        finally:
            connection.close()

    def _do(self, work: Work) -> None:
        try:
            with self._calm:
                self._calm.wait_for(lambda: not self._ahead, self._patience_s)
            close_old_connections()
            work()
        except Exception:
            logger.exception("a take could not be completed")
        finally:
            self._room.release()


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
