"""The whole of `manage.py studio`, as a newcomer starts it."""

import os
import signal
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import migrated
from tests.studio.conftest import ROOT, Program
from tests.studio.waiting import PROC, processes_of, until

Run = Callable[..., Program]


@pytest.fixture
def studio(run_program: Run, tmp_path: Path) -> Run:
    """Return a function that runs `manage.py studio` on tmp_path/data, a free port and the quick tone voice."""

    def run(**env: str) -> Program:
        defaults = {"NARRATOR_DATA_DIR": str(tmp_path / "data"), "PORT": "0", "NARRATOR_VOICES": "tone"}
        return run_program(str(ROOT / "manage.py"), "studio", **{**defaults, **env})

    return run


@pytest.fixture
def tables(tmp_path: Path) -> None:
    """The data folder of an installation that has been migrated already."""
    migrated.copy(tmp_path / "data" / "narrator.sqlite3")


def address_of(program: Program) -> str:
    return program.says("  Open ").split()[1]


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as response:
        return response.read().decode()


def pid_of(folder: Path, words: str) -> int:
    (pid,) = [pid for pid, argv in processes_of(folder).items() if words in argv]
    return pid


@pytest.mark.timeout(
    500
)  # whole studios, each some ten seconds of computing on a machine that has more to do
@pytest.mark.skipif(not PROC, reason="finding every process of the studio needs /proc")
def test_from_the_first_start_which_is_killed_to_the_second_with_an_endpoint_of_ones_own(
    studio: Run, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    first = studio()
    address = address_of(first)
    login = first.says("  Sign in ")
    first.says("Ctrl-C stops everything.")
    assert get(f"{address}/healthz") == "ok\n"
    assert "csrfmiddlewaretoken" in get(f"{address}/sign-in/")
    _worker_comes_back(first, data)
    _second_studio_is_refused(studio, address, first.process.pid)
    first.send(signal.SIGKILL)
    first.process.wait()

    # At once, while the warden still clears up.
    second = studio(NARRATOR_SPEECH_URL="https://speech.example", NARRATOR_SPEECH_TOKEN="canary-token")
    address = address_of(second)
    assert get(f"{address}/healthz") == "ok\n"
    second.says("Ctrl-C stops everything.")
    assert login in second.lines
    programs = list(processes_of(tmp_path).values())
    assert len([argv for argv in programs if "valkey-server" in argv]) == 1
    assert not any("speech_standin" in argv or "canary-token" in argv for argv in programs)
    second.send(signal.SIGINT)
    assert second.ends() == 0
    assert processes_of(tmp_path) == {}
    assert not list(tmp_path.rglob("*.sock"))
    with pytest.raises(urllib.error.URLError):
        get(f"{address}/healthz")
    assert "  Speech     https://speech.example" in second.lines
    logs = [path.read_text() for path in (data / "logs").iterdir()]
    assert not any("canary-token" in text for text in [*logs, *second.lines])


def _worker_comes_back(program: Program, data: Path) -> None:
    log = data / "logs" / "worker.log"
    os.kill(pid_of(data, "wake-1@%h"), signal.SIGKILL)
    assert "killed by SIGKILL" in program.says("The worker ended")
    until(lambda: log.read_text().count(" ready.") == 2)
    until(lambda: "projects.tasks.sweep" in log.read_text().split(" ready.")[2])


def _second_studio_is_refused(studio: Run, address: str, pid: int) -> None:
    another = studio()
    assert another.ends() == 1
    (line,) = another.lines
    assert line.startswith("A studio already runs on ")
    assert f"{address} (process {pid})" in line


def test_a_database_that_is_none_is_one_sentence(studio: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "narrator.sqlite3").write_bytes(b"this is no database " * 100)
    program = studio()
    assert program.ends() == 1
    assert "narrator.sqlite3 cannot be used: file is not a database" in program.lines[-1]


@pytest.mark.skipif(not PROC, reason="finding every process of the studio needs /proc")
@pytest.mark.usefixtures("tables")
def test_a_part_that_cannot_start_stops_the_rest(studio: Run, tmp_path: Path) -> None:
    store = tmp_path / "data" / "valkey" / "appendonlydir"
    store.mkdir(parents=True)
    (store / "appendonly.aof.manifest").write_text("nonsense\n")
    program = studio()
    assert program.ends() == 1
    said = "\n".join(program.lines)
    assert "The broker ended while starting" in said
    assert "move it away and start again" in said
    assert "Invalid AOF manifest file format" in said
    assert processes_of(tmp_path) == {}
