"""Clips over HTTP: handed in with a sentence where it cannot be, heard, named, removed, and placed in a script."""

import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from narrator.teams.models import User
from projects.actions import clips
from projects.models import Clip, Script
from tests import factories
from tests.audio import sounds
from tests.cast import Cast

SignIn = Callable[[User], Client]
MUSIC = sounds.wav_bytes(sounds.tone(24_000))


@pytest.fixture
def script(cast: Cast) -> Script:
    script = factories.script(cast.team, lines=2)
    factories.all_ready(script)
    return script


def file(data: bytes = MUSIC, name: str = "Night Intro.wav") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def kept(script: Script, name: str = "Intro", *, is_for_team: bool = False) -> Clip:
    return clips.add(script.project, name, io.BytesIO(MUSIC), is_for_team=is_for_team, by=None)[0]


def test_a_file_becomes_a_clip_named_like_it_and_is_heard(
    cast: Cast, sign_in: SignIn, script: Script
) -> None:
    client = sign_in(cast.editor)
    address = reverse("clip-list", args=[script.project_id])
    assert client.post(address, {"file": file(), "is_for_team": "on"}).status_code == 302
    clip = Clip.objects.get()
    assert (clip.name, clip.project, clip.team, clip.created_by) == (
        "Night Intro",
        None,
        cast.team,
        cast.editor,
    )
    page = client.get(address).content.decode()
    assert "Night Intro" in page
    assert "all projects of the team" in page
    sound = client.get(reverse("clip-audio", args=[script.project_id, clip.pk]))
    assert b"".join(sound.streaming_content)[:4] == b"RIFF"
    other = factories.project(cast.other_team, lines=1)
    stranger = sign_in(cast.stranger)
    assert stranger.get(reverse("clip-audio", args=[other.pk, clip.pk])).status_code == 404


def test_what_cannot_be_a_clip_is_refused_where_the_person_looks(
    cast: Cast, sign_in: SignIn, script: Script
) -> None:
    client = sign_in(cast.editor)
    address = reverse("clip-list", args=[script.project_id])
    kept(script)
    refused = {
        "Choose a sound file first.": {},
        "This is no sound file that can be read.": {"file": file(b"Words, not sound. " * 9)},
        "Another clip has this name.": {"file": file(), "name": "Intro"},
    }
    for words, data in refused.items():
        answer = client.post(address, data)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert Clip.objects.count() == 1
    for name, words in (("", "Say what the clip is called."), ("Sting", "Another clip has this name.")):
        kept(script, "Sting") if not Clip.objects.filter(name="Sting").exists() else None
        rename = reverse("clip-rename", args=[script.project_id, Clip.objects.get(name="Intro").pk])
        assert words in client.post(rename, {"name": name}, follow=True).content.decode()


def test_it_is_placed_behind_the_selected_lines_and_shown_as_a_row_of_its_own(
    cast: Cast, sign_in: SignIn, script: Script
) -> None:
    clip, client = kept(script), sign_in(cast.editor)
    first, second = script.paragraphs.all()
    answer = client.post(
        reverse("clip-place", args=[script.pk]),
        {"clip": clip.pk, "lines": f"{first.pk}"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 204
    placed = script.paragraphs.get(kind="clip")
    assert [line.pk for line in script.paragraphs.all()] == [first.pk, placed.pk, second.pk]
    page = client.get(reverse("script-detail", args=[script.pk])).content.decode()
    assert f'id="line-{placed.pk}"' in page
    assert 'data-kind="clip"' in page
    assert "Locked by" not in page
    inspector = client.get(reverse("paragraph-detail", args=[placed.pk])).content.decode()
    assert "is a clip" in inspector
    assert "Regenerate" not in inspector
    assert "What will be sent" not in inspector
    edit = client.get(reverse("paragraph-text", args=[placed.pk]))
    assert (edit.status_code, "is a clip" in edit.content.decode()) == (409, True)
    elsewhere = kept(factories.script(cast.other_team, lines=1))
    foreign = {"clip": elsewhere.pk, "lines": f"{first.pk}"}
    assert client.post(reverse("clip-place", args=[script.pk]), foreign).status_code == 404
    odd = {"clip": clip.pk, "lines": "x"}
    assert client.post(reverse("clip-place", args=[script.pk]), odd).status_code == 409


def test_a_viewer_hears_them_and_nothing_else_and_removing_leaves_the_placed_ones(
    cast: Cast, sign_in: SignIn, script: Script
) -> None:
    clip = kept(script)
    clips.place(script, clip, after=None, by=cast.editor)
    page = sign_in(cast.viewer).get(reverse("clip-list", args=[script.project_id])).content.decode()
    assert "<audio" in page
    assert "Hand in" not in page
    remove = reverse("clip-remove", args=[script.project_id, clip.pk])
    assert sign_in(cast.viewer).post(remove).status_code == 403
    client = sign_in(cast.editor)
    assert client.get(remove).status_code == 405
    assert "Where it is placed, it stays." in client.post(remove, follow=True).content.decode()
    assert client.post(remove).status_code == 404, "twice is harmless"
    assert script.paragraphs.filter(kind="clip").exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_any_number(
    cast: Cast, sign_in: SignIn, script: Script, count: int
) -> None:
    for n in range(count):
        kept(script, f"Clip {n}")
    client = sign_in(cast.editor)
    client.get(reverse("clip-list", args=[script.project_id]))
    with CaptureQueriesContext(connection) as seen:
        client.get(reverse("clip-list", args=[script.project_id]))
    assert len(seen) <= 9
