"""How many requests at once and how many a minute: counted exactly, refused with 429. Thread-safe."""

import threading
import time
from collections import deque

from projects.speech.standin.replies import Refused
from projects.speech.standin.settings import Settings

WINDOW_S = 60.0


class Gate:
    """Lets requests in. A refused one does not count towards the minute."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._admitted_at: deque[float] = deque()
        self.in_flight = 0
        self.max_in_flight = 0

    def enter(self) -> "Ticket":
        """A place until the ticket is given back. Raises Refused (429)."""
        now = time.monotonic()
        with self._lock:
            while self._admitted_at and self._admitted_at[0] <= now - WINDOW_S:
                self._admitted_at.popleft()
            concurrency, rate = self._settings.concurrency, self._settings.requests_per_minute
            if concurrency is not None and self.in_flight >= concurrency:
                raise Refused(
                    429, "Throttling.BurstRate", "Request rate increased too quickly. Too many at once."
                )
            if rate is not None and len(self._admitted_at) >= rate:
                raise Refused(
                    429, "Throttling.RateQuota", "Requests rate limit exceeded, please try again later."
                )
            self._admitted_at.append(now)
            self.in_flight += 1
            self.max_in_flight = max(self.max_in_flight, self.in_flight)
        return Ticket(self)

    def leave(self) -> None:
        """Called by the ticket."""
        with self._lock:
            self.in_flight -= 1


class Ticket:
    """One place. Given back just before the last bytes go out, so that a client who has its answer is out."""

    def __init__(self, gate: Gate) -> None:
        self._gate: Gate | None = gate

    def give_back(self) -> None:
        """Twice is harmless."""
        gate, self._gate = self._gate, None
        if gate is not None:
            gate.leave()
