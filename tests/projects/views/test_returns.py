"""Edited audio back in over HTTP: what changed is shown, and becomes takes where somebody says so."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from narrator.teams.models import User
from projects.actions import captions, exports, finishes, spoken
from projects.audio import pcm, wav
from projects.audio.finish import Finish
from projects.captions import labels
from projects.models import Export, Paragraph, Project, Return, Take
from tests import factories
from tests.audio import sounds
from tests.cast import Cast

SignIn = Callable[[User], Client]


@pytest.fixture
def project(cast: Cast) -> Project:
    """Three lines, which files have 6 dB louder than they are."""
    project = factories.project(cast.team, lines=3)
    for n, line in enumerate(project.scripts.get().paragraphs.all()):
        factories.ready(line, samples=sounds.speech(24_000 + 2_000 * n, seed=n, level=2500))
    finishes.save(project, Finish(target_db=-30.0), by=cast.editor)
    return Project.objects.get(pk=project.pk)


@pytest.fixture
def export(project: Project) -> Export:
    order = exports.request(project, project.scripts.all(), format="wav", by=None)
    claimed = exports.claim(order.pk)
    assert claimed is not None
    exports.assemble(claimed)
    return Export.objects.get(pk=order.pk)


def samples(export: Export) -> pcm.Pcm:
    with default_storage.open(export.file) as file:
        return np.array(wav.open_frames(file).read(10**9))


def hand_in(client: Client, export: Export, data: bytes, **more: object) -> HttpResponse:
    file = io.BytesIO(data)
    file.name = "edited.wav"
    sent = {"of": str(export), "file": file, **more}
    return client.post(reverse("return-new", args=[export.pk]), sent)  # type: ignore[return-value]


def places(export: Export) -> list[tuple[int, int]]:
    return [(line["start"], line["end"]) for line in export.timeline["chapters"][0]["lines"]]


def edited(export: Export) -> pcm.Pcm:
    """The second line half as loud, and half a second of pause less before it."""
    whole, (start, end) = samples(export), places(export)[1]
    whole[start:end] //= 2
    return np.concatenate([whole[: start - 13_000], whole[start - 1_000 :]])


def test_what_changed_becomes_a_take_and_nothing_else(
    cast: Cast, sign_in: SignIn, project: Project, export: Export
) -> None:
    client = sign_in(cast.editor)
    answer = hand_in(client, export, sounds.wav_bytes(edited(export)))
    row = Return.objects.get()
    assert answer["Location"] == row.get_absolute_url()
    assert [line["change"] for line in row.lines] == ["same", "level", "same"]
    assert [line["shift"] for line in row.lines] == [0, -12_000, -12_000]
    page = client.get(answer["Location"]).content.decode()
    assert "1 of 3 lines is not as it was" in page
    assert "0.5 s shorter" in page
    assert "−6.0 dB" in page
    assert "500 ms earlier" in page
    assert page.count("checked") == 1
    first, second, _ = Paragraph.objects.with_takes().filter(script__project=project)
    before = second.chosen
    assert before is not None
    client.post(answer["Location"], {"lines": [second.pk]})
    client.post(answer["Location"], {"lines": [first.pk, second.pk]})
    takes = Take.objects.filter(paragraph__script__project=project).order_by("paragraph__position", "number")
    assert [take.number for take in takes] == [1, 1, 2, 1], "filed once, and nothing is written over"
    second.refresh_from_db()
    new = Take.objects.get(paragraph=second, number=2)
    assert (second.chosen, new.source, new.created_by) == (new, "uploaded", cast.editor)
    assert new.frames == before.frames
    assert before.rms_dbfs is not None
    assert new.rms_dbfs == pytest.approx(before.rms_dbfs - 6, abs=0.1), "without the gain of the finish"


def test_labels_say_where_lines_are(cast: Cast, sign_in: SignIn, export: Export) -> None:
    client, whole = sign_in(cast.editor), samples(export)
    other = sounds.speech(30_000, seed=77, level=5000)
    start, end = places(export)[1]
    changed = np.concatenate([whole[:start], other, whole[end:]])
    moved = other.size - (end - start)
    (file,) = spoken.of_export(export)
    track = labels.read(captions._text(file, "labels", 42))
    assert len(track) == 3
    now = [track[0], (start / 24_000, (start + other.size) / 24_000, "2"), _later(track[2], moved / 24_000)]
    for given, status in ((now, 302), (now[:2], 422)):
        data = io.BytesIO(labels.audacity(given).encode())
        data.name = "labels.txt"
        answer = hand_in(client, export, sounds.wav_bytes(changed), labels=data)
        assert answer.status_code == status
    assert "2 labels and 3 lines" in answer.content.decode()
    row = Return.objects.get()
    assert [line["change"] for line in row.lines] == ["same", "other", "same"]
    assert row.lines[1]["start"] >= start - 120 * 24
    assert row.lines[1]["end"] <= start + other.size + 120 * 24
    assert row.lines[2]["shift"] == moved


def _later(region: labels.Region, by_s: float) -> labels.Region:
    return region[0] + by_s, region[1] + by_s, region[2]


def test_a_line_that_says_something_else_by_now_is_not_ticked(
    cast: Cast, sign_in: SignIn, project: Project, export: Export
) -> None:
    client = sign_in(cast.editor)
    address = hand_in(client, export, sounds.wav_bytes(edited(export)))["Location"]
    second = Paragraph.objects.filter(script__project=project)[1]
    Paragraph.objects.filter(pk=second.pk).update(digest="other", is_locked=False)
    page = client.get(address).content.decode()
    assert "changed since the export" in page
    assert "checked" not in page
    Paragraph.objects.filter(pk=second.pk).update(is_locked=True)
    client.post(address, {"lines": [second.pk]})
    assert not Take.objects.filter(paragraph=second, number=2).exists(), "a locked line keeps what it has"


def test_what_cannot_be_taken_in_is_refused_in_place(cast: Cast, sign_in: SignIn, export: Export) -> None:
    client = sign_in(cast.editor)
    bad = io.BytesIO(b"one two three")
    bad.name = "labels.txt"
    for data, more, said in (
        (b"text", {}, "no sound file"),
        (sounds.wav_bytes(pcm.silence(48_000)), {}, "Nothing of this export was found"),
        (sounds.wav_bytes(samples(export)), {"labels": bad}, "Line 1 of the labels is none"),
        (sounds.wav_bytes(samples(export)), {"of": "another.wav"}, ""),
    ):
        answer = hand_in(client, export, data, **more)
        assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert not Return.objects.exists()
    assert hand_in(sign_in(cast.reviewer), export, b"x").status_code == 403
