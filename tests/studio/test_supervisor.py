import contextlib
import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from narrator.studio.part import CannotStart, Part, log_says
from narrator.studio.supervisor import Supervisor
from tests.studio.conftest import Program
from tests.studio.waiting import lives, until

STEADY = "import os, time; print('ready', os.getpid()); time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + STEADY
# A part with a child of its own, both deaf to TERM.
FAMILY = (
    "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); child = os.fork()\n"
    "if child: print('child', child)\n"
    "if child: print('ready', os.getpid())\n"
    "time.sleep(600)"
)
LATE = "import time; time.sleep(600)"

Run = Callable[..., Program]


@pytest.fixture
def pids(tmp_path: Path) -> Callable[[str], list[int]]:
    """Return a function that gives the process ids a part has printed, oldest first."""

    def read(name: str) -> list[int]:
        return [int(number) for number in re.findall(r"\d+", (tmp_path / "logs" / f"{name}.log").read_text())]

    return read


def test_a_part_that_dies_is_started_again(small_studio: Run, pids: Callable[[str], list[int]]) -> None:
    studio = small_studio(steady=STEADY, other=STEADY)
    studio.says("open")
    os.kill(pids("steady")[0], signal.SIGKILL)
    line = studio.says("The steady ended")
    assert "killed by SIGKILL" in line
    assert "starts again in 0.5 s" in line
    until(lambda: len(pids("steady")) == 2)
    assert lives(pids("steady")[1])
    assert len(pids("other")) == 1


def test_a_part_stands_back_as_far_as_it_says_in_every_life(
    small_studio: Run, pids: Callable[[str], list[int]]
) -> None:
    studio = small_studio(steady=STEADY)
    studio.says("open")
    os.kill(pids("steady")[0], signal.SIGKILL)
    studio.says("The steady ended")
    assert niceness(pids("steady")[0]) == set()
    until(lambda: len(pids("steady")) == 2)
    until(lambda: niceness(pids("steady")[1]) == {3})


def niceness(pid: int) -> set[int]:
    """That of a process, and of its session where the system has one; empty where it is gone."""
    try:
        found = {os.getpriority(os.PRIO_PROCESS, pid)}
    except ProcessLookupError:
        return set()
    with contextlib.suppress(OSError):
        found |= set(map(int, re.findall(r"nice (-?\d+)", Path(f"/proc/{pid}/autogroup").read_text())))
    return found


