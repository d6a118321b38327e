import errno
import os
import socket
import subprocess
from pathlib import Path

import pytest
from kombu import Connection

from narrator import places
from narrator.studio import checks
from narrator.studio.broker import running_broker
from narrator.studio.checks import Unfit


def test_a_folder_that_can_be_made_is_made_and_left_empty(tmp_path: Path) -> None:
    checks.data_folder(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_a_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unfit, match=r"a part of its path is a file.*NARRATOR_DATA_DIR="):
        checks.data_folder(tmp_path / "file" / "data")
    with pytest.raises(Unfit, match="it is a file, not a folder"):
        checks.data_folder(tmp_path / "file")


@pytest.mark.skipif(os.getuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(Unfit, match="this user may not write there"):
        checks.data_folder(tmp_path)
    tmp_path.chmod(0o700)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "its disk is full"),
        (errno.EROFS, "its disk is read-only"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_the_reason_is_named(number: int, reason: str) -> None:
    assert reason in places.refusal(Path("/data"), OSError(number, os.strerror(number)))


@pytest.mark.parametrize(("size", "reason"), [("128k", "its disk is full"), ("4m", "has only")])
def test_a_full_disk_is_refused(tmp_path: Path, size: str, reason: str) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "narrator-test", str(tmp_path)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        with pytest.raises(Unfit, match=reason):
            checks.data_folder(tmp_path / "data")
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_busy_port_is_refused_with_another_one_to_try() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with pytest.raises(Unfit, match=f"Port {port} is in use.*PORT={port + 1} make run"):
            checks.listening("127.0.0.1", port)


def test_port_0_is_any_free_port() -> None:
    with checks.listening("127.0.0.1", 0) as listener:
        socket.create_connection(listener.getsockname()).close()


@pytest.mark.parametrize(
    ("host", "port", "reason"),
    [
        ("127.0.0.1", 70000, "a number from 1 to 65535"),
        ("no such host", 0, "does not know that name"),
        ("192.0.2.1", 0, "not an address of this machine"),
    ],
)
def test_what_cannot_be_opened_says_why(host: str, port: int, reason: str) -> None:
    with pytest.raises(Unfit, match=reason):
        checks.listening(host, port)


def test_a_redis_that_does_not_answer_is_refused_without_its_password(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Unfit, match=f"Nothing answers at 127.0.0.1:{port}") as caught:
        checks.redis_answers(f"redis://:hush@127.0.0.1:{port}/0")
    assert "hush" not in str(caught.value)
    with pytest.raises(Unfit, match=r"Nothing answers at /.*/none.sock"):
        checks.redis_answers(f"redis+socket://{tmp_path}/none.sock")
    with pytest.raises(Unfit, match="not an address of Redis"):
        checks.redis_answers("amqp://127.0.0.1")


def test_a_running_broker_passes(broker: str) -> None:
    checks.redis_answers(broker)
    checks.redis_answers(f"{broker}?virtual_host=1")


def test_a_running_broker_in_a_folder_with_an_odd_name_passes(tmp_path: Path) -> None:
    with running_broker(tmp_path / "é %41 #1") as url:
        checks.redis_answers(url)
        with Connection(url) as connection:  # as Celery connects
            connection.ensure_connection(max_retries=1, timeout=5)


def test_voices_are_the_known_ones() -> None:
    checks.voices("light")
    with pytest.raises(Unfit, match="NARRATOR_VOICES is loud"):
        checks.voices("loud")
