"""The names of workers: a killed one is known to be gone at once, a living one is never taken for it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache

from projects.actions import claims, takes, workers
from projects.models import TakeStatus
from tests import factories
from tests.cast import Cast

LIVE = """
import django, sys
django.setup()
from projects.actions import workers
print(workers.me(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path: Path, settings: object) -> Iterator[subprocess.Popen]:
    """Another process that has a worker's name in this data folder; its first line of output is the name."""
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    environment = os.environ | {
        "NARRATOR_DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "narrator.settings",
    }
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen([sys.executable, "-c", LIVE], env=environment, **pipes)  # type: ignore[call-overload]
    with process:
        yield process
        process.kill()


def test_a_killed_workers_claims_are_freed_at_once_and_those_of_the_living_are_not(
    cast: Cast, other: subprocess.Popen
) -> None:
    killed = other.stdout.readline().strip()
    assert workers.me() == workers.me() != killed, "a process has one name"
    script = factories.script(cast.team, lines=3)
    takes.request(script, script.paragraphs.all(), by=None)
    held = [claims.claim(worker=name) for name in (killed, workers.me(), "on-another-machine:7:0f")]
    assert (workers.gone(), claims.sweep()) == ([], 0)
    other.kill()
    other.wait()
    assert workers.gone() == [killed]
    assert (claims.sweep(), claims.sweep()) == (1, 0)
    for take in held:
        take.refresh_from_db()
    assert [take.status for take in held] == [TakeStatus.QUEUED, TakeStatus.RUNNING, TakeStatus.RUNNING]
    assert held[0].attempts == 1
    assert workers.gone() == []


def test_workers_are_silent_until_one_shows_itself(broker: str) -> None:
    assert workers.are_silent()
    workers.show()
    assert not workers.are_silent()
    cache.delete(workers.PULSE)
    assert workers.are_silent()
