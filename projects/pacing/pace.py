"""The pace of calls to one endpoint account, shared by all threads, processes and machines that use it.

A worker borrows a slot (how many at once), takes a turn (how many a minute), only then chooses its work, calls,
and tells how it went; a 429 anywhere makes everybody wait and lowers the rate. What all share is in Redis
(quota.py, quota.lua); while that is away each process keeps to a share of its own (steady.py, spare.py).
No row is touched and no call is made here.
"""

import math
import os
import secrets
import socket
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType

from projects.pacing.quota import EXTRA, LEASE_S, Reservation, SharedQuota
from projects.pacing.spare import SpareQuota
from projects.pacing.steady import SteadyQuota
from projects.pacing.turns import Lost, Turns

# A turn in hand is good for so long: calls that come much later than their turn would come too close together.
TURN_KEEPS_S = 0.3
REASON_LENGTH = 200


@dataclass(frozen=True)
class PaceState:
    """What a page may say. rate_per_minute: at present; set_rate: as set; None without a limit.

    shared: False while Redis is away and the figures are of this process alone.
    """

    paused_until: datetime | None
    reason: str
    rate_per_minute: float | None
    set_rate: int | None
    slots_in_use: int
    slots: int
    shared: bool


class Pace:
    """The pace of one account as this process keeps it. Threads share one; make it in the process that uses it.

    account: see quota.account_of. concurrency: slots over all processes, the extra one not counted.
    requests_per_minute: None where no limit is known; a 429 then makes it learn one. lease_s: how soon a dead
    process's slots come back. Redis that is away delays no method by more than about two seconds. Raises ValueError
    for settings that cannot be.
    """

    def __init__(
        self,
        redis_url: str,
        account: str,
        *,
        concurrency: int,
        requests_per_minute: int | None,
        lease_s: float = LEASE_S,
    ) -> None:
        if concurrency < 1 or (requests_per_minute is not None and requests_per_minute < 1):
            raise ValueError("concurrency and requests_per_minute must be 1 or more")
        self._concurrency, self._set_rate = concurrency, requests_per_minute
        self.quota = SteadyQuota(
            SharedQuota(
                redis_url,
                account,
                slots=concurrency,
                requests_per_minute=requests_per_minute,
                lease_s=lease_s,
            ),
            SpareQuota(slots=concurrency, requests_per_minute=requests_per_minute),
        )
        self.turns = Turns(self.quota)
        self.lent = _Lent(self.quota, lease_s / 4)

    def slot(self, *, wait_s: float, extra: bool = False) -> "Slot | None":
        """Borrow a slot, waiting for one at most so long; None when all are in use. Use it in a with statement.

        ``extra`` asks for the one slot there is on top of ``concurrency``, for work that must not wait for others.
        """
        name = (EXTRA if extra else "") + secrets.token_hex(8)
        if not self.quota.hold(name, until=time.monotonic() + wait_s):
            return None
        slot = Slot(self, name)
        self.lent.add(slot)
        return slot

    def state(self) -> PaceState:
        """Return what a page may say now."""
        look = self.quota.look()
        paused_until = datetime.now(UTC) + timedelta(seconds=look.pause_s) if look.pause_s else None
        return PaceState(
            paused_until=paused_until,
            reason=look.reason if paused_until else "",
            rate_per_minute=look.rate,
            set_rate=self._set_rate,
            slots_in_use=look.slots_in_use,
            slots=self._concurrency,
            shared=not self.quota.away,
        )

    def close(self) -> None:
        """End the connections; a slot still held comes back after its lease."""
        self.lent.close()
        self.quota.close()


