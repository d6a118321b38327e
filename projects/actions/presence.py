"""Who has a script open, and who has the pen in which line. Each page says so with every poll; who is silent has left.

It is kept in Redis and nowhere else: a hash for each script, which goes by itself. It is a courtesy; where Redis does
not answer, nobody is shown, and no page waits for it twice.
"""

import functools
import hashlib
import json
import logging
import time
from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings

from narrator.teams.models import User
from projects.pacing import quota

logger = logging.getLogger(__name__)

# A page says every POLL_S that it is there. Who has said nothing for so long is gone.
AWAY_S = 8.0
EXPIRE_S = 60
TIMEOUT_S, LEAVE_ALONE_S = 0.2, 10.0

_alone_until = 0.0


@dataclass(frozen=True)
class Person:
    """Somebody else who has the script open; ``line`` is the line under their pen, None for none."""

    user_id: int
    name: str
    line: int | None

    @property
    def initials(self) -> str:
        words = self.name.split()
        return (words[0][0] + words[-1][0] if len(words) > 1 else self.name[:2]).upper()


def meet(script_id: int, user: User, *, line: int | None, now: float | None = None) -> list[Person]:
    """Say that this person is at the script, and with the pen in which line; return the others who are there."""
    global _alone_until
    if time.monotonic() < _alone_until:
        return []
    now = time.time() if now is None else now
    key = f"narrator:here:{script_id}"
    me = json.dumps({"name": str(user), "line": line, "at": now})
    try:
        with _connection(settings.REDIS_URL).pipeline(transaction=False) as pipe:
            pipe.hset(key, str(user.pk), me)
            pipe.expire(key, EXPIRE_S)
            pipe.hgetall(key)
            rows: dict[str, str] = pipe.execute()[-1]
        return _others(key, rows, user, now)
    except (redis.RedisError, OSError, ValueError) as error:
        logger.warning("Redis does not answer (%s): pages do not show who else is there", error)
        _alone_until = time.monotonic() + LEAVE_ALONE_S
        return []


def _others(key: str, rows: dict[str, str], user: User, now: float) -> list[Person]:
    people, left = [], []
    for pk, row in rows.items():
        told: dict[str, Any] = json.loads(row)
        if now - told["at"] > AWAY_S:
            left.append(pk)
        elif int(pk) != user.pk:
            people.append(Person(int(pk), told["name"], told["line"]))
    if left:
        _connection(settings.REDIS_URL).hdel(key, *left)
    return sorted(people, key=lambda person: (person.name, person.user_id))


def digest(people: list[Person]) -> str:
    """A short name for exactly these people at these lines."""
    return hashlib.blake2b(repr(people).encode(), digest_size=6).hexdigest()


@functools.lru_cache(maxsize=4)
def _connection(url: str) -> redis.Redis:
    """A pool for the threads of this process."""
    return quota.client(url, TIMEOUT_S)
