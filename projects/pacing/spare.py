"""What one process keeps to while Redis is away: a quota of its own with the answers of quota.SharedQuota.

It has the rules of quota.lua but for two: the rate does not rise again, and none is learned where none is set.
It lasts as long as an outage does.
"""

import threading
import time
from collections.abc import Iterable

from projects.pacing.quota import EXTRA, Answer, Look, Reservation

SHARE = 178 / 180
CATCH_UP_S = 0.1
STALE_S = 0.5
LOWER, CUT_EVERY_S = 0.8, 60.0
PAUSE_MIN_S, PAUSE_MAX_S, BACKOFF_MAX_S = 0.5, 900.0, 60.0
US = 1_000_000
# Reservations of this quota; those of Redis have a larger one, and a pause makes a new one.
_FIRST_EPOCH = 1


class SpareQuota:
    """A process's own quota: the shared one, divided by the processes that shared it when last seen."""

    def __init__(self, *, slots: int, requests_per_minute: int | None) -> None:
        self._slots = slots
        self._rate: float | None = requests_per_minute
        self._processes = 1
        self._held: set[str] = set()
        self._free = threading.Condition()
        self._lock = threading.Lock()
        self._next = self._pause_until = 0.0
        self._told_at = self._cut_at = float("-inf")
        self._strikes = 0
        self._epoch = _FIRST_EPOCH
        self._reason = ""

    def learn(self, *, rate: float | None, pause_s: float) -> None:
        """Keep what Redis last said."""
        self._rate = rate
        self._pause_until = time.monotonic() + pause_s

    def learn_processes(self, processes: int) -> None:
        self._processes = max(processes, 1)

    def begin(self) -> None:
        """Redis has gone: others begin as well, so the first turn comes one interval from now."""
        with self._lock:
            self._next = max(self._next, time.monotonic() + self._interval_s())

    def count(self, slot: str) -> None:
        """Know of a slot that Redis has lent."""
        with self._free:
            self._held.add(slot)

    def hold(self, slot: str, *, until: float) -> bool:
        limit = max(self._slots // self._processes, 1) + slot.startswith(EXTRA)
        with self._free:
            free = self._free.wait_for(
                lambda: slot in self._held or len(self._held) < limit, max(until - time.monotonic(), 0)
            )
            if free:
                self._held.add(slot)
            return free

    def release(self, slot: str, unused: Reservation | None = None) -> None:
        with self._free:
            self._held.discard(slot)
            self._free.notify()

    def renew(self, process: str, slots: Iterable[str]) -> tuple[int, list[str]]:
        return self._processes, []

    def turn(
        self,
        slot: str,
        held: Reservation | None,
        *,
        more: bool = False,
        clean_age_s: float | None,
        at_once: bool = False,
    ) -> Answer:
        with self._lock:
            now = time.monotonic()
            if clean_age_s is not None and now - clean_age_s > self._told_at:
                self._strikes = 0
            pause_s = max(self._pause_until - now, 0)
            if at_once and (self._rate or pause_s):
                return Answer(go=False, reservation=None, pause_s=pause_s, rate=self._own_rate())
            if held is None or held.epoch != self._epoch or held.at < now - STALE_S:
                held = self._reserve(now)
            go = held.at <= now
            following = self._reserve(now) if go and more else None
        return Answer(go=go, reservation=held, following=following, pause_s=pause_s, rate=self._own_rate())

    def _reserve(self, now: float) -> Reservation:
        start = max(now, self._next, self._pause_until)
        late = now - CATCH_UP_S < self._next < now
        self._next = (self._next if late else start) + self._interval_s()
        return Reservation(round(start * US), self._epoch, start)

    def _own_rate(self) -> float | None:
        return self._rate / self._processes if self._rate else None

    def _interval_s(self) -> float:
        rate = self._own_rate()
        return 60 / (rate * SHARE) if rate else 0.0

    def busy(
        self, age_s: float, retry_after_s: float | None, reason: str, lowers: bool
    ) -> tuple[float, float | None]:
        with self._lock:
            now = time.monotonic()
            new = now - age_s > self._told_at + PAUSE_MIN_S / 2
            if new:
                self._told_at, self._strikes = now, min(self._strikes + 1, 10)
                if lowers and self._rate and now - self._cut_at > CUT_EVERY_S:
                    self._rate, self._cut_at = max(self._rate * LOWER, 1), now
            wait_s = min(2.0 ** (self._strikes - 1), BACKOFF_MAX_S) if new else 0.0
            if retry_after_s is not None:
                wait_s = min(max(retry_after_s, PAUSE_MIN_S), PAUSE_MAX_S)
            if new or now + wait_s > self._pause_until:
                self._pause_until = max(self._pause_until, now + wait_s)
                self._next, self._reason = max(self._next, self._pause_until), reason
                self._epoch += 1
            return self._pause_until - now, self._own_rate()

    def look(self) -> Look:
        pause_s = max(self._pause_until - time.monotonic(), 0)
        return Look(pause_s, self._own_rate(), len(self._held), 1, self._reason)
