"""The caches: one that all processes and machines share, for counts; ``own`` of each process, for any object, and
``windows``, of each process as well, for the large pieces of pages.

Django's default cache is the shared one: attempts to sign in are counted there.
"""

import json
import logging
import time
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from django.utils.connection import ConnectionProxy
from redis import RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

own = ConnectionProxy(caches, "own")
windows = ConnectionProxy(caches, "windows")

TIMEOUT_S = 1
LEAVE_ALONE_S = 5


class Json:
    """Writes values as JSON: what is read from Redis can never be code, as it can with pickle, Django's own way."""

    def dumps(self, value: Any) -> bytes:
        return json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)


class SharedCache(RedisCache):
    """Django's cache in Redis. While Redis is away each process counts for itself, so that people can still sign in."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
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
