"""Own recordings over HTTP: kept, chosen, checked; refused with a sentence; nobody else's business."""

import io
from collections.abc import Callable
from pathlib import Path

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from narrator.teams.models import User
from projects.actions import recordings, takes
from projects.models import Paragraph, Take, TakeStatus
from tests import factories
from tests.audio import sounds
from tests.cast import Cast

SignIn = Callable[[User], Client]


def hand_in(
    client: Client, line: Paragraph, data: bytes, *, source: str = "uploaded", htmx: bool = True
) -> HttpResponse:
    file = io.BytesIO(data)
    file.name = "take.wav"
    headers = {"HX-Request": "true"} if htmx else {}
    address = reverse("recording-new", args=[line.pk])
    return client.post(address, {"file": file, "source": source}, headers=headers)  # type: ignore[arg-type]


def test_a_recording_becomes_the_chosen_take(cast: Cast, sign_in: SignIn, shared: Path, broker: str) -> None:
    line = factories.script(cast.team, lines=1).paragraphs.get()
    factories.ready(line)
    (waiting,) = takes.request(line.script, [line], by=None, fresh=True)
    data = (shared / "manuscripts" / "audio" / "jfk_44k1-stereo.flac").read_bytes()
    answer = hand_in(sign_in(cast.editor), line, data, source="recorded")
    take = Take.objects.get(number=3)
    assert (take.status, take.source, take.created_by, take.duration_ms) == (
        "ready",
        "recorded",
        cast.editor,
        11_000,
    )
    assert b"Recorded" in answer.content
    line.refresh_from_db()
    waiting.refresh_from_db()
    assert (line.chosen, line.latest, waiting.status) == (take, take, TakeStatus.CANCELLED)
    assert line.mark in ("ready", "flagged")


def test_a_recording_is_never_spoken_for_another_line(cast: Cast, broker: str) -> None:
    project = factories.project(cast.team, lines=1, scripts=2)
    first, second = (script.paragraphs.get() for script in project.scripts.all())
    Paragraph.objects.filter(pk=second.pk).update(text=first.text, digest=first.digest)
    recordings.keep(first, factories.sound(), source="uploaded", by=cast.editor)
    (asked,) = takes.request(second.script, second.script.paragraphs.all(), by=None)
    assert asked.status == TakeStatus.QUEUED
    assert takes.request(first.script, first.script.paragraphs.all(), by=None) == [], (
        "its own line has it already"
    )


def test_a_cut_file_is_kept_as_far_as_it_goes_and_says_so(cast: Cast, sign_in: SignIn) -> None:
    line = factories.script(cast.team, lines=1).paragraphs.get()
    data = sounds.wav_bytes(factories.sound(2000))
    answer = hand_in(sign_in(cast.editor), line, data[: len(data) // 2])
    assert b"ends earlier than it says. The 1.0 s of sound" in answer.content
    assert Take.objects.get().frames == 24_000 - 11


def test_what_is_no_sound_is_refused_in_place(cast: Cast, sign_in: SignIn) -> None:
    line = factories.script(cast.team, lines=1).paragraphs.get()
    client = sign_in(cast.editor)
    for data in (b"not a sound at all", b""):
        answer = hand_in(client, line, data)
        assert (answer.status_code, answer["HX-Retarget"]) == (422, "#recording")
        assert b'class="error" role="alert"' in answer.content
    assert hand_in(client, line, b"no", htmx=False).status_code == 302
    assert not Take.objects.exists()


def test_a_file_past_the_limit_is_refused(cast: Cast, sign_in: SignIn, settings: object) -> None:
    settings.UPLOAD_LIMIT_BYTES = 1000  # type: ignore[attr-defined]
    line = factories.script(cast.team, lines=1).paragraphs.get()
    answer = hand_in(sign_in(cast.editor), line, sounds.wav_bytes(factories.sound()))
    assert b"larger than 0 MB" in answer.content


def test_only_editors_may(cast: Cast, sign_in: SignIn) -> None:
    line = factories.script(cast.team, lines=1).paragraphs.get()
    data = sounds.wav_bytes(factories.sound())
    assert hand_in(sign_in(cast.reviewer), line, data).status_code == 403
    assert hand_in(sign_in(cast.stranger), line, data).status_code == 404
    assert not Take.objects.exists()


def test_an_edit_makes_a_recording_stale_like_any_take(cast: Cast) -> None:
    line = factories.script(cast.team, lines=1).paragraphs.get()
    recordings.keep(line, factories.sound(), source="recorded", by=cast.editor)
    Paragraph.objects.filter(pk=line.pk).update(digest="other")
    line.refresh_from_db()
    assert line.is_stale
