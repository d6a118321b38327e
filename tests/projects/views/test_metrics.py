"""The figures for whoever watches over the studio: what they say, who may read them, what they cost."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.actions import exports, holds, metrics, takes
from projects.models import Call, CallState, Hold, Script, Take
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def fresh(settings: object) -> Iterator[None]:
    settings.METRICS_TOKEN = "watcher"  # type: ignore[attr-defined]
    metrics.forget()
    yield
    metrics.forget()


def read() -> dict[str, float]:
    answer = Client().get("/metrics", headers={"Authorization": "Bearer watcher"})
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def call(script: Script, state: str = CallState.CHARGED, *, hours: float = 0, error: str = "") -> Call:
    project = script.project
    at = timezone.now() - timedelta(hours=hours)
    values = {"characters": 100, "amount_micro": 2_000_000, "currency": "CNY", "duration_ms": 500}
    return Call.objects.create(
        team=project.team, project=project, state=state, at=at, voice="Neil", error_code=error, **values
    )


def test_only_who_has_the_token_reads_them(db: None, broker: str, settings: object) -> None:
    for given in ("", "Bearer ", "Bearer watche", "watchers"):
        assert Client().get("/metrics", headers={"Authorization": given}).status_code == 401
    settings.METRICS_TOKEN = ""  # type: ignore[attr-defined]
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_the_queue_its_age_and_what_holds_it(cast: Cast, broker: str) -> None:
    script = factories.script(cast.team)
    takes.request(script, script.paragraphs.all(), by=None)
    Take.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    factories.claimed(factories.script(cast.team).paragraphs.all()[0])
    found = read()
    assert found['narrator_takes{status="queued"}'] == 3
    assert found['narrator_takes{status="running"}'] == 1
    assert 300 <= found["narrator_queue_oldest_seconds"] < 400
    assert (found["narrator_runs_open"], found["narrator_teams_held"]) == (1, 0)
    assert found["narrator_disk_free_bytes"] > 0
    Hold.objects.create(team=cast.team, code="Arrearage", reason="No credit is left.")
    found = read()
    assert (found["narrator_teams_held"], found["narrator_queue_oldest_seconds"]) == (1, 0)
    assert holds.lift(cast.team, by=None)


def test_calls_and_money_grow_and_are_added_up_once(cast: Cast, broker: str) -> None:
    script = factories.script(cast.team)
    for _ in range(3):
        call(script, hours=30)
    lost = call(script, CallState.OPEN, hours=29)
    call(script, CallState.FREE, hours=28, error="Throttling")
    call(script)
    charged = 'narrator_calls_total{state="charged",error=""}'
    found = read()
    assert (found[charged], found['narrator_calls_total{state="free",error="Throttling"}']) == (4, 1)
    assert found['narrator_money_total{state="charged",currency="CNY"}'] == 8
    assert found['narrator_call_seconds_total{state="charged"}'] == 2
    assert metrics._sums.upto == lost.pk - 1, "what may still change is read again"
    Call.objects.filter(pk=lost.pk).update(state=CallState.CHARGED)
    assert read()[charged] == 5
    assert read()[charged] == 5, "asked again it is no more"
    assert metrics._sums.upto > lost.pk
    metrics.forget()
    assert read()[charged] == 5


def test_assembling_has_a_speed_and_asking_costs_the_same_however_much_there_is(
    cast: Cast, broker: str
) -> None:
    def grow() -> None:
        script = factories.script(cast.team, lines=2)
        factories.all_ready(script, duration_ms=300)
        call(script, hours=30)
        claimed = exports.claim(exports.request(script.project, [script], format="wav", by=None).pk)
        assert claimed is not None
        exports.assemble(claimed)

    costs = []
    for _ in range(2):
        grow()
        with CaptureQueriesContext(connection) as queries:
            found = read()
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 11
    assert found['narrator_exports{status="ready"}'] == 2
    assert found["narrator_assembled_seconds_total"] > 0.6
    assert found["narrator_assembly_seconds_total"] > 0
