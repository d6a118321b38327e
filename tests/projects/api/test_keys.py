"""The same request sent again: done once, and answered as before."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from projects.actions import tokens
from projects.models import ApiAnswer, Comment, Manuscript, Take
from tests import factories
from tests.cast import Cast
from tests.projects.api.programs import HOME, Program


def test_a_key_makes_a_request_be_done_once(cast: Cast, broker: str) -> None:
    program, script = Program(cast.editor), factories.script(cast.team)
    runs = f"/scripts/{script.pk}/runs"
    first = program.post(runs, {}, key="run-1")
    again = program.post(runs, {}, key="run-1")
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    line = script.paragraphs.first()
    assert line is not None
    for key, takes in (("", 2), ("", 3), ("a", 4), ("a", 4), ("b", 5)):
        Take.objects.update(status="cancelled", finished_at=timezone.now())
        program.post(f"/lines/{line.pk}/takes", {}, key=key)
        assert line.takes.count() == takes


def test_a_key_is_of_one_request_and_of_one_token(cast: Cast) -> None:
    program, other = Program(cast.editor), Program(cast.editor)
    line = factories.script(cast.team).paragraphs.first()
    assert line is not None
    comments = f"/lines/{line.pk}/comments"
    program.post(comments, {"text": "One"}, key="k")
    for address, body in ((comments, {"text": "Two"}), (f"/lines/{line.pk}/takes", {})):
        refused = program.post(address, body, key="k")
        assert refused.status_code == 422
        assert refused.json()["code"] == "key_used"
    assert other.post(comments, {"text": "One"}, key="k").status_code == 201
    assert Comment.objects.count() == 2
    assert program.post(comments, {"text": "x"}, key="two words").status_code == 422


def test_what_was_refused_may_be_tried_again_with_its_key(cast: Cast) -> None:
    program, project = Program(cast.editor), factories.project(cast.team)
    exports = f"/projects/{project.pk}/exports"
    assert program.post(exports, {"format": "wav"}, key="k").json()["code"] == "not_ready"
    assert not ApiAnswer.objects.exists()
    factories.all_ready(project.scripts.get(), duration_ms=200)
    made = program.post(exports, {"format": "wav"}, key="k")
    assert made.status_code == 201
    assert program.post(exports, {"format": "wav"}, key="k").json()["id"] == made.json()["id"]


def test_a_file_that_is_sent_again_is_known_by_its_bytes(cast: Cast) -> None:
    program = Program(cast.editor)

    def send(text: bytes) -> Any:
        fields = {"team_id": cast.team.pk, "file": SimpleUploadedFile("a.txt", text)}
        headers = {"Idempotency-Key": "book"}
        return program.client.post(f"{HOME}/manuscripts", fields, headers=headers)

    first = send(b"Some words.")
    assert first.status_code == 201
    assert send(b"Some words.").json() == first.json()
    assert send(b"Other words.").json()["code"] == "key_used"
    assert Manuscript.objects.count() == 1


def test_answers_are_forgotten_after_a_day(cast: Cast) -> None:
    program = Program(cast.editor)
    row = ApiAnswer.objects.create(token=program.token, key="k", request="x", status=201, body={})
    assert tokens.sweep() == 0
    ApiAnswer.objects.filter(pk=row.pk).update(at=timezone.now() - timedelta(hours=25))
    assert tokens.sweep() == 1
    assert tokens.sweep() == 0


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_are_done_once(cast: Cast) -> None:
    line = factories.script(cast.team).paragraphs.first()
    assert line is not None
    program, answers = Program(cast.editor), []
    start = threading.Barrier(3)

    def send() -> None:
        start.wait()
        answers.append(program.post(f"/lines/{line.pk}/comments", {"text": "Once."}, key="k"))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Comment.objects.count() == 1
