"""A quota that always answers: the shared one, and while Redis is away this process's own.

No waiting beyond one silent Redis, no threads: who stands in which line is turns.py, who may call is pacing.py.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import redis

from projects.pacing.quota import Answer, Look, Reservation, SharedQuota
from projects.pacing.spare import SpareQuota

logger = logging.getLogger(__name__)

# While Redis is away, one caller looks for it again this often; never one that has or takes a turn, which would
# hold up the line. Whoever holds a slot shows a sign of life now and then, so there always is such a caller.
LOOK_AGAIN_S = 3.0

T = TypeVar("T")


class SteadyQuota:
    """The answers of quota.SharedQuota without its errors. ``away``: Redis did not answer when last asked."""

    def __init__(self, shared: SharedQuota, spare: SpareQuota) -> None:
        self._shared, self._spare = shared, spare
        self._lock = threading.Lock()
        self.away, self._look_again_at = False, 0.0
        self._untold: tuple[float, str, bool] | None = None  # a pause that Redis has not heard of

    def close(self) -> None:
        self._shared.close()

    def hold(self, slot: str, *, until: float) -> bool:
        held = self._ask(lambda quota: quota.hold(slot, until=until), look=True)
        if held:
            self._spare.count(slot)
        return held

    def release(self, slot: str, unused: Reservation | None = None) -> None:
        self._spare.release(slot)
        self._ask(lambda quota: quota.release(slot, unused))

    def renew(self, process: str, slots: Iterable[str]) -> list[str]:
        """A sign of life; returns which of these slots others have now."""
        processes, lost = self._ask(lambda quota: quota.renew(process, slots), look=True)
        self._spare.learn_processes(processes)
        return lost

    def turn(
        self,
        slot: str,
        held: Reservation | None,
        *,
        more: bool = False,
        clean_age_s: float | None,
        at_once: bool = False,
    ) -> Answer:
        answer = self._ask(
            lambda quota: quota.turn(slot, held, more=more, clean_age_s=clean_age_s, at_once=at_once)
        )
        if not self.away and not answer.lost:
            self._spare.learn(rate=answer.rate, pause_s=answer.pause_s)
        return answer

    def busy(self, age_s: float, retry_after_s: float | None, reason: str, lowers: bool) -> float:
        pause_s, rate = self._ask(lambda quota: quota.busy(age_s, retry_after_s, reason, lowers))
        if self.away:
            self._untold = (time.monotonic() + pause_s, reason, lowers)
        else:
            self._spare.learn(rate=rate, pause_s=pause_s)
        return pause_s

    def look(self) -> Look:
        return self._ask(lambda quota: quota.look(), look=True)

    def _ask(self, question: Callable[[SharedQuota | SpareQuota], T], *, look: bool = False) -> T:
        """Ask Redis, else the spare. ``look``: the caller may find out whether Redis is back."""
        if self._may_ask_redis(look):
            try:
                answer = question(self._shared)
                if self.away:
                    self._found()
                return answer
            except (redis.RedisError, OSError) as error:
                self._lost(error)
        return question(self._spare)

    def _may_ask_redis(self, look: bool) -> bool:
        """One caller at a time finds out whether Redis is back; the others do not wait for it."""
        with self._lock:
            if self.away:
                if not look or time.monotonic() < self._look_again_at:
                    return False
                self._look_again_at = time.monotonic() + LOOK_AGAIN_S
            return True

    def _lost(self, error: Exception) -> None:
        with self._lock:
            first, self.away = not self.away, True
            self._look_again_at = time.monotonic() + LOOK_AGAIN_S
        if first:
            logger.warning("Redis does not answer (%s): this process keeps a pace of its own", error)
            self._spare.begin()
            self._shared.reconnect()

    def _found(self) -> None:
        with self._lock:
            self.away = False
            untold, self._untold = self._untold, None
        logger.warning("Redis answers again: the pace is shared")
        if untold is not None and (left_s := untold[0] - time.monotonic()) > 0:
            self._shared.busy(0.0, left_s, untold[1], untold[2])
