"""The sound of a take while it is being made: the worker writes it here as it arrives, listeners read on from there.

It goes through Redis, so worker and web server may be on different machines: one stream for each take, gone by itself
EXPIRE_S after the last write. An entry's id is ``epoch-number``. Each effort for the take has an epoch of its own,
larger than those before it; Redis refuses ids that go back, so an effort that was overtaken falls silent by itself.

It is a courtesy: whatever happens to Redis, the take is made, and is heard when it is ready. Nothing here raises into
a render. The finished audio is rendering's business.
"""

import functools
import logging
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings

from projects.models import Take
from projects.models.takes import Priority
from projects.pacing import quota

logger = logging.getLogger(__name__)

EXPIRE_S = 120
# Four minutes of sound. A longer take falls silent there, and is heard to its end when it is ready.
MOST_BYTES = 4 * 60 * 48_000
# Two seconds a slice, and what one answer may carry at most: 32 s.
SLICE_BYTES, MOST_SLICES = 96_000, 16
# How long a worker may be kept waiting, once; then it leaves Redis alone for a while.
WRITE_TIMEOUT_S, LEAVE_ALONE_S = 0.5, 5.0
# A listener holds a thread of the web server for so long at most, and only so many may in one process.
LONGEST_WAIT_S, WAITERS = 1.0, 3
WANTED_S = 10

START = "0-0"
_PLACE = re.compile(r"\d{1,15}-\d{1,9}")
_waiters = threading.BoundedSemaphore(WAITERS)


class Deaf(Exception):
    """Redis does not answer: there is no live sound now. The finished take will be heard all the same."""


@dataclass(frozen=True)
class Heard:
    """Samples s16le, mono, 24 kHz, all of one epoch (0: nothing yet); ``place`` is where to read on.

    waited: False when too many others were waiting, so that the asker should come again a little later.
    """

    pcm: bytes
    place: str
    epoch: int
    waited: bool


class Sink:
    """What a worker writes one take's sound to. Its methods never raise and seldom wait; one thread may use it.

    A person's single take is sent at once. Others are kept back until somebody listens, so that a run of thousands
    of lines does not fill Redis with sound that nobody hears.
    """

    def __init__(self, take_id: int, *, at_once: bool) -> None:
        self._take_id = take_id
        self._is_wanted = at_once
        self._is_silent = False
        self.begin()

    def begin(self) -> None:
        """An effort begins: what was written before belongs to an earlier one, and is not continued."""
        self._kept = bytearray()
        self._size = self._epoch = self._number = 0

    def write(self, pcm: bytes) -> None:
        """Add whole samples: s16le, mono, 24 kHz."""
        self._size += len(pcm)
        if self._is_silent or self._size > MOST_BYTES:
            return
        self._kept += pcm
        try:
            if _redis_is_left_alone():
                self._is_silent = True
            elif self._wanted():
                self._send()
        except redis.ResponseError as error:  # overtaken by another effort, or no room
            self._is_silent = True
            logger.info("take %s is not heard live any more: %s", self._take_id, error)
        except (redis.RedisError, OSError, ValueError) as error:
            self._is_silent = True
            _leave_redis_alone(error)

    def _wanted(self) -> bool:
        if not self._is_wanted:
            self._is_wanted = bool(_writer().exists(_wanted_key(self._take_id)))
        return self._is_wanted

    def _send(self) -> None:
        key, writer = _key(self._take_id), _writer()
        is_first = not self._epoch
        if is_first:
            self._epoch = _next_epoch(writer, key)
        with writer.pipeline(transaction=False) as pipe:
            if is_first:
                pipe.xtrim(key, minid=f"{self._epoch}-0", approximate=False)
            for slice_ in _slices(self._kept):
                self._number += 1
                place = f"{self._epoch}-{self._number}"
                # An effort whose stream has expired does not begin it again in the middle.
                pipe.xadd(key, {b"s": slice_}, id=place, nomkstream=not (is_first and self._number == 1))
            pipe.expire(key, EXPIRE_S)
            answers = pipe.execute()
        self._kept.clear()
        self._is_silent = None in answers
        _found_redis()


