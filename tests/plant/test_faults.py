"""Every fault that a plant may meet, for real: nothing is lost, nothing paid for twice, and it goes on by itself.

Counts are asserted, times are not. What each test leaves must be a plant that works.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models import F

from projects.actions import pieces, takes, workers
from projects.models import Run, RunState, Script, Take, TakeStatus
from tests import factories
from tests.cast import Cast
from tests.journeys.waiting import until
from tests.plant.conftest import AT_RISK, LATENCY_S, SLOTS
from tests.plant.plant import (
    LONG_S,
    Count,
    Plant,
    count,
    faults_of_the_store,
    full,
    is_over,
    locked,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]
LINES = 16
SILENT = "No worker answers"
Source = Callable[[str], str]


@pytest.fixture
def script(cast: Cast, plant: Plant) -> Script:
    """A script whose lines are all asked for, a while ago by the clock."""
    row = factories.script(cast.team, lines=LINES)
    takes.request(row, row.paragraphs.all(), by=cast.editor)
    Run.objects.update(created_at=F("created_at") - timedelta(minutes=5))
    return row


def all_made(plant: Plant, script: Script) -> Count:
    """Wait until every line is made, quickly now; see that all is as recorded, and return the counts."""
    plant.standin.settings.latency_s = LATENCY_S
    plant.wait(lambda: is_over(script), "every line to be made")
    counted = count(script, plant.standin)
    assert (counted.ready, counted.lost, counted.failed) == (LINES, 0, 0)
    assert counted.paid_twice <= counted.again
    assert faults_of_the_store(plant.data / "media") == []
    plant.wait(lambda: Run.objects.get().state == RunState.DONE, "the run to be done")
    return counted


def test_a_worker_killed_under_load_and_two_that_sweep_after_it(
    plant: Plant, script: Script, page: Source
) -> None:
    plant.wait_for_calls(6)
    plant.kill("worker")
    cache.delete(workers.PULSE)  # as after half a minute
    assert SILENT in page("/runs/")
    plant.start_worker()
    plant.start_worker("second")
    assert all_made(plant, script).again <= AT_RISK
    plant.wait(lambda: SILENT not in page("/runs/"), "the page to see a worker")
    assert list((plant.data / "run" / "workers").iterdir()) != []
    assert plant.stop("second") == 0


def test_the_broker_killed(plant: Plant, script: Script, page: Source) -> None:
    plant.wait_for_calls(6)
    plant.kill("broker")
    assert SILENT in page("/runs/")
    plant.start_broker()
    assert all_made(plant, script).again == 0
    plant.wait(lambda: SILENT not in page("/runs/"), "the page to see a worker")


def test_the_broker_emptied(plant: Plant, script: Script) -> None:
    plant.wait_for_calls(6)
    plant.empty_broker()
    assert all_made(plant, script).again == 0


def test_the_broker_emptied_and_the_worker_killed(plant: Plant, script: Script) -> None:
    plant.wait_for_calls(6)
    plant.empty_broker()
    plant.kill("worker")
    plant.start_worker()
    assert all_made(plant, script).again <= AT_RISK


def test_a_worker_told_to_stop_finishes_its_lines_and_begins_no_other(plant: Plant, script: Script) -> None:
    plant.wait_for_calls(6)
    assert plant.stop("worker") == 0
    assert not Take.objects.filter(status=TakeStatus.RUNNING).exists()
    begun = len(plant.standin.calls)
    assert begun < LINES
    plant.start_worker()
    assert all_made(plant, script).calls == LINES


@pytest.mark.skipif(connection.vendor != "sqlite", reason="this lock is SQLite's")
def test_a_database_locked_for_longer_than_anybody_waits(plant: Plant, script: Script, page: Source) -> None:
    plant.wait_for_calls(6)
    told = plant.log().count("database is locked")
    with locked(Path(connection.settings_dict["NAME"])):
        until(lambda: plant.log().count("database is locked") >= told + SLOTS, LONG_S, "every slot to fail")
        assert f"of {LINES} ready" in page(script.get_absolute_url())
    assert all_made(plant, script).again == 0


def test_a_full_disk(plant: Plant, script: Script, page: Source) -> None:
    """The disk of the store, the parts, the logs and the broker: in the end nothing at all can be written there."""
    if not os.path.ismount(plant.data):
        pytest.skip("mounting a small disk needs root")
    plant.wait_for_calls(6)
    with full(plant.data):
        stuck = Take.objects.filter(status=TakeStatus.QUEUED, error_code__in=["storage", pieces.DISK_FULL])
        until(stuck.exists, LONG_S, "a line to wait for room")
        assert "disk" in stuck.values_list("error_reason", flat=True)[0]
        assert stuck.values_list("error_reason", flat=True)[0] in page(script.get_absolute_url())
        until(lambda: "Waiting. The" in page("/runs/"), LONG_S, "the queue to say why")
    assert all_made(plant, script).again <= AT_RISK


def test_an_endpoint_that_is_gone_for_a_while(plant: Plant, script: Script, page: Source) -> None:
    plant.wait_for_calls(6)
    plant.standin.stop()
    away = Take.objects.filter(status=TakeStatus.QUEUED, error_code="unreachable")
    until(lambda: away.filter(attempts__gte=2).exists(), LONG_S, "a line to be tried again")
    assert "nothing answers at its address" in page(script.get_absolute_url())
    until(lambda: "Waiting. The endpoint cannot be reached" in page("/runs/"), LONG_S, "the queue to say why")
    plant.standin.start()
    assert all_made(plant, script).again <= AT_RISK


def test_a_slow_drip_ends_at_the_deadline(plant: Plant, cast: Cast) -> None:
    plant.standin.fail("drip")
    row = factories.script(cast.team, lines=LINES)
    takes.request(row, row.paragraphs.all(), by=None)
    assert all_made(plant, row).again == 1
    assert Take.objects.filter(attempts=1).count() == 1
