"""A database that another connection really holds: who presses hears it in a sentence, and workers go round it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from narrator import busy
from projects import tasks
from projects.actions import claims, endpoint, pieces, rendering, takes
from projects.models import Call, Script, Take, TakeStatus
from projects.speech.standin.server import Standin
from tests import factories
from tests.cast import Cast
from tests.plant.plant import locked

pytestmark = pytest.mark.django_db(transaction=True)
postgres_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks no single row")
SHORT_MS = 200


@pytest.fixture
def impatient() -> Iterator[None]:
    """This connection waits a moment for others, and every new one as well."""
    options = connections.settings[DEFAULT_DB_ALIAS]["OPTIONS"]
    before = dict(options)
    if connection.vendor == "sqlite":
        options["init_command"] = f"PRAGMA busy_timeout={SHORT_MS};"
    else:
        options["options"] = f"-c lock_timeout={SHORT_MS}"
    connection.close()
    yield
    options.clear()
    options.update(before)
    connection.close()


@contextmanager
def held(row: Model) -> Iterator[None]:
    """Another connection holds what a writer of this row needs: the row, or where there is no such lock everything."""
    if connection.vendor == "sqlite":
        with locked(Path(connection.settings_dict["NAME"])):
            yield
        return
    other = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {row._meta.db_table} WHERE id = %s FOR UPDATE", [row.pk])
        yield
    finally:
        other.rollback()
        other.close()


@pytest.mark.parametrize("by_htmx", [False, True], ids=["by the browser", "by htmx"])
def test_a_press_while_the_database_is_held_is_told_and_harms_nothing(
    cast: Cast, impatient: None, sign_in: Callable[..., Client], by_htmx: bool
) -> None:
    script = factories.script(cast.team, lines=1)
    client = sign_in(cast.editor)
    address = reverse("script-render", args=[script.pk])
    headers = {"HX-Request": "true"} if by_htmx else {}
    with held(script):
        answer = client.post(address, headers=headers)
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert escape(busy.BUSY) in answer.content.decode()
        assert client.get(script.get_absolute_url()).status_code == 200
        assert not Take.objects.exists()
    assert client.post(address, headers=headers).status_code in (200, 302)
    assert Take.objects.count() == 1


def test_other_faults_of_the_database_are_not_told_as_busy(cast: Cast) -> None:
    with pytest.raises(OperationalError if connection.vendor == "sqlite" else Exception) as fault:
        Take.objects.raw("SELECT * FROM no_such_table")[0]
    assert busy.sentence_for(fault.value) is None


def test_a_database_that_does_not_answer_is_told_so() -> None:
    gone = OperationalError("connection refused")
    gone.__cause__ = ConnectionError("nobody there")
    assert busy.sentence_for(gone) == busy.AWAY


@pytest.fixture
def script(cast: Cast, broker: str, standin: Standin) -> Script:
    row = factories.script(cast.team, lines=3)
    takes.request(row, row.paragraphs.all(), by=None)
    return row


@postgres_only
def test_a_worker_passes_by_a_line_that_somebody_holds(
    script: Script, impatient: None, standin: Standin
) -> None:
    first = Take.objects.earliest("pk")
    with held(first):
        tasks.pump()
        assert set(Take.objects.exclude(pk=first.pk).values_list("status", flat=True)) == {TakeStatus.READY}
        first.refresh_from_db()
        assert first.status == TakeStatus.QUEUED
    tasks.pump()
    assert len(standin.calls) == Call.objects.count() == 3
    assert set(Take.objects.values_list("status", flat=True)) == {TakeStatus.READY}


def test_a_line_that_is_held_when_its_sound_has_come_is_made_later_and_paid_once(
    script: Script, impatient: None, standin: Standin
) -> None:
    take = claims.claim(worker="test")
    assert take is not None
    spoken = rendering.speak(take, endpoint.configured())
    assert isinstance(spoken, pieces.Spoken)
    with held(take), pytest.raises(OperationalError):
        rendering.complete(take, spoken)
    assert claims.free(take) == 1
    tasks.pump()
    assert set(Take.objects.values_list("status", flat=True)) == {TakeStatus.READY}
    assert len(standin.calls) == Call.objects.count() == 3