def test_the_pause_before_a_new_start_doubles(small_studio: Run, tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    code = f"import os, pathlib; flag = pathlib.Path({str(flag)!r}); flag.exists() and os._exit(7); flag.touch(); "
    studio = small_studio(moody=code + STEADY)
    studio.says("open")
    log = tmp_path / "logs" / "moody.log"
    os.kill(int(log.read_text().split()[1]), signal.SIGTERM)
    assert "starts again in 0.5 s" in studio.says("The moody ended (killed by SIGTERM)")
    assert "starts again in 1 s" in studio.says("The moody ended (exit code 7)")
    assert "starts again in 2 s" in studio.says("The moody ended (exit code 7)")


def test_what_a_dead_part_leaves_in_its_group_is_killed_before_the_new_start(
    small_studio: Run, pids: Callable[[str], list[int]]
) -> None:
    studio = small_studio(family=FAMILY, stop_within_s=2)
    studio.says("open")
    child, parent = pids("family")
    os.kill(parent, signal.SIGKILL)
    studio.says("The family ended")
    assert not lives(child)
    until(lambda: len(pids("family")) == 4)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_everything(
    small_studio: Run, pids: Callable[[str], list[int]], number: signal.Signals
) -> None:
    studio = small_studio(one=STEADY, two=STEADY)
    studio.says("open")
    studio.send(number)
    assert studio.ends() == 0
    assert not any(lives(pid) for name in ("one", "two") for pid in pids(name))


def test_parts_stop_in_the_reverse_order_of_their_start(small_studio: Run, tmp_path: Path) -> None:
    order = tmp_path / "order"
    code = (
        "import signal, sys, time\n"
        "def stop(number, frame): open({order!r}, 'a').write({name!r}); time.sleep(0.1); sys.exit()\n"
        "signal.signal(signal.SIGTERM, stop); print('ready'); time.sleep(600)"
    )
    studio = small_studio(**{name: code.format(order=str(order), name=name) for name in "abc"})
    studio.says("open")
    studio.send(signal.SIGTERM)
    assert studio.ends() == 0
    assert order.read_text() == "cba"


def test_a_part_that_ignores_term_is_killed(small_studio: Run, pids: Callable[[str], list[int]]) -> None:
    studio = small_studio(family=FAMILY, stop_within_s=2)
    studio.says("open")
    studio.send(signal.SIGTERM)
    assert studio.ends() == 0
    assert "The family did not stop within 2 s and was killed." in studio.lines
    assert not any(lives(pid) for pid in pids("family"))


def test_a_second_ctrl_c_kills_at_once(small_studio: Run, pids: Callable[[str], list[int]]) -> None:
    studio = small_studio(stubborn=STUBBORN)
    studio.says("open")
    while studio.process.poll() is None:
        studio.send(signal.SIGINT)
        time.sleep(0.7)  # closer together they are one Ctrl-C that came twice
    assert studio.ends() == 130, "it did not wait until the part had had its minute"
    assert not any(lives(pid) for pid in pids("stubborn"))


def test_one_ctrl_c_that_comes_twice_is_one(small_studio: Run) -> None:
    studio = small_studio(steady=STEADY)
    studio.says("open")
    studio.send(signal.SIGINT)
    studio.send(signal.SIGINT)
    assert studio.ends() == 0


def test_a_killed_supervisor_leaves_nothing_behind(
    small_studio: Run, pids: Callable[[str], list[int]]
) -> None:
    studio = small_studio(steady=STEADY, family=FAMILY, stop_within_s=2)
    studio.says("open")
    studio.send(signal.SIGKILL)
    left = pids("steady") + pids("family")
    assert len(left) == 3
    until(lambda: not any(lives(pid) for pid in left))


def test_a_part_that_never_gets_ready_is_a_clear_failure(
    small_studio: Run, pids: Callable[[str], list[int]]
) -> None:
    studio = small_studio(steady=STEADY, late="print('I am loading'); " + LATE)
    assert studio.ends() == 1
    said = "\n".join(studio.lines)
    assert "The late was not ready after 5 s." in said
    assert "This is the hint." in said
    assert "I am loading" in said
    assert not lives(pids("steady")[0])


def test_a_part_that_ends_while_starting_is_a_clear_failure(small_studio: Run) -> None:
    studio = small_studio(steady=STEADY, broken="raise SystemExit('no such thing')")
    assert studio.ends() == 1
    said = "\n".join(studio.lines)
    assert "The broken ended while starting (exit code 1)." in said
    assert "no such thing" in said


def test_a_signal_while_starting_stops_at_once(
    small_studio: Run, tmp_path: Path, pids: Callable[[str], list[int]]
) -> None:
    studio = small_studio(steady=STEADY, slow=LATE)
    until(lambda: (tmp_path / "logs" / "steady.log").exists() and pids("steady"))
    studio.send(signal.SIGTERM)
    assert studio.ends() == 0
    assert studio.lines == ["stopped early"], "and not after the minute that the slow one has"
    assert not lives(pids("steady")[0])


def test_a_warden_that_is_killed_is_replaced(
    small_studio: Run, pids: Callable[[str], list[int]], tmp_path: Path
) -> None:
    with Supervisor(tmp_path / "logs", print) as studio:
        first = studio.warden.process.pid
        os.kill(first, signal.SIGKILL)
        until(studio.warden.revive)
        assert studio.warden.process.pid != first
        assert lives(studio.warden.process.pid)


def test_finish_gives_the_output_of_a_job_and_fails_with_it(tmp_path: Path) -> None:
    def job(code: str) -> Part:
        argv = ("python3", "-c", code)
        return Part(name="job", argv=argv, env=os.environ, ready=log_says(""), ready_within_s=20)

    with Supervisor(tmp_path / "logs", print) as studio:
        assert studio.finish(job("print('made')")).tail() == "made"
        with pytest.raises(CannotStart, match=r"The job failed \(exit code 3\)") as caught:
            studio.finish(job("print('why'); raise SystemExit(3)"))
    assert caught.value.tail == "why"


def test_a_program_that_does_not_exist_is_a_clear_failure(tmp_path: Path) -> None:
    part = Part(name="ghost", argv=("/nonexistent/ghost",), env={}, ready=log_says(""))
    with (
        Supervisor(tmp_path / "logs", print) as studio,
        pytest.raises(CannotStart, match="The ghost cannot be started"),
    ):
        studio.start(part)


def test_the_log_of_the_start_before_is_kept_once(tmp_path: Path) -> None:
    part = Part(
        name="echo",
        argv=("/bin/sh", "-c", "echo $WORD; exec sleep 600"),
        env={**os.environ, "WORD": "first"},
        ready=log_says("\n"),
    )
    for word in ("first", "second"):
        with Supervisor(tmp_path / "logs", print) as studio:
            studio.start(Part(**{**vars(part), "env": {**os.environ, "WORD": word}}))
            studio.wait_until_ready()
    assert (tmp_path / "logs" / "echo.log").read_text() == "second\n"
    assert (tmp_path / "logs" / "echo.log.1").read_text() == "first\n"
