"""The line in which the threads of one process wait for their turns; only the first of them asks the quota.

So a pause, a stop or a new rate finds one reservation of each process, not one of each thread; the question that
uses a reservation makes the next one, which is one command for each turn. While there is neither limit nor pause
nobody has to wait for anybody, and each asks by himself.
"""

import threading
import time
from collections import deque

from projects.pacing.quota import Answer, Reservation
from projects.pacing.steady import SteadyQuota


class Lost(Exception):
    """The slot belongs to others meanwhile."""


class Turns:
    """The turns of one process. Threads share it."""

    def __init__(self, quota: SteadyQuota) -> None:
        self._quota = quota
        self._line = _Line()
        self._reserved: Reservation | None = None  # of whoever is first in the line
        self._clean_at: float | None = None
        self._is_free = False  # neither limit nor pause, when last asked

    def went_through(self, began_at: float) -> None:
        """A call that began at this time.monotonic() went through; the quota hears of it with the next question."""
        self._clean_at = max(self._clean_at or began_at, began_at)

    def take(self, slot: str, stop: threading.Event, until: float) -> Reservation | None:
        """Wait in the line, then for the reserved time. None: stopped, or it would be later than ``until``.

        Raises Lost.
        """
        if self._is_free and not stop.is_set() and (turn := self._ask_at_once(slot)) is not None:
            return turn
        if not self._line.join(until):
            return None
        try:
            while self._wait_for_reserved(stop, until):
                if (turn := self._ask(slot)) is not None:
                    return turn
            return None
        finally:
            self._line.leave()

    def _wait_for_reserved(self, stop: threading.Event, until: float) -> bool:
        """Wait until the reservation, if there is one, is due; False when stopped, or when it is due too late."""
        if self._reserved is None:
            return not stop.is_set()
        if self._reserved.at > until:
            return False
        return not stop.wait(max(self._reserved.at - time.monotonic(), 0))

    def _ask(self, slot: str) -> Reservation | None:
        """Use the reservation. None: a later one took its place."""
        held, self._reserved = self._reserved, None
        answer = self._quota.turn(slot, held, more=self._line.waiting > 0, clean_age_s=self._clean_age_s())
        self._reserved = answer.following if answer.go else answer.reservation
        return self._taken(answer)

    def _ask_at_once(self, slot: str) -> Reservation | None:
        """A turn while there is neither limit nor pause, else None."""
        return self._taken(self._quota.turn(slot, None, clean_age_s=self._clean_age_s(), at_once=True))

    def _clean_age_s(self) -> float | None:
        clean_at, self._clean_at = self._clean_at, None
        return None if clean_at is None else time.monotonic() - clean_at

    def _taken(self, answer: Answer) -> Reservation | None:
        if answer.lost:
            raise Lost
        self._is_free = answer.go and answer.rate is None
        return answer.reservation if answer.go else None


class _Line:
    """First come, first served."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._taken = False

    @property
    def waiting(self) -> int:
        """How many stand behind the first."""
        return len(self._waiting)

    def join(self, until: float) -> bool:
        """Wait to be the first; False when it takes longer than until this time.monotonic()."""
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(max(until - time.monotonic(), 0)):
            return True
        with self._lock:
            if mine.is_set():
                return True
            self._waiting.remove(mine)
            return False

    def leave(self) -> None:
        """Let the next be the first."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
