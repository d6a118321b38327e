"""The doors to the workers, with a real broker that is there, empty, or gone."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from celery.fixups.django import DjangoWorkerFixup
from django.db import connection
from django.db.models import F
from django.utils import timezone

from narrator.celery import app
from projects import tasks
from projects.actions import encoded, paragraphs
from projects.models import ExportStatus, Notification, Pruning, Script, Take, TakeStatus
from projects.speech.standin import downloads
from projects.speech.standin.server import Standin
from projects.tasks import heavy
from tests import factories, migrated
from tests.cast import Cast
from tests.journeys.waiting import until


@pytest.fixture
def bells(broker: str, transactional_db: None) -> Iterator[Callable[[str], int]]:
    """Return a function that counts the messages waiting in a queue. Today's pruning is done."""
    Pruning.objects.create(finished_at=timezone.now())
    server = redis.Redis(unix_socket_path=broker.removeprefix("redis+socket://"))
    server.flushall()
    yield lambda queue: int(server.llen(queue))  # type: ignore[arg-type]
    server.close()


@pytest.mark.django_db(transaction=True)
def test_a_request_rings_as_often_as_there_are_lines_and_slots(
    transactional_db: None, cast: Cast, bells: Callable[[str], int]
) -> None:
    script = factories.script(cast.team, lines=2)
    tasks.queue_takes(script, script.paragraphs.all(), by=None)
    assert bells("wake") == 2
    tasks.queue_takes(script, script.paragraphs.all(), by=None)
    assert bells("wake") == 2
    long = factories.script(cast.team, lines=30)
    tasks.queue_takes(long, long.paragraphs.all(), by=None)
    assert bells("wake") == 2 + 4


@pytest.mark.django_db(transaction=True)
def test_the_sweep_rings_for_mails_that_are_due(
    transactional_db: None, cast: Cast, bells: Callable[[str], int]
) -> None:
    about = {"to": cast.editor, "team": cast.team, "kind": "run", "words": "Done"}
    news = Notification.objects.create(**about, mail_at=timezone.now() + timedelta(minutes=1))
    tasks.sweep()
    assert bells("heavy") == 0
    Notification.objects.filter(pk=news.pk).update(mail_at=timezone.now())
    tasks.sweep()
    assert bells("heavy") == 1


@pytest.mark.django_db(transaction=True)
def test_a_pump_makes_everything_that_waits(
    transactional_db: None, cast: Cast, broker: str, standin: Standin
) -> None:
    script = factories.script(cast.team, lines=5)
    tasks.queue_takes(script, script.paragraphs.all(), by=None)
    tasks.pump()
    assert set(Take.objects.values_list("status", flat=True)) == {TakeStatus.READY}
    assert script.paragraphs.missing().count() == 0
    tasks.pump()
    assert len(standin.calls) == 5


@pytest.mark.django_db(transaction=True)
def test_pumps_together_keep_to_the_slots_of_the_account(
    transactional_db: None, cast: Cast, broker: str, standin: Standin, settings: object
) -> None:
    settings.SPEECH_CONCURRENCY = 2  # type: ignore[attr-defined]
    standin.settings.latency_s = 0.15
    script = factories.script(cast.team, lines=8)
    factories.takes.request(script, script.paragraphs.all(), by=None)
    pumps = [threading.Thread(target=pump_and_close) for _ in range(5)]
    for thread in pumps:
        thread.start()
    for thread in pumps:
        thread.join()
    assert standin.state.gate.max_in_flight == 2
    assert len(standin.calls) == 8


