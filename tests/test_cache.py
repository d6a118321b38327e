"""The shared cache: between processes, and while Redis is away."""

import logging

import pytest
import redis

from narrator import places
from narrator.cache import SharedCache


def cache(url: str) -> SharedCache:
    return SharedCache(places.redis_url(url), {"KEY_PREFIX": "test_cache"})


def test_two_caches_share_what_they_keep_and_keep_it_as_json(broker: str) -> None:
    first, second = cache(broker), cache(broker)
    second.delete("attempts")
    first.set("attempts", [1.5, 2.5], 60)
    assert second.get("attempts") == [1.5, 2.5]
    assert second.add("attempts", [], 60) is False
    assert redis.Redis.from_url(places.redis_url(broker)).get("test_cache:1:attempts") == b"[1.5, 2.5]"
    assert second.delete("attempts") is True
    assert first.get("attempts", "none") == "none"
    assert first.add("attempts", True, 60) is True
    first.delete("attempts")


def test_clearing_leaves_the_queue_alone(broker: str) -> None:
    one = cache(broker)
    one.set("kept", 1, 60)
    one.clear()
    assert one.get("kept") == 1
    one.delete("kept")


def test_while_redis_is_away_it_counts_for_itself_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    one = cache("redis+socket:///nowhere/valkey.sock")
    with caplog.at_level(logging.WARNING):
        assert one.add("lock", True, 60) is True
        assert one.add("lock", True, 60) is False
        one.set("n", 3, 60)
        assert one.get("n") == 3
        assert one.delete("n") is True
    assert len(caplog.records) == 1
    one.clear()
    assert one.get("lock") is None


@pytest.mark.parametrize(
    ("celery", "redis_py"),
    [
        ("redis+socket:///run/valkey.sock", "unix:///run/valkey.sock"),
        ("redis+socket:///run/valkey.sock?virtual_host=2", "unix:///run/valkey.sock?db=2"),
        (
            "rediss://:word@host:6380/1?ssl_cert_reqs=CERT_NONE",
            "rediss://:word@host:6380/1?ssl_cert_reqs=none",
        ),
        ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"),
    ],
)
def test_celerys_spelling_of_the_address_is_turned_into_redis_pys(celery: str, redis_py: str) -> None:
    assert places.redis_url(celery) == redis_py