def sink(take: Take, *, stream: bool) -> Sink | None:
    """The sink for a claimed take; None for one of a run that does not stream, which would come in one piece."""
    is_click = take.priority == Priority.CLICK
    return Sink(take.pk, at_once=is_click) if stream or is_click else None


def is_place(text: str) -> bool:
    """Whether this can be the ``after`` of ``listen``."""
    return _PLACE.fullmatch(text) is not None


def listen(take_id: int, *, after: str = START, wait: bool = True) -> Heard:
    """Return what was written after this place; where nothing was, ``wait`` up to LONGEST_WAIT_S for it.

    Only the latest effort is heard: the rest of one that was overtaken is passed over. Raises Deaf.
    """
    if _redis_is_left_alone():
        raise Deaf
    may_wait = wait and _waiters.acquire(blocking=False)
    try:
        reader = _reader()
        reader.set(_wanted_key(take_id), 1, ex=WANTED_S)
        block_ms = round(LONGEST_WAIT_S * 1000) if may_wait else None
        answer: Any = reader.xread({_key(take_id): after}, count=MOST_SLICES, block=block_ms)
    except (redis.RedisError, OSError, ValueError) as error:
        _leave_redis_alone(error)
        raise Deaf from error
    finally:
        if may_wait:
            _waiters.release()
    _found_redis()
    entries = [(place.decode(), fields[b"s"]) for place, fields in answer[0][1]] if answer else []
    return _latest(entries, after, waited=may_wait or not wait)


def _latest(entries: list[tuple[str, bytes]], after: str, *, waited: bool) -> Heard:
    place = entries[-1][0] if entries else after
    epoch = _epoch_of(place)
    return Heard(b"".join(pcm for at, pcm in entries if _epoch_of(at) == epoch), place, epoch, waited)


def _next_epoch(writer: redis.Redis, key: str) -> int:
    """Redis' own time in ms, past every epoch of this take: machines' clocks do not matter."""
    with writer.pipeline(transaction=False) as pipe:
        pipe.time()
        pipe.xrevrange(key, count=1)
        answers: Any = pipe.execute()
    (seconds, micros), last = answers
    past = _epoch_of(last[0][0].decode()) + 1 if last else 1
    return max(int(seconds) * 1000 + int(micros) // 1000, past)


def _epoch_of(place: str) -> int:
    return int(place.partition("-")[0])


def _slices(pcm: bytearray) -> Iterator[bytes]:
    for start in range(0, len(pcm), SLICE_BYTES):
        yield bytes(pcm[start : start + SLICE_BYTES])


def _key(take_id: int) -> str:
    return f"narrator:live:{take_id}"


def _wanted_key(take_id: int) -> str:
    return f"narrator:live:{take_id}:wanted"


# Redis, there or away.

_alone_until = 0.0  # time.monotonic(); 0: it answered when last asked


def _redis_is_left_alone() -> bool:
    return time.monotonic() < _alone_until


def _leave_redis_alone(error: Exception) -> None:
    global _alone_until
    if not _alone_until:
        logger.warning("Redis does not answer (%s): takes are not heard live until it does", error)
    _alone_until = time.monotonic() + LEAVE_ALONE_S


def _found_redis() -> None:
    global _alone_until
    _alone_until = 0.0


def _writer() -> redis.Redis:
    return _connection(settings.REDIS_URL, WRITE_TIMEOUT_S)


def _reader() -> redis.Redis:
    return _connection(settings.REDIS_URL, LONGEST_WAIT_S + 1)


@functools.lru_cache(maxsize=8)
def _connection(url: str, timeout_s: float) -> redis.Redis:
    """A pool for the threads of this process."""
    return quota.client(url, timeout_s, text=False)
