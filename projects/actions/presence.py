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
from typing import Any, cast

import redis
from django.conf import settings

from narrator.cache import own
from narrator.teams.models import User
from projects.pacing import quota

logger = logging.getLogger(__name__)

# A page says every POLL_S that it is there. Who has said nothing for so long is gone.
AWAY_S = 8.0
# It is written down this often, and read so often for all pages of this process.
SAID_EACH_S, SHARED_S = 4.0, 0.5
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
    """Say that this person is at the script, and with the pen in which line; return the others who are there.

    Redis is asked where nobody's page has just asked here, and told what it does not know yet.
    """
    global _alone_until
    if time.monotonic() < _alone_until:
        return []
    now = time.time() if now is None else now
    key = f"narrator:here:{script_id}"
    try:
        rows = _said(key)
        if not _knows(rows.get(str(user.pk)), line, now):
            rows = _say(key, user, line, now)
    except (redis.RedisError, OSError, ValueError) as error:
        logger.warning("Redis does not answer (%s): pages do not show who else is there", error)
        _alone_until = time.monotonic() + LEAVE_ALONE_S
        return []
    told = [(int(pk), json.loads(row)) for pk, row in rows.items()]
    people = [
        Person(pk, row["name"], row["line"])
        for pk, row in told
        if pk != user.pk and now - row["at"] <= AWAY_S
    ]
    return sorted(people, key=lambda person: (person.name, person.user_id))


def _knows(row: str | None, line: int | None, now: float) -> bool:
    """Whether this is what there is to say of somebody, and was said lately."""
    told: dict[str, Any] | None = json.loads(row) if row else None
    return told is not None and told["line"] == line and 0 <= now - told["at"] <= SAID_EACH_S


def _said(key: str) -> dict[str, str]:
    """What everybody has said, as it was a moment ago."""
    rows: dict[str, str] | None = own.get(key)
    if rows is None:
        rows = cast(dict[str, str], _connection(settings.REDIS_URL).hgetall(key))
        own.set(key, rows, SHARED_S)
    return rows


def _say(key: str, user: User, line: int | None, now: float) -> dict[str, str]:
    """Say it, and return what everybody has said. Who is away is taken out."""
    connection = _connection(settings.REDIS_URL)
    with connection.pipeline(transaction=False) as pipe:
        pipe.hset(key, str(user.pk), json.dumps({"name": str(user), "line": line, "at": now}))
        pipe.expire(key, EXPIRE_S)
        pipe.hgetall(key)
        rows: dict[str, str] = pipe.execute()[-1]
    left = [pk for pk, row in rows.items() if now - json.loads(row)["at"] > AWAY_S]
    if left:
        connection.hdel(key, *left)
    own.set(key, rows, SHARED_S)
    return rows


def digest(people: list[Person]) -> str:
    """A short name for exactly these people at these lines."""
    return hashlib.blake2b(repr(people).encode(), digest_size=6).hexdigest()


@functools.lru_cache(maxsize=4)
def _connection(url: str) -> redis.Redis:
    """A pool for the threads of this process."""
    return quota.client(url, TIMEOUT_S)
