"""The pace while the real Valkey is silent, dead, emptied, or was never there."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from narrator.studio.broker import running_broker
from projects.pacing import quota
from projects.pacing.pace import Pace
from projects.pacing.quota import client
from tests.pacing.paces import SHARE, MakePace, borrowed, starts_us
from tests.studio.waiting import until


def pid_of(url: str) -> int:
    with client(url, 60) as connection:
        return int(connection.info("server")["process_id"])


def until_shared(pace: Pace) -> None:
    until(lambda: pace.state().shared, within_s=100)


def test_a_silent_redis_delays_once_and_the_pace_is_kept(
    own_broker: str, make_pace: MakePace, hasty: None
) -> None:
    pace = make_pace(own_broker, rate=600)
    pid = pid_of(own_broker)
    with borrowed(pace) as slot:
        starts_us(slot, 2)
        os.kill(pid, signal.SIGSTOP)
        try:
            assert slot.begin()
            assert not pace.state().shared
            began = time.monotonic()
            starts = starts_us(slot, 20)
            assert (starts[-1] - starts[0]) / 1e6 >= 19 * 0.1 / SHARE - 0.1
            assert time.monotonic() - began < 20 * quota.TIMEOUT_S, "not each turn asks who is silent"
            with borrowed(pace):
                assert pace.state().slots_in_use == 2
        finally:
            os.kill(pid, signal.SIGCONT)
        until_shared(pace)
        assert slot.begin()
    assert pace.state().slots_in_use == 0


def test_a_redis_that_falls_silent_while_one_waits_for_a_slot(
    own_broker: str, make_pace: MakePace, hasty: None
) -> None:
    pace = make_pace(own_broker, concurrency=1)
    pid = pid_of(own_broker)
    with borrowed(pace), client(own_broker, 60) as connection:
        took: list[float] = []

        def wait() -> None:
            began = time.monotonic()
            assert pace.slot(wait_s=4) is None
            took.append(time.monotonic() - began)

        waiting = threading.Thread(target=wait)
        waiting.start()
        until(lambda: connection.info("clients")["blocked_clients"] or not waiting.is_alive())
        os.kill(pid, signal.SIGSTOP)
        try:
            waiting.join()
        finally:
            os.kill(pid, signal.SIGCONT)
    assert 3.9 < took[0] < 40


def test_a_redis_that_was_killed_is_used_again_when_it_is_back(tmp_path: Path, make_pace: MakePace) -> None:
    with running_broker(tmp_path) as url:
        pace = make_pace(url, rate=600, lease_s=1)
        slot = borrowed(pace)
        starts_us(slot, 2)
        os.kill(pid_of(url), signal.SIGKILL)
    began = time.monotonic()
    starts = starts_us(slot, 4)
    assert (starts[-1] - starts[0]) / 1e6 >= 3 * 0.1 / SHARE - 0.1
    assert time.monotonic() - began < quota.TIMEOUT_S / 2, "a refused connection costs no time"
    assert not pace.state().shared
    slot.busy(300, "while away")
    with running_broker(tmp_path):
        until_shared(pace)
        other = make_pace(url, rate=600)
        assert other.state().reason == "while away", "a pause heard of meanwhile is told"
        assert not other.quota.away
        slot.release()


def test_without_any_redis_a_process_keeps_its_own_pace_and_slots(
    tmp_path: Path, make_pace: MakePace
) -> None:
    pace = make_pace(f"redis+socket://{tmp_path}/none.sock", concurrency=2, rate=600)
    with borrowed(pace) as slot, borrowed(pace):
        assert pace.slot(wait_s=0.05) is None
        starts = starts_us(slot, 4)
        assert (starts[-1] - starts[0]) / 1e6 >= 3 * 0.1 / SHARE - 0.1
        told = time.monotonic()
        slot.busy(0.5)
        assert slot.begin()
        assert time.monotonic() - told >= 0.49
        state = pace.state()
        assert (state.shared, state.slots_in_use) == (False, 2)
        assert state.rate_per_minute == pytest.approx(480)


def test_while_redis_is_away_processes_divide_what_they_shared(tmp_path: Path, make_pace: MakePace) -> None:
    with running_broker(tmp_path) as url:
        one, other = make_pace(url, rate=600, lease_s=4), make_pace(url, rate=600, lease_s=4)
        slots = [borrowed(one), borrowed(other)]
        until(lambda: one.quota._spare._processes == 2)
        starts_us(slots[0], 1)
    starts = starts_us(slots[0], 3)
    assert one.state().rate_per_minute == 300
    assert (starts[-1] - starts[0]) / 1e6 >= 2 * 0.2 / SHARE - 0.1
    for slot in slots:
        slot.release()


def test_an_emptied_redis_brings_no_burst_and_the_slots_return(own_broker: str, make_pace: MakePace) -> None:
    paces = [make_pace(own_broker, rate=600, concurrency=2, lease_s=1) for _ in range(2)]
    starts: list[int] = []
    emptied = threading.Event()

    def work(pace: Pace) -> None:
        with borrowed(pace) as slot:
            starts.extend(starts_us(slot, 8))
            emptied.wait(60)
            starts.extend(starts_us(slot, 8))

    threads = [threading.Thread(target=work, args=(pace,)) for pace in paces]
    for thread in threads:
        thread.start()
    while len(starts) < 16:
        time.sleep(0.01)
    with client(own_broker, 2) as connection:
        connection.flushall()
        connection.script_flush()
    emptied.set()
    for thread in threads:
        thread.join()
    after = sorted(starts)[16:]
    assert (after[-1] - after[0]) / 1e6 >= 15 * 0.1 / SHARE - 0.1
    assert all(pace.state().shared for pace in paces)
