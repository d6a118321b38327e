import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from narrator import places
from narrator.studio import broker
from narrator.studio.broker import running_broker
from narrator.studio.part import CannotStart
from tests.studio.conftest import Program
from tests.studio.waiting import lives, until


def client(data: Path) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(places.broker_socket(data)), decode_responses=True)


def test_it_answers_during_the_block_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with running_broker(tmp_path) as url, client(tmp_path) as connection:
        assert url == places.broker_url(tmp_path)
        assert connection.ping()
        assert connection.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
        pid = connection.info("server")["process_id"]
    assert not lives(pid)
    assert not places.broker_socket(tmp_path).exists()


def test_messages_survive_kill_9(tmp_path: Path) -> None:
    with running_broker(tmp_path), client(tmp_path) as connection:
        connection.rpush("wake", "message")
        until(lambda: connection.info("persistence")["aof_pending_bio_fsync"] == 0)
        os.kill(connection.info("server")["process_id"], signal.SIGKILL)
    with running_broker(tmp_path), client(tmp_path) as connection:
        assert connection.lrange("wake", 0, -1) == ["message"]


def test_a_long_data_path_has_its_socket_elsewhere(tmp_path: Path) -> None:
    data = tmp_path / ("long" * 30)
    with running_broker(data), client(data) as connection:
        assert connection.ping()
        assert not places.broker_socket(data).is_relative_to(data)
    assert not places.broker_socket(data).parent.exists()


def test_a_second_caller_shares_the_first_ones_broker(tmp_path: Path) -> None:
    with running_broker(tmp_path), client(tmp_path) as connection:
        pid = connection.info("server")["process_id"]
        with running_broker(tmp_path):
            assert connection.info("server")["process_id"] == pid
        assert connection.ping()


def test_a_socket_file_without_a_broker_is_no_hindrance(tmp_path: Path) -> None:
    path = places.broker_socket(tmp_path)
    path.parent.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with running_broker(tmp_path), client(tmp_path) as connection:
        assert connection.ping()


@pytest.fixture
def orphan(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A broker on the data folder that nobody looks after."""
    broker.prepare(tmp_path)
    process = subprocess.Popen(broker.part(tmp_path).argv, stdout=subprocess.DEVNULL)
    until(lambda: broker.answers(places.broker_socket(tmp_path)))
    yield process
    process.kill()
    process.wait()


def test_a_broker_that_was_left_behind_is_stopped_and_its_messages_are_kept(
    tmp_path: Path, orphan: subprocess.Popen[bytes]
) -> None:
    with client(tmp_path) as connection:
        connection.set("kept", "yes")
    with running_broker(tmp_path), client(tmp_path) as connection:
        assert orphan.wait(60) == 0
        assert connection.get("kept") == "yes"
        assert connection.info("server")["process_id"] != orphan.pid


def test_a_broker_that_was_left_behind_and_hangs_is_a_clear_failure(
    tmp_path: Path, orphan: subprocess.Popen[bytes]
) -> None:
    orphan.send_signal(signal.SIGSTOP)
    with pytest.raises(CannotStart, match="does not answer"), running_broker(tmp_path):
        pass


def test_a_damaged_store_says_what_to_do(tmp_path: Path) -> None:
    with running_broker(tmp_path), client(tmp_path) as connection:
        connection.set("key", "value" * 1000)
    (increments,) = (tmp_path / "valkey" / "appendonlydir").glob("*.incr.aof")
    content = bytearray(increments.read_bytes())
    content[:40] = b"nonsense" * 5
    increments.write_bytes(content)
    with pytest.raises(CannotStart, match="move it away and start again") as caught, running_broker(tmp_path):
        pass
    assert "Bad file format" in caught.value.tail


PROGRAM = """
import sys, time
from pathlib import Path
from narrator.studio.broker import running_broker
with running_broker(Path(sys.argv[1])):
    print("up", flush=True)
    time.sleep(600)
"""


def test_it_ends_when_its_program_is_killed(run_program: Callable[..., Program], tmp_path: Path) -> None:
    program = run_program("-c", PROGRAM, str(tmp_path))
    program.says("up")
    with client(tmp_path) as connection:
        pid = connection.info("server")["process_id"]
    program.send(signal.SIGKILL)
    until(lambda: not lives(pid))
    assert not places.broker_socket(tmp_path).exists()
