"""Every test in one command: `make test`, or with pytest's own words: python -m tests.run tests/audio -k name.

Without words it runs three stages: everything but the browser on SQLite; beside it the browser, and then what asks much
of a database once more on a real PostgreSQL. Nothing here imports Django.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from narrator.studio.part import CannotStart
from tests import browser, migrated
from tests.postgres import TEMPLATE, make_template, running_postgres

ROOT = Path(__file__).resolve().parents[1]
JOURNEYS = "tests/journeys"

# What is asked of a database is asked by the actions; pages ask through them, and each of their doors is opened once.
ON_POSTGRES = (
    *(
        "tests/projects/actions",
        "tests/projects/models",
        "tests/projects/views/test_access.py",
        "tests/teams",
    ),
    *(
        "tests/projects/test_tasks.py",
        "tests/projects/test_two_endpoints.py",
        "tests/projects/test_admin.py",
        "tests/test_backups.py",
        "tests/test_direct.py",
        "tests/test_indexes.py",
        "tests/plant/test_machines.py",
    ),
)

# What a developer has set for a studio of theirs must not reach the tests; only these words are meant for them.
FOR_A_STUDIO = ("NARRATOR_", "DJANGO_", "DATABASE_URL", "REDIS_URL", "EMAIL_URL")
FOR_THE_TESTS = (
    "NARRATOR_CHROMIUM",
    "NARRATOR_WITHOUT_BROWSER",
    "NARRATOR_PICTURES",
    "NARRATOR_SPEECH_URL",
    "NARRATOR_SPEECH_TOKEN",
)

# Tests start many programs; each would translate the whole of Narrator anew.
SLOWER = ("PYTHONDONTWRITEBYTECODE",)

NO_TEST_RAN = 5
STOPPED = 130


@dataclass
class Stage:
    """One run of pytest and how it went."""

    name: str
    exit_code: int
    seconds: float

    @property
    def verdict(self) -> str:
        if self.exit_code == NO_TEST_RAN:
            return "no test ran"
        return "passed" if self.exit_code == 0 else "failed"

    def __str__(self) -> str:
        return f"{self.name:<46} {self.verdict:<12} {self.seconds:6.0f} s"


class _Programs:
    """The pytests that run. Threads share it."""

    def __init__(self) -> None:
        self._all: list[subprocess.Popen[bytes]] = []
        self._is_over = False

    def run(self, argv: Sequence[str], env: dict[str, str], said: BinaryIO | None) -> int:
        """Run one to its end and return its exit code."""
        if self._is_over:
            return STOPPED
        program = subprocess.Popen(argv, cwd=ROOT, env=env, stdout=said)
        self._all.append(program)
        try:
            return program.wait()
        except BaseException:  # stopped by Ctrl-C or TERM, which only the main thread hears
            self.stop()
            raise

    def stop(self) -> None:
        """End all, and begin none: pytest ends its own children when it is told."""
        self._is_over = True
        for program in self._all:
            if program.poll() is None:
                program.send_signal(signal.SIGINT)
        for program in self._all:
            program.wait(30)


_programs = _Programs()
_migrating = threading.Lock()


def main(words: Sequence[str]) -> int:
    """Run the tests and return the exit code: 0 only when every stage ran tests and all of them passed."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    started = time.monotonic()
    for name in SLOWER:
        os.environ.pop(name, None)
    try:
        stages = _chosen(words) if words else _everything()
    except (browser.NoBrowser, CannotStart, OSError, subprocess.CalledProcessError) as error:
        _say(str(error))
        return 1
    except KeyboardInterrupt:
        _say("stopped")
        return STOPPED
    _say("")
    for stage in stages:
        _say(str(stage))
    _say(f"all in {time.monotonic() - started:.0f} s")
    return 0 if all(stage.exit_code == 0 for stage in stages) else 1


def _everything() -> list[Stage]:
    with ThreadPoolExecutor(2) as lanes:
        began = [lanes.submit(_on_sqlite), lanes.submit(_in_a_browser_and_on_postgres)]
        try:
            for lane in wait(began, return_when=FIRST_EXCEPTION).done:
                lane.result()  # raises what ended it before its time
            return [stage for lane in began for stage in lane.result()]
        except BaseException:  # no browser, or stopped by Ctrl-C or TERM
            _programs.stop()
            raise


def _on_sqlite() -> list[Stage]:
    words = ["tests", f"--ignore={JOURNEYS}", *_spread(more=1)]
    return [_pytest("everything but the browser, on SQLite", words)]


def _in_a_browser_and_on_postgres() -> list[Stage]:
    stages = []
    if _prepare_browser():
        stages = [_pytest("journeys in a real browser", [JOURNEYS, *_spread()], aside=True)]
    words = [*ON_POSTGRES, "-m", "not one_database", *_spread()]
    name = "what asks much of a database, on PostgreSQL"
    with running_postgres() as url:
        make_template(url)
        more = {"NARRATOR_TEST_DATABASE_URL": url, "NARRATOR_TEST_TEMPLATE": TEMPLATE}
        return [*stages, _pytest(name, words, aside=True, **more)]


def _spread(more: int = 0) -> list[str]:
    """A file's tests stay in one process, as its fixtures do. Two stages share the processors: tests also wait.

    more: as many processes beyond the processors, for the longest stage.
    """
    return ["-n", str(min(os.cpu_count() or 2, 4) + more), "--dist", "loadfile", "--no-loadscope-reorder"]


def _chosen(words: Sequence[str]) -> list[Stage]:
    if any("journeys" in word for word in words):
        _prepare_browser()
    return [_pytest("what was asked for, on SQLite", words)]


def _prepare_browser() -> bool:
    """See to it that there is a browser; False when the browser tests are to be left out. Raises NoBrowser."""
    if os.environ.get("NARRATOR_WITHOUT_BROWSER"):
        _say("NARRATOR_WITHOUT_BROWSER is set, so the browser tests are left out")
        return False
    executable = browser.find_or_install()
    _say(f"the browser is {executable}")
    os.environ["NARRATOR_CHROMIUM"] = str(executable)
    return True


def _pytest(name: str, words: Sequence[str], *, aside: bool = False, **more: str) -> Stage:
    """Run pytest to its end, in the tests' own environment and, in CI, without colours.

    aside: what it says is shown when it has ended, so that it does not mix with what another one says.
    """
    plain = ["--color=no"] if os.environ.get("CI") else []
    _say(f"{name}: pytest {' '.join(words)}")
    started = time.monotonic()
    with tempfile.TemporaryFile() as said:
        argv = [sys.executable, "-m", "pytest", *plain, *words]
        code = _programs.run(argv, _environment() | more, said if aside else None)
        said.seek(0)
        sys.stdout.write(said.read().decode(errors="replace"))
    return Stage(name, code, time.monotonic() - started)


def _environment() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in FOR_THE_TESTS or not name.startswith(FOR_A_STUDIO)
    }
    with _migrating:  # two lanes ask for it at once, and one file serves both
        made = migrated.make()
    return {**kept, "DJANGO_SETTINGS_MODULE": "tests.settings", migrated.NAME: str(made)}


def _say(text: str) -> None:
    print(f"tests: {text}" if text else "", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
