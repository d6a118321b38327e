"""Alive and ready: what is answered while a part is away."""

import json
import logging
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError
from django.test import Client

from narrator import health, logs

pytestmark = pytest.mark.one_database


def test_it_is_ready_where_everything_answers(db: None, broker: str) -> None:
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "redis": "ok", "store": "ok"})
    assert default_storage.listdir("ready") == ([], []), "what was written is taken away again"


def test_a_broker_that_is_away_is_named(db: None, settings: object) -> None:
    settings.REDIS_URL = "redis://:a-password@127.0.0.1:9/0"  # type: ignore[attr-defined]
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"database": "ok", "redis": "does not answer", "store": "ok"}
    assert "a-password" not in answer.content.decode()
    assert Client().get("/healthz").status_code == 200


def test_a_store_that_cannot_be_written_is_named(
    db: None, broker: str, settings: object, tmp_path: Path
) -> None:
    (tmp_path / "a file").touch()
    settings.MEDIA_ROOT = tmp_path / "a file"  # type: ignore[attr-defined]
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["store"]) == (503, "does not answer")


def test_a_database_that_is_away_is_named(db: None, broker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("no connection to host with password=secret")

    monkeypatch.setitem(health.PARTS, "database", away)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "does not answer")
    assert "secret" not in answer.content.decode()


def test_each_request_has_a_name_in_its_answer_and_in_its_lines(
    db: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.addFilter(logs.Subject())
    answer = Client().get("/nowhere-at-all/")
    assert len(answer["X-Request-ID"]) == 32
    given = Client().get("/nowhere-at-all/", headers={"X-Request-ID": "edge-7"})
    assert given["X-Request-ID"] == "edge-7"
    assert caplog.records[-1].about == " request=edge-7"
    for foreign in ("a b", "x" * 65, "né", 'x"y'):
        assert Client().get("/healthz", headers={"X-Request-ID": foreign})["X-Request-ID"] != foreign


def test_a_line_as_json_says_what_it_is_about() -> None:
    record = logging.LogRecord("projects", logging.WARNING, "", 1, "late by %s s", (3,), None)
    with logs.about(take=7):
        with logs.about(export=8):
            logs.Subject().filter(record)
        said = json.loads(logs.JsonLines().format(record))
    assert said["at"].endswith("+00:00")
    assert (said["message"], said["level"], said["take"], said["export"]) == ("late by 3 s", "WARNING", 7, 8)
    try:
        raise ValueError("of no use")
    except ValueError as error:
        record.exc_info = (type(error), error, error.__traceback__)
    assert "of no use" in json.loads(logs.JsonLines().format(record))["traceback"]
