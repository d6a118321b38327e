import fcntl
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from narrator.studio import lock
from tests.studio.conftest import Program

HOLDER = """
import sys, time
from pathlib import Path
from narrator.studio import lock
with lock.held(Path(sys.argv[1])) as held:
    held.describe(address="http://127.0.0.1:8000")
    print("held", flush=True)
    time.sleep(600)
"""


def test_the_second_learns_who_the_first_is(run_program: Callable[..., Program], tmp_path: Path) -> None:
    path = tmp_path / "run" / "studio.lock"
    holder = run_program("-c", HOLDER, str(path))
    holder.says("held")
    with pytest.raises(lock.Held) as caught, lock.held(path):
        pass
    assert caught.value.owner == {"pid": holder.process.pid, "address": "http://127.0.0.1:8000"}


def test_a_killed_owner_holds_nothing(run_program: Callable[..., Program], tmp_path: Path) -> None:
    path = tmp_path / "studio.lock"
    holder = run_program("-c", HOLDER, str(path))
    holder.says("held")
    holder.send(signal.SIGKILL)
    holder.ends()
    with lock.held(path, wait_s=0) as mine:
        assert f'"pid": {os.getpid()}' in mine.path.read_text()


def test_it_waits_while_the_warden_of_a_dead_owner_holds_on(tmp_path: Path) -> None:
    path = tmp_path / "studio.lock"
    path.write_text('{"pid": 999999999}')  # above every system's limit, so dead
    with path.open() as warden:
        fcntl.flock(warden, fcntl.LOCK_EX)
        with pytest.raises(lock.Held), lock.held(path, wait_s=0.3):
            pass
    with lock.held(path, wait_s=0.3):
        pass


def test_it_waits_for_the_living_on_request(run_program: Callable[..., Program], tmp_path: Path) -> None:
    path = tmp_path / "studio.lock"
    holder = run_program("-c", HOLDER.replace("600", "0.5"), str(path))
    holder.says("held")
    with lock.held(path, for_the_living=True):
        assert str(os.getpid()) in path.read_text()


def test_a_child_does_not_hold_the_lock_by_accident(tmp_path: Path) -> None:
    path = tmp_path / "studio.lock"
    with lock.held(path):
        pid = os.posix_spawn(
            sys.executable, [sys.executable, "-c", "import time; time.sleep(600)"], os.environ
        )
    try:
        with lock.held(path, wait_s=60, for_the_living=True):  # the child closes it a moment after its start
            pass
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


@pytest.mark.parametrize("content", ["", "{", "[]", '"x"', '{"pid": "me"}'])
def test_a_note_that_makes_no_sense_counts_as_a_living_owner(tmp_path: Path, content: str) -> None:
    path = tmp_path / "studio.lock"
    path.write_text(content)
    with path.open() as owner:
        fcntl.flock(owner, fcntl.LOCK_EX)
        with pytest.raises(lock.Held), lock.held(path, wait_s=60):
            pass