@pytest.mark.django_db(transaction=True)
def test_the_next_call_is_made_while_the_sound_of_the_last_is_still_on_its_way(
    transactional_db: None,
    cast: Cast,
    broker: str,
    standin: Standin,
    settings: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(downloads, "SLOW_S", 2.0)
    settings.SPEECH_CONCURRENCY = 1  # type: ignore[attr-defined]
    script = factories.script(cast.team, lines=2)
    for number, line in enumerate(script.paragraphs.all()):
        line.text = ("Yes.", "No.")[number]
        paragraphs.edit(line, project=script.project, by=None)
    first, _ = factories.takes.request(script, script.paragraphs.all(), by=None)
    standin.fail("url-slow")
    working = threading.Thread(target=pump_and_close)
    working.start()
    until(lambda: len(standin.calls) == 2, what="the second line to be called for")
    first.refresh_from_db()
    assert first.status == TakeStatus.RUNNING
    monkeypatch.setattr(downloads, "SLOW_S", 0)
    working.join()
    assert set(Take.objects.values_list("status", flat=True)) == {TakeStatus.READY}
    assert (len(standin.calls), standin.state.gate.max_in_flight) == (2, 1)


@pytest.mark.django_db(transaction=True)
def test_after_a_429_no_pump_calls_before_the_pause_is_over(
    transactional_db: None, cast: Cast, broker: str, standin: Standin
) -> None:
    script = factories.script(cast.team, lines=4)
    factories.takes.request(script, script.paragraphs.all(), by=None)
    standin.fail("429-seconds")
    tasks.pump()
    refused, *others = standin.calls
    assert refused.status == 429
    assert len(others) >= 3  # and the refused line once more, where its own wait was over in time
    assert min(call.at for call in others) - refused.at > 0.95
    assert Take.objects.filter(status=TakeStatus.READY).count() == len(others)


@pytest.mark.django_db(transaction=True)
def test_a_persons_line_begins_while_every_slot_is_in_use_and_no_other_line_does(
    transactional_db: None, cast: Cast, broker: str, standin: Standin, settings: object
) -> None:
    settings.SPEECH_CONCURRENCY = 1  # type: ignore[attr-defined]
    standin.settings.latency_s = 4  # longer than a machine stands still
    book, single = factories.script(cast.team, lines=3), factories.script(cast.other_team, lines=1)
    factories.takes.request(book, book.paragraphs.all(), by=None)
    working = threading.Thread(target=pump_and_close)
    working.start()
    until(lambda: len(standin.calls) == 1, what="the first line to be called for")
    tasks.pump(someone_waits=True)
    assert len(standin.calls) == 1, "nobody waits for anything"
    (click,) = factories.takes.request(single, single.paragraphs.all(), by=None, fresh=True)
    tasks.pump(someone_waits=True)
    click.refresh_from_db()
    assert click.status == TakeStatus.READY
    standin.settings.latency_s = 0
    assert standin.calls[1].at - standin.calls[0].at < 4
    working.join()
    assert standin.state.gate.max_in_flight == 2
    assert len(standin.calls) == 4


@pytest.mark.django_db(transaction=True)
def test_a_worker_keeps_its_connection_to_the_database_from_one_task_to_the_next(cast: Cast) -> None:
    around = DjangoWorkerFixup(app)
    connection.ensure_connection()
    kept = connection.connection
    around.on_task_prerun(sender=tasks.pump)
    around.on_task_postrun(sender=tasks.pump)
    assert connection.connection is kept


def pump_and_close() -> None:
    """A pump in a thread of its own, as the worker runs it."""
    try:
        tasks.pump()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_the_sweep_rings_for_what_a_lost_message_left_waiting(
    transactional_db: None, cast: Cast, bells: Callable[[str], int]
) -> None:
    script = factories.script(cast.team, lines=3)
    factories.takes.request(script, script.paragraphs.all(), by=None)
    assert bells("wake") == 0
    tasks.sweep()
    assert bells("wake") == 3


@pytest.mark.django_db(transaction=True)
def test_an_export_is_assembled_by_a_message_and_again_by_the_sweep(
    transactional_db: None, cast: Cast, bells: Callable[[str], int]
) -> None:
    script = factories.script(cast.team)
    factories.all_ready(script, duration_ms=300)
    Script.objects.update(encoded_version=F("version"))
    export = tasks.queue_export(script.project, [script], by=None, format="wav")
    assert bells("heavy") == 1
    tasks.sweep()
    assert bells("heavy") == 2
    tasks.assemble_export(export.pk)
    tasks.assemble_export(export.pk)
    export.refresh_from_db()
    assert export.status == ExportStatus.READY
    tasks.sweep()
    assert bells("heavy") == 2


@pytest.mark.django_db(transaction=True)
def test_the_sweep_rings_for_chosen_takes_that_are_not_encoded(
    transactional_db: None, cast: Cast, bells: Callable[[str], int]
) -> None:
    script = factories.script(cast.team)
    factories.all_ready(script, duration_ms=300)
    tasks.sweep()
    assert bells("heavy") == 1
    tasks.encode()
    assert not Script.objects.to_encode().exists()
    assert any(encoded.cache().folder.glob("*/*"))
    tasks.sweep()
    assert bells("heavy") == 1


@pytest.mark.django_db(transaction=True)
def test_the_sweep_rings_for_a_pruning_once_a_day(cast: Cast, bells: Callable[[str], int]) -> None:
    Pruning.objects.update(begun_at=timezone.now() - timedelta(days=1, minutes=1))
    tasks.sweep()
    assert bells("heavy") == 1
    heavy.prune()
    heavy.prune()
    assert Pruning.objects.exclude(finished_at=None).count() == 2
    tasks.sweep()
    assert bells("heavy") == 1


PRESS_GENERATE = """
import django, time
django.setup()
from projects import tasks
from projects.actions import demo
from projects.models import Take
script = demo.seed().scripts.get()
began = time.monotonic()
tasks.queue_takes(script, script.paragraphs.all(), by=None)
print(Take.objects.filter(status="queued").count(), time.monotonic() - began)
"""


@pytest.mark.one_database
@pytest.mark.parametrize("silent", [False, True], ids=["refused", "accepts and never answers"])
def test_without_a_broker_a_request_answers_soon_and_the_rows_are_kept(silent: bool, tmp_path: Path) -> None:
    shutil.copyfile(migrated.make(), tmp_path / "narrator.sqlite3")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if silent:
            listener.listen()
        environment = os.environ | {
            "REDIS_URL": f"redis://127.0.0.1:{listener.getsockname()[1]}/0",
            "NARRATOR_DATA_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "narrator.settings",
        }
        done = subprocess.run(
            [sys.executable, "-c", PRESS_GENERATE],
            capture_output=True,
            text=True,
            env=environment,
            timeout=200,
        )
    assert done.returncode == 0, done.stderr
    rows, seconds = done.stdout.split()
    assert int(rows) == 20
    assert float(seconds) < 30, "the broker is not waited for line by line"