class Slot:
    """The right to make one call at a time, for one thread. ``with`` gives it back at the end."""

    def __init__(self, pace: Pace, name: str) -> None:
        self.name, self.is_extra = name, name.startswith(EXTRA)
        self.lost = False  # given back, or others have it: it lapsed while this process, or Redis, slept
        self.in_hand: Reservation | None = None
        self._pace = pace
        self._in_hand_until = 0.0
        self._began_at = time.monotonic()

    def __enter__(self) -> "Slot":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def turn(self, stop: threading.Event | None = None, *, wait_s: float = 20.0) -> bool:
        """Wait for a turn and keep it in hand; at once where there is one. Do this before the work is chosen.

        False, and no call may be made: ``stop`` was set, the turn would come later than ``wait_s`` (a pause), or
        the slot is lost. Threads of one process go first come, first served; one that waits behind others hears
        ``stop`` when those before it do.
        """
        if self.in_hand is not None and time.monotonic() < self._in_hand_until:
            return True
        self.in_hand = None
        if self.lost:
            return False
        try:
            self.in_hand = self._pace.turns.take(
                self.name, stop or threading.Event(), time.monotonic() + wait_s
            )
        except Lost:
            self.lost = True
        self._in_hand_until = time.monotonic() + TURN_KEEPS_S
        return self.in_hand is not None

    def begin(self, stop: threading.Event | None = None, *, wait_s: float = 20.0) -> bool:
        """Use the turn in hand, or wait for one, as ``turn``; to be called right before each call."""
        if not self.turn(stop, wait_s=wait_s):
            return False
        self.in_hand, self._began_at = None, time.monotonic()
        return True

    def clean(self) -> None:
        """The call went through. Costs nothing: Redis hears of it with the next turn."""
        self._pace.turns.went_through(self._began_at)

    def busy(self, retry_after_s: float | None = None, reason: str = "") -> float:
        """The call was told to wait (429): everybody pauses. Returns the pause in seconds.

        It also lowers the rate to 0.8 of what it was (of the calls of the last minute, where they were fewer),
        once a minute at most: 429s of calls that had begun before, or of a window that is still full, say no
        more. Without ``retry_after_s`` the pause is 1 s and doubles up to a minute until a call goes through;
        with it, at least 0.5 s and at most 15 minutes.
        """
        if retry_after_s is not None and not (math.isfinite(retry_after_s) and retry_after_s >= 0):
            retry_after_s = None
        return self._told_to_wait(retry_after_s, reason, lowers=True)

    def away(self, reason: str = "") -> float:
        """The call found nobody there: as ``busy`` without a time, but the rate stays. Returns the pause in seconds.

        Then a few calls ask from time to time whether the endpoint is back, and not every line that waits.
        """
        return self._told_to_wait(None, reason, lowers=False)

    def _told_to_wait(self, retry_after_s: float | None, reason: str, *, lowers: bool) -> float:
        age_s = time.monotonic() - self._began_at
        return self._pace.quota.busy(age_s, retry_after_s, reason[:REASON_LENGTH], lowers)

    def release(self) -> None:
        """Give the slot back, and a turn that was not used. Twice is harmless."""
        if self._pace.lent.remove(self):
            self._pace.quota.release(self.name, self.in_hand)
        self.lost, self.in_hand = True, None


class _Lent:
    """The slots this process has; while there are any, a thread shows Redis that the process lives."""

    def __init__(self, quota: SteadyQuota, every_s: float) -> None:
        self._quota, self._every_s = quota, every_s
        self._process = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._slots: dict[str, Slot] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()

    def add(self, slot: Slot) -> None:
        with self._lock:
            self._slots[slot.name] = slot
            if self._thread is None:
                self._thread = threading.Thread(target=self._beat, name="pace", daemon=True)
                self._thread.start()

    def remove(self, slot: Slot) -> bool:
        """Return whether it was still there."""
        with self._lock:
            return self._slots.pop(slot.name, None) is not None

    def close(self) -> None:
        self._closed.set()
        with self._lock:
            thread, self._slots = self._thread, {}
        if thread is not None:
            thread.join()

    def _beat(self) -> None:
        while not self._closed.is_set():
            with self._lock:
                slots = dict(self._slots)
                if not slots:
                    self._thread = None
                    return
            for name in self._quota.renew(self._process, slots):
                slots[name].lost = True
            self._closed.wait(self._every_s)
