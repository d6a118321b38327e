"""One plant for the tests of a file; each leaves it whole and quiet.

Not one for all: tests elsewhere would find its workers at their rows.
"""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client

from narrator import places
from projects.speech.standin.settings import Settings
from tests.cast import Cast
from tests.plant.plant import Plant, clear_store, standin_on_a_port_of_its_own

SLOTS = 4
# What a fault may make be called for again: what is in flight, and what is answered with its sound on the way (ADR 23).
AT_RISK = 2 * SLOTS
DEADLINE_S = 8.0
LATENCY_S = 0.25
# What a call takes until the fault has come: lines are left to be made even where this process stands still meanwhile.
HELD_S = 1.5


@pytest.fixture(scope="module")
def small_disk() -> Iterator[Path]:
    """A folder with a short path: a disk of its own of 80 MB where this user may mount one."""
    with tempfile.TemporaryDirectory(prefix="np-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=80m", "narrator-plant", folder]
        mounted = os.getuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0
        yield Path(folder)
        if mounted:
            subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture(scope="module")
def whole_plant(django_db_setup: None, small_disk: Path) -> Iterator[Plant]:
    name = connection.settings_dict["NAME"]
    url = f"sqlite:///{name}" if connection.vendor == "sqlite" else django_settings.DATABASE_URL
    with (
        standin_on_a_port_of_its_own() as standin,
        Plant(small_disk, standin, database_url=url, slots=SLOTS, deadline_s=DEADLINE_S) as plant,
    ):
        yield plant


@pytest.fixture
def plant(whole_plant: Plant, transactional_db: None, settings: object) -> Iterator[Plant]:
    """The plant, in which calls take long for now. What the pages ask of Redis they ask of its broker."""
    shared = settings.CACHES["default"]  # type: ignore[attr-defined]
    location = places.redis_url(places.broker_url(whole_plant.data))
    shared = {**shared, "LOCATION": location, "KEY_PREFIX": "narrator:cache"}
    settings.CACHES = {**settings.CACHES, "default": shared}  # type: ignore[attr-defined]
    standin = whole_plant.standin
    settings.SPEECH_URL, settings.SPEECH_TOKEN = standin.url, standin.token  # type: ignore[attr-defined]
    whole_plant.mend()
    clear_store(whole_plant.data / "media")
    standin.settings.change(asdict(Settings(latency_s=HELD_S)))
    standin.state.journal.clear()
    yield whole_plant
    standin.state.faults.clear()


@pytest.fixture
def page(cast: Cast, sign_in: Callable[..., Client]) -> Callable[[str], str]:
    """Return a function that gives the source of a page as an editor sees it."""
    client = sign_in(cast.editor)

    def source(address: str) -> str:
        answer = client.get(address)
        assert answer.status_code == 200
        return answer.content.decode()

    return source
