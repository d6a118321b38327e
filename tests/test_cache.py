"""The shared cache: between processes, and while Redis is away."""

import logging

import pytest
import redis

from narrator import places
from narrator.cache import HeavyCache, SharedCache


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


def test_what_is_heavy_is_kept_up_to_a_size_and_what_was_unused_longest_goes_first() -> None:
    kept = HeavyCache(most_bytes=100)
    sums = object()
    kept.set("one", sums, size_bytes=40)
    kept.set("two", "2", size_bytes=40)
    assert kept.get("one") is sums
    kept.set("three", "3", size_bytes=40)
    assert [kept.get(name) for name in ("one", "two", "three")] == [sums, None, "3"]
    kept.set("one", "1", size_bytes=60)
    assert (kept.get("one"), kept.get("three")) == ("1", "3")
    kept.set("one", "too large", size_bytes=101)
    assert (kept.get("one"), kept.get("three")) == (None, "3")
    kept.clear()
    assert kept.get("three") is None
