"""The caches: one that all processes and machines share, for counts; ``own`` of each process, for any object, and of
each process as well ``heavy``, for what is large.

Django's default cache is the shared one: attempts to sign in are counted there.
"""

import functools
import json
import logging
import threading
import time
from collections import OrderedDict
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from django.utils.connection import ConnectionProxy
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

own = ConnectionProxy(caches, "own")

HEAVY_BYTES = 128 * 2**20
TIMEOUT_S = 1
LEAVE_ALONE_S = 5


class Json:
    """Writes values as JSON: what is read from Redis can never be code, as it can with pickle, Django's own way."""

    def dumps(self, value: Any) -> bytes:
        return json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)


class OneClient(RedisCacheClient):
    """One for all questions. Django makes one for each, which costs more than the answer."""

    @functools.cached_property
    def _one(self) -> Redis:
        return super().get_client(write=True)

    def get_client(self, key: Any = None, *, write: bool = False) -> Redis:
        return self._one


class SharedCache(RedisCache):
    """Django's cache in Redis. While Redis is away each process counts for itself, so that people can still sign in."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = OneClient
        self._options = {
            "serializer": Json,
            "socket_timeout": TIMEOUT_S,
            "socket_connect_timeout": TIMEOUT_S,
            "retry": Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
        }
        self._alone = LocMemCache(f"alone of {server}", params)
        self._alone_until = 0.0

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._ask("get", key, default, version=version)

    def set(self, key: str, value: Any, *args: Any, **kwargs: Any) -> None:
        self._ask("set", key, value, *args, **kwargs)

    def add(self, key: str, value: Any, *args: Any, **kwargs: Any) -> bool:
        return bool(self._ask("add", key, value, *args, **kwargs))

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        return int(self._ask("incr", key, delta, version=version))

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(self._ask("delete", key, version=version))

    def clear(self) -> None:
        """Forget what this process keeps for itself, and nothing else: the queue lives in the same Redis."""
        self._alone.clear()

    def _ask(self, what: str, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= self._alone_until:
            try:
                return getattr(super(), what)(*args, **kwargs)
            except (RedisError, OSError) as error:
                self._alone_until = time.monotonic() + LEAVE_ALONE_S
                logger.warning(
                    "Redis does not answer (%s): each process counts for itself until it does", error
                )
        return getattr(self._alone, what)(*args, **kwargs)


class HeavyCache:
    """Objects that are never changed, with their sizes: so many bytes of them, and what was unused longest goes first.

    They are handed out as they are, not copied as Django's caches do it. Threads may share it.
    """

    def __init__(self, most_bytes: int = HEAVY_BYTES) -> None:
        self._most_bytes, self._bytes = most_bytes, 0
        self._kept: OrderedDict[str, tuple[int, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Any:
        """What is kept under this name, or None."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][1]

    def set(self, key: str, value: Any, *, size_bytes: int) -> None:
        """Keep this in place of what had the name, unless it is larger than everything together may be."""
        with self._lock:
            self._bytes -= self._kept.pop(key, (0, None))[0]
            if size_bytes > self._most_bytes:
                return
            self._kept[key] = size_bytes, value
            self._bytes += size_bytes
            while self._bytes > self._most_bytes:
                self._bytes -= self._kept.popitem(last=False)[1][0]

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._bytes = 0


heavy = HeavyCache()
