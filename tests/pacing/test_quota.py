"""Slots over all processes with a real Valkey; the names and addresses of an account's quota."""

import subprocess
import sys
import threading
import time

import pytest
import redis

from projects.pacing.pace import Pace
from projects.pacing.quota import account_of, client
from tests.pacing.paces import MakePace, borrowed, state_key
from tests.studio.waiting import until


def test_slots_are_counted_over_all_processes(broker: str, make_pace: MakePace) -> None:
    one, other = make_pace(broker, concurrency=2), make_pace(broker, concurrency=2)
    with borrowed(one), borrowed(other):
        assert one.slot(wait_s=0) is None
        began = time.monotonic()
        assert other.slot(wait_s=0.3) is None
        assert 0.29 < time.monotonic() - began < 30
        assert one.state().slots_in_use == 2
    assert one.state().slots_in_use == 0
    slot = borrowed(one)
    slot.release()
    slot.release()
    assert not slot.begin(), "it was given back"
    assert one.state().slots_in_use == 0


def test_a_slot_given_back_goes_to_who_waited_longest(
    broker: str, make_pace: MakePace, valkey: redis.Redis, account: str
) -> None:
    one, other = make_pace(broker, concurrency=1), make_pace(broker, concurrency=1)
    held = borrowed(one)
    order: list[str] = []

    def wait(name: str, pace: Pace) -> None:
        slot = pace.slot(wait_s=100)
        assert slot is not None
        with slot:
            order.append(name)

    threads: list[threading.Thread] = []
    for name, pace in (("first", other), ("second", one)):
        threads.append(threading.Thread(target=wait, args=(name, pace)))
        threads[-1].start()
        until(lambda: valkey.zcard(state_key(account) + ":waiting") == len(threads))
    held.release()
    for thread in threads:
        thread.join()
    assert order == ["first", "second"]


def test_the_extra_slot_is_one_on_top_whoever_asks(broker: str, make_pace: MakePace) -> None:
    one, other = make_pace(broker, concurrency=2), make_pace(broker, concurrency=2)
    first, second = borrowed(one), borrowed(other)
    extra = other.slot(wait_s=0, extra=True)
    assert extra is not None
    assert (first.is_extra, extra.is_extra) == (False, True)
    assert extra.turn()
    assert one.slot(wait_s=0, extra=True) is None
    first.release()
    assert one.slot(wait_s=0) is None, "while it is used there are no more than before"
    extra.release()
    third = borrowed(one)
    for slot in (second, third):
        slot.release()


HOLDER = """
import sys, time
from projects.pacing.pace import Pace
pace = Pace(sys.argv[1], sys.argv[2], concurrency=1, requests_per_minute=600, lease_s=4)
slot = pace.slot(wait_s=0)
print("held", flush=True)
time.sleep(600)
"""


def test_the_slot_of_a_dead_process_comes_back_and_that_of_a_living_one_does_not(
    broker: str, make_pace: MakePace, valkey: redis.Redis, account: str
) -> None:
    def ends() -> float:
        """When the lease of the one slot does."""
        return valkey.zrange(state_key(account) + ":slots", 0, 0, withscores=True)[0][1]

    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, broker, account], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        pace = make_pace(broker, concurrency=1, lease_s=4)
        first = ends()
        until(lambda: ends() > first)  # it lives, so its lease is renewed
        assert pace.slot(wait_s=0.1) is None
        holder.kill()
        holder.wait()
        slot = pace.slot(wait_s=100)
        assert slot is not None
        slot.release()
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()  # type: ignore[union-attr]


def test_a_slot_that_lapsed_and_was_lent_again_makes_no_call(
    broker: str, make_pace: MakePace, valkey: redis.Redis, account: str
) -> None:
    pace = make_pace(broker, concurrency=1)
    with borrowed(pace) as lapsed:
        # The sign of life that goes with the first slot would take it back.
        until(lambda: valkey.exists(state_key(account) + ":processes"))
        valkey.delete(state_key(account) + ":slots")
        assert lapsed.begin(), "nobody wanted it: it is simply lent again"
        valkey.delete(state_key(account) + ":slots")
        with borrowed(make_pace(broker, concurrency=1)):
            assert not lapsed.turn()
            assert lapsed.lost


def test_no_key_and_no_value_reveals_the_token(broker: str, valkey: redis.Redis) -> None:
    token = "sk-canary-17"
    name = account_of("https://speech.example/v1", token)
    pace = Pace(broker, name, concurrency=2, requests_per_minute=600)
    with borrowed(pace) as slot:
        assert slot.begin()
        slot.busy(0.5, "Throttling")
        everything = [name]
        for key in valkey.keys(f"*{name}*"):
            kind = valkey.type(key)
            everything += [key, str(valkey.hgetall(key) if kind == "hash" else valkey.zrange(key, 0, -1))]
    pace.close()
    assert len(everything) >= 5
    assert "canary" not in "".join(everything)


def test_an_account_is_a_host_and_a_token() -> None:
    name = account_of("https://speech.example/v1", "one")
    assert name == account_of("HTTPS://Speech.Example:443/", "one")
    assert name != account_of("https://speech.example/v1", "two")
    assert name != account_of("http://speech.example/v1", "one")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis+socket:///data/a%20b.sock", {"path": "/data/a b.sock"}),
        ("redis+socket:///data/x.sock?virtual_host=3", {"path": "/data/x.sock", "db": 3}),
        ("redis://:secret@broker:6380/2", {"host": "broker", "port": 6380, "db": 2, "password": "secret"}),
        ("redis://broker?virtual_host=4&socket_timeout=900", {"host": "broker", "db": 4}),
        ("rediss://broker:6379/1?ssl_cert_reqs=CERT_NONE", {"ssl_cert_reqs": "none"}),
    ],
)
def test_addresses_as_the_settings_spell_them(url: str, expected: dict[str, object]) -> None:
    with client(url, 1.5) as connection:
        settings = connection.connection_pool.connection_kwargs
        assert {name: settings[name] for name in expected} == expected
        assert settings["socket_timeout"] == 1.5


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError):
        Pace("amqp://broker", "a", concurrency=1, requests_per_minute=1)
    with pytest.raises(ValueError):
        Pace("redis://broker", "a", concurrency=0, requests_per_minute=1)
    with pytest.raises(ValueError):
        Pace("redis://broker", "a", concurrency=1, requests_per_minute=0)
