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


class Backlog:
    """Work that a few threads of this process do, while anybody is in its ``with``; the last to leave waits for it.

    Threads may share it. most: so much may wait or be done at once; sound is heavy.
    """

    def __init__(self, *, threads: int, most: int) -> None:
        self._size = threads
        self._room = threading.BoundedSemaphore(most)
        self._lock = threading.Lock()
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

    def add(self, work: Work) -> bool:
        """Have this done soon, in another thread; False where there is no room: then do it yourself."""
        if not self._room.acquire(blocking=False):
            return False
        self._work.put(work)
        return True

    def _run(self, queue: SimpleQueue[Work | None]) -> None:
        try:
            while (work := queue.get()) is not None:
                self._do(work)
        finally:
            connection.close()

    def _do(self, work: Work) -> None:
        try:
            close_old_connections()
            work()
        except Exception:
            logger.exception("a take could not be completed")
        finally:
            self._room.release()
