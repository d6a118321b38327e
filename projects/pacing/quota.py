"""What an endpoint account may be asked for, kept in Redis where every worker of every machine looks (quota.lua).

Only the questions and their answers live here: who waits is turns.py, what happens while Redis is away steady.py.
Every method is one command, takes at most TIMEOUT_S when Redis is silent, and raises redis.RedisError or OSError.
"""

import contextlib
import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

SCRIPT = Path(__file__).with_name("quota.lua").read_text()
TIMEOUT_S = 1.0
# A lent slot comes back so long after the last sign of life of the process that has it.
LEASE_S = 15.0
# What an extra slot's name begins with, here and in quota.lua.
EXTRA = "extra-"
# One blocking wait for a slot's bell. The connection's own timeout must be longer, and bounds a silent Redis.
BELL_S = 1.0
LONGEST_SLOT_WAIT_S = 120.0

US = 1_000_000
_KEYS = ("", ":slots", ":waiting", ":processes")
_OWN_QUERY = ("virtual_host", "timeout", "socket_timeout", "socket_connect_timeout", "retry_on_timeout")


@dataclass(frozen=True)
class Reservation:
    """A turn to come. start_us and epoch are the quota's own words for it; at: when, in time.monotonic()."""

    start_us: int
    epoch: int
    at: float


@dataclass(frozen=True)
class Answer:
    """What became of asking for a turn.

    go: the reservation may be used now. lost: the slot belongs to others meanwhile. following: a turn for the
    next in line, where one was asked for. pause_s: how long everybody must wait. rate: the present requests per
    minute, None without a limit.
    """

    go: bool
    reservation: Reservation | None
    following: Reservation | None = None
    lost: bool = False
    pause_s: float = 0.0
    rate: float | None = None


@dataclass(frozen=True)
class Look:
    """The quota at this moment, in the units of Answer."""

    pause_s: float
    rate: float | None
    slots_in_use: int
    processes: int
    reason: str


class SharedQuota:
    """One account's quota in Redis. Threads may share it; make it in the process that uses it."""

    def __init__(
        self, url: str, account: str, *, slots: int, requests_per_minute: int | None, lease_s: float = LEASE_S
    ) -> None:
        prefix = (
            "narrator:pace:{" + account + "}"
        )  # the braces keep an account's keys on one node of a cluster
        self._keys = [prefix + key for key in _KEYS]
        self._limits = (slots, requests_per_minute or 0, round(lease_s * US))
        self._client = client(url, TIMEOUT_S)
        self._bells = client(url, BELL_S + TIMEOUT_S)
        self._script = self._client.register_script(SCRIPT)

    def close(self) -> None:
        self._client.close()
        self._bells.close()

    def reconnect(self) -> None:
        """Drop connections that a Redis which went away has left behind."""
        for each in (self._client, self._bells):
            with contextlib.suppress(redis.RedisError, OSError):
                each.connection_pool.disconnect(inuse_connections=False)

    def _ask(self, question: str, *about: str | float) -> list:
        return self._script(keys=self._keys, args=[question, *self._limits, *about])

    def hold(self, slot: str, *, until: float) -> bool:
        """Borrow a slot, waiting for one at most until this time.monotonic(); first come, first served."""
        while True:
            left_s = min(until - time.monotonic(), LONGEST_SLOT_WAIT_S)
            held, free_in_us = self._ask("hold", slot, max(round(left_s * US), 0))
            if held or left_s <= 0:
                return bool(held)
            # Whoever gives a slot back rings; the slot of a dead holder is free at the end of its lease.
            wait_s = min(left_s, free_in_us / US, BELL_S)
            self._bells.blpop([f"{self._keys[0]}:bell:{slot}"], timeout=max(wait_s, 0.02))

    def release(self, slot: str, unused: Reservation | None = None) -> None:
        """Give the slot back, and with it a turn that was not used, where it was the latest one."""
        turn = (unused.start_us, unused.epoch) if unused else (0, 0)
        self._ask("release", slot, *turn)

    def renew(self, process: str, slots: Iterable[str]) -> tuple[int, list[str]]:
        """A sign of life; returns how many processes live, and which of these slots others have now."""
        processes, *lost = self._ask("renew", process, *slots)
        return processes, lost

    def turn(
        self,
        slot: str,
        held: Reservation | None,
        *,
        more: bool = False,
        clean_age_s: float | None,
        at_once: bool = False,
    ) -> Answer:
        """Use the reservation, or make one; ``more``: reserve one for the next in line, too.

        at_once: make none where there is a limit or a pause; then there is none in the answer either.

        clean_age_s: how long ago the youngest call began that went through, None where there is none to tell.
        """
        reservation = (held.start_us, held.epoch) if held else (0, 0)
        clean_us = -1 if clean_age_s is None else round(clean_age_s * US)
        answer = self._ask("turn", slot, *reservation, int(more), clean_us, int(at_once))
        go, start, wait, next_start, next_wait, epoch, pause, rate = answer
        now = time.monotonic()
        return Answer(
            go=go == 1,
            lost=go == -1,
            reservation=Reservation(start, epoch, now + wait / US) if start else None,
            following=Reservation(next_start, epoch, now + next_wait / US) if next_start else None,
            pause_s=pause / US,
            rate=_rate(rate),
        )

    def busy(
        self, age_s: float, retry_after_s: float | None, reason: str, lowers: bool
    ) -> tuple[float, float | None]:
        """A call that began ``age_s`` ago was told to wait; returns the pause and the rate from now on."""
        asked_us = -1 if retry_after_s is None else round(retry_after_s * US)
        pause, rate = self._ask("busy", round(age_s * US), asked_us, reason, int(lowers))
        return pause / US, _rate(rate)

    def look(self) -> Look:
        pause, rate, slots, processes, reason = self._ask("look")
        return Look(pause / US, _rate(rate), slots, processes, reason)


def _rate(text: str) -> float | None:
    return float(text or 0) or None


def client(url: str, timeout_s: float, *, text: bool = True) -> redis.Redis:
    """Connect as the settings' broker address says, Celery's spellings included. Raises ValueError for others.

    Answers are read as text, or left as bytes where they are sound.

    A connection that was closed meanwhile is opened once again; a silent server is not asked twice.
    """
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    db = query.get("virtual_host", "").strip("/")
    query = {name: value for name, value in query.items() if name not in _OWN_QUERY} | (
        {"db": db} if db else {}
    )
    if "ssl_cert_reqs" in query:
        query["ssl_cert_reqs"] = query["ssl_cert_reqs"].removeprefix("CERT_").lower()
    scheme = "unix" if parts.scheme in ("redis+socket", "socket") else parts.scheme
    return redis.Redis.from_url(
        f"{scheme}://{parts.netloc}{parts.path}?{urlencode(query)}",
        socket_timeout=timeout_s,
        socket_connect_timeout=TIMEOUT_S,
        decode_responses=text,
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    )


def account_of(url: str, token: str) -> str:
    """Return a name for the account behind this endpoint and token that does not reveal the token.

    The way to it is slow on purpose (milliseconds), so that a weak token cannot be guessed from the name either.
    """
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = f"{(parts.hostname or '').lower()}:{port}"
    return hashlib.pbkdf2_hmac("sha256", token.encode(), host.encode(), 20_000, dklen=12).hex()
