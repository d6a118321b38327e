"""The round trip of pickups over HTTP: the sheet, the recording, the confirmation, the takes."""

import csv
import io
from collections.abc import Callable

import numpy as np
import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from narrator.teams.models import User
from projects.actions import checks, reviews
from projects.models import Paragraph, PickupRecording, Project, Take
from tests import factories
from tests.audio import sounds
from tests.audio.test_splitting import spoken
from tests.cast import Cast

SignIn = Callable[[User], Client]


@pytest.fixture
def project(cast: Cast) -> Project:
    """Four lines in two chapters, of which the second and third are wanted again."""
    row = factories.project(cast.team, lines=2, scripts=2)
    lines = [line for script in row.scripts.all() for line in script.paragraphs.all()]
    for line in lines:
        factories.ready(line)
    for line, reason in zip(lines[1:3], ("=Too fast", "Shi-vawn"), strict=True):
        line.refresh_from_db()
        assert line.chosen_id is not None
        reviews.judge(line, take_id=line.chosen_id, kind="pickup", reason=reason, by=cast.reviewer)
    return row


def wanted(project: Project) -> list[Paragraph]:
    lines = Paragraph.objects.filter(script__project=project).order_by("script__position", "position")
    return list(lines[1:3])


def recorded(project: Project) -> bytes:
    lengths = [checks.expected_ms(line.text, "English") for line in wanted(project)]
    return sounds.wav_bytes(spoken(lengths[0], 300, lengths[1]))


def hand_in(client: Client, project: Project, data: bytes) -> HttpResponse:
    file = io.BytesIO(data)
    file.name = "pickups.wav"
    return client.post(reverse("pickup-sheet", args=[project.pk]), {"file": file})  # type: ignore[return-value]


def test_the_sheet_has_the_wanted_lines_on_paper_and_as_a_table(
    cast: Cast, sign_in: SignIn, project: Project
) -> None:
    client = sign_in(cast.viewer)
    page = client.get(reverse("pickup-sheet", args=[project.pk])).content.decode()
    assert "2 lines to be spoken again" in page
    assert 'type="file"' not in page, "a viewer hands nothing in"
    table = client.get(reverse("pickup-csv", args=[project.pk])).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table)))
    texts = [line.text for line in wanted(project)]
    assert [row[3] for row in rows[1:]] == texts
    assert [row[4] for row in rows[1:]] == ["'=Too fast", "Shi-vawn"], (
        "nothing that a spreadsheet would compute"
    )
    assert [row[1:3] for row in rows[1:]] == [["Chapter 1", "2"], ["Chapter 2", "1"]]


def test_one_recording_becomes_the_takes_of_its_lines(cast: Cast, sign_in: SignIn, project: Project) -> None:
    client = sign_in(cast.editor)
    answer = hand_in(client, project, recorded(project))
    row = PickupRecording.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/pickups/{row.pk}/")
    assert [line["pieces"] for line in row.lines] == [[0, 1], [2, 3]], "the cough between them is nobody's"
    first, second = wanted(project)
    page = client.get(answer["Location"]).content.decode()
    assert page.count("data-piece") == 3
    data = {f"line-{first.pk}": "0-1", f"line-{second.pk}": "2-3"}
    before = Take.objects.count()
    client.post(answer["Location"], data)
    takes = [Take.objects.get(paragraph=line, number=2) for line in (first, second)]
    for take, (start, stop) in zip(takes, (row.pieces[0], row.pieces[2]), strict=True):
        assert (take.source, take.created_by) == ("uploaded", cast.editor)
        assert take.duration_ms == stop - start
    first.refresh_from_db()
    assert first.chosen == takes[0]
    client.post(answer["Location"], data)
    assert Take.objects.count() == before + 2, "twice is harmless"
    assert b"0 lines to be spoken again" in client.get(reverse("pickup-sheet", args=[project.pk])).content


def test_pieces_can_be_moved_and_left_out_but_not_given_twice(
    cast: Cast, sign_in: SignIn, project: Project
) -> None:
    client = sign_in(cast.editor)
    address = hand_in(client, project, recorded(project))["Location"]
    first, second = wanted(project)
    twice = client.post(address, {f"line-{first.pk}": "0-2", f"line-{second.pk}": "1-3"})
    assert (twice.status_code, b"Piece 2 is given to two lines" in twice.content) == (422, True)
    assert client.post(address, {f"line-{first.pk}": "7-8"}).status_code == 422
    client.post(address, {f"line-{first.pk}": "", f"line-{second.pk}": "0-1"})
    assert not Take.objects.filter(paragraph=first, number=2).exists()
    assert Take.objects.filter(paragraph=second, number=2).exists()


def test_a_line_that_changed_since_is_left_out_unless_somebody_says_so(
    cast: Cast, sign_in: SignIn, project: Project
) -> None:
    client = sign_in(cast.editor)
    address = hand_in(client, project, recorded(project))["Location"]
    first, _ = wanted(project)
    Paragraph.objects.filter(pk=first.pk).update(digest="other")
    page = client.get(address).content.decode()
    assert "changed since the sheet" in page


def test_what_cannot_be_cut_is_refused_with_a_sentence(cast: Cast, sign_in: SignIn, project: Project) -> None:
    client = sign_in(cast.editor)
    for data, words in (
        (b"text", b"no sound file"),
        (sounds.wav_bytes(np.zeros(48_000, np.int16)), b"Nothing is spoken"),
    ):
        answer = hand_in(client, project, data)
        assert (answer.status_code, words in answer.content) == (422, True)
    assert not PickupRecording.objects.exists()
    empty = factories.project(cast.team)
    assert b"No line waits" in hand_in(client, empty, sounds.wav_bytes(factories.sound())).content


def test_the_recording_is_heard_by_editors_only(cast: Cast, sign_in: SignIn, project: Project) -> None:
    address = hand_in(sign_in(cast.editor), project, recorded(project))["Location"]
    for person, status in ((cast.editor, 206), (cast.reviewer, 403), (cast.stranger, 404)):
        answer = sign_in(person).get(f"{address}audio.wav", headers={"Range": "bytes=0-99"})
        assert answer.status_code == status
        if answer.streaming:
            b"".join(answer.streaming_content)  # type: ignore[arg-type]
    assert hand_in(sign_in(cast.reviewer), project, b"x").status_code == 403
