"""Every test in one command: `make test`, or with pytest's own words: python -m tests.run tests/audio -k name.

Without words it runs three stages: everything but the browser on SQLite, the browser, and what touches the database
once more on a real PostgreSQL. Nothing here imports Django.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from narrator.studio.part import CannotStart
from tests import browser, migrated
from tests.postgres import running_postgres

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"
JOURNEYS = "tests/journeys"
COMMANDS = "tests/projects/commands"
"""Tests of whole programs, which make a database of their own."""

# These say nothing about the database: plain engines, whole studios that make their own, the house's rules, and
# signing in, whose rows are those of another project.
WITHOUT_DATABASE = frozenset(
    {
        "accounts",
        "audio",
        "captions",
        "lexicon",
        "manuscript",
        "merging",
        "speech",
        "pacing",
        "studio",
        "house",
        "journeys",
        "plant",
        "verification",
    }
)

# What a developer has set for a studio of theirs must not reach the tests; only these words are meant for them.
FOR_A_STUDIO = ("NARRATOR_", "DJANGO_", "DATABASE_URL", "REDIS_URL", "EMAIL_URL")
FOR_THE_TESTS = (
    "NARRATOR_CHROMIUM",
    "NARRATOR_WITHOUT_BROWSER",
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


def main(words: Sequence[str]) -> int:
    """Run the tests and return the exit code: 0 only when every stage ran tests and all of them passed."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    started = time.monotonic()
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
    # One more than there are processors, because tests also wait; a file's tests stay together, as its fixtures do.
    workers = str(min(os.cpu_count() or 2, 4) + 1)
    spread = ["-n", workers, "--dist", "loadfile", "--no-loadscope-reorder"]
    with_browser = _prepare_browser()
    stages = [_pytest("everything but the browser, on SQLite", ["tests", f"--ignore={JOURNEYS}", *spread])]
    if with_browser:
        stages.append(_pytest("journeys in a real browser", [JOURNEYS, *spread]))
    folders = _database_folders()
    if folders:
        _say("starting a PostgreSQL for this run")
        with running_postgres() as url:
            migrated.make_template(url)
            name = "what touches the database, on PostgreSQL"
            words = [*folders, f"--ignore={COMMANDS}", "-m", "not one_database", *spread]
            more = {"NARRATOR_TEST_DATABASE_URL": url, "NARRATOR_TEST_TEMPLATE": migrated.TEMPLATE}
            stages.append(_pytest(name, words, **more))
    return stages


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


def _database_folders() -> list[str]:
    """The folders of tests whose subject is kept in the database."""
    return [
        f"tests/{folder.name}"
        for folder in sorted(TESTS.iterdir())
        if folder.name not in WITHOUT_DATABASE and any(folder.rglob("test_*.py"))
    ]


def _pytest(name: str, words: Sequence[str], **more: str) -> Stage:
    """Run pytest to its end, in the tests' own environment and, in CI, without colours."""
    plain = ["--color=no"] if os.environ.get("CI") else []
    _say(f"{name}: pytest {' '.join(words)}")
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *plain, *words], cwd=ROOT, env=_environment() | more
    )
    try:
        code = process.wait()
    except BaseException:  # stopped by Ctrl-C or TERM: pytest ends its own children when it is told
        process.send_signal(signal.SIGINT)
        process.wait(30)
        raise
    return Stage(name, code, time.monotonic() - started)


def _environment() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in FOR_THE_TESTS or not name.startswith((*FOR_A_STUDIO, *SLOWER))
    }
    return {**kept, "DJANGO_SETTINGS_MODULE": "tests.settings", migrated.NAME: str(migrated.make())}


def _say(text: str) -> None:
    print(f"tests: {text}" if text else "", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
