"""Ordering a file: the ready-made choices and one's own; what is offered of a finished one beside it."""

import io
import json

import mutagen.mp3
import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from projects.actions import credits, exports
from projects.models import Export, ExportStatus, Project, Take
from projects.models.takes import Source
from tests import factories
from tests.cast import Cast
from tests.projects.views.test_projects_and_imports import SignIn

pytestmark = pytest.mark.one_database


@pytest.fixture
def project(cast: Cast) -> Project:
    made = factories.project(cast.team, lines=1, scripts=2, author="A. Writer")
    for script in made.scripts.all():
        factories.all_ready(script, duration_ms=200)
    return made


def assembled(export: Export) -> Export:
    claimed = exports.claim(export.pk)
    assert claimed is not None
    assert exports.assemble(claimed) == ExportStatus.READY
    return Export.objects.get(pk=export.pk)


def test_a_kind_says_format_and_files_and_comes_again_the_next_time(
    cast: Cast, sign_in: SignIn, project: Project, broker: str
) -> None:
    client, address = sign_in(cast.editor), reverse("export-new", args=[project.pk])
    for asked, wanted, kind in (
        ({"kind": "audiobook", "says_synthetic": "on"}, ("m4b", False, credits.SYNTHETIC), "audiobook"),
        ({"kind": "shops", "format": "wav"}, ("mp3", True, ""), "shops"),
        ({"kind": "podcast"}, ("mp3-128", True, ""), "podcast"),
        ({"kind": "own", "format": "flac", "by_chapter": "on"}, ("flac", True, ""), "own"),
        ({"format": "opus"}, ("opus", False, ""), "own"),
    ):
        assert client.post(address, asked).status_code == 302, asked
        made = Export.objects.first()
        assert made is not None
        assert (made.format, made.by_chapter, made.note) == wanted
        page = client.get(project.get_absolute_url()).content.decode()
        assert f'name="kind" value="{kind}" checked' in page
        assert page.count(" checked") - page.count('name="by_chapter"') <= 2
    for refused in ({"kind": "own"}, {}, {"kind": "cassette", "format": "wav"}):
        response = client.post(address, refused)
        assert response.status_code == 422, refused
        assert b'role="alert"' in response.content


def test_a_refused_kind_is_asked_for_again_with_what_is_ready(
    cast: Cast, sign_in: SignIn, project: Project, broker: str
) -> None:
    project.scripts.first().paragraphs.update(chosen=None)  # type: ignore[union-attr]
    client, address = sign_in(cast.editor), reverse("export-new", args=[project.pk])
    refused = client.post(address, {"kind": "podcast", "says_synthetic": "on"}).content
    for field in (
        b'name="kind" value="podcast"',
        b'name="says_synthetic" value="on"',
        b'name="partial" value="on"',
    ):
        assert field in refused
    client.post(address, {"kind": "podcast", "format": "", "says_synthetic": "on", "partial": "on"})
    assert Export.objects.get().format == "mp3-128"


def test_chapters_and_a_description_are_offered_of_a_finished_file(
    cast: Cast, sign_in: SignIn, project: Project
) -> None:
    export = assembled(
        exports.request(project, project.scripts.all(), format="mp3-128", by=None, narrator="Neil & Vivian")
    )
    client = sign_in(cast.viewer)
    page = client.get(export.get_absolute_url()).content.decode()
    assert (
        "The Long Night\nby A. Writer\n\nNarrated by Neil &amp; Vivian. Narrated with synthetic voices."
        in page
    )
    assert "00:00:00 Chapter 1\n00:00:02 Chapter 2" in page
    files = {}
    for kind in ("podcast", "podlove", "ffmetadata"):
        address = reverse("export-chapters", args=[export.pk, kind])
        assert address in page
        files[kind] = client.get(address)
    assert files["podcast"]["Content-Type"] == "application/json+chapters; charset=utf-8"
    assert files["podcast"]["Content-Disposition"] == 'attachment; filename="The Long Night.chapters.json"'
    told = json.loads(files["podcast"].content)
    assert [one["startTime"] * 1000 for one in told["chapters"]] == [
        mark["start_ms"] for mark in export.marks
    ]
    assert client.get(reverse("export-chapters", args=[export.pk, "cassette"])).status_code == 404
    with default_storage.open(export.file) as file:
        found = mutagen.mp3.MP3(io.BytesIO(file.read()))
    assert (str(found.tags.getall("COMM")[0]), str(found.tags["TCOM"])) == (
        credits.SYNTHETIC,
        "Neil & Vivian",
    )
    assert str(found.tags["TCON"]) == "Podcast"
    assert found.info.bitrate == pytest.approx(128_000, rel=1e-3)


def test_of_several_files_there_are_no_chapters_to_have(
    cast: Cast, sign_in: SignIn, project: Project
) -> None:
    export = assembled(
        exports.request(project, project.scripts.all(), format="flac", by=None, by_chapter=True)
    )
    client = sign_in(cast.viewer)
    assert client.get(reverse("export-chapters", args=[export.pk, "podcast"])).status_code == 404
    page = client.get(export.get_absolute_url()).content.decode()
    assert "/chapters/" not in page
    assert "Chapter 1\nChapter 2</textarea>" in page


def test_the_note_says_what_is_true(project: Project) -> None:
    def noted() -> str:
        return exports.request(project, project.scripts.all(), format="wav", by=None).note

    assert noted() == "Narrated with synthetic voices."
    first, second = Take.objects.all()
    Take.objects.filter(pk=first.pk).update(source=Source.RECORDED)
    assert noted() == "Narrated by people and with synthetic voices."
    Take.objects.filter(pk=second.pk).update(source=Source.UPLOADED)
    assert noted() == ""
    again = exports.again(Export.objects.last())  # type: ignore[arg-type]
    assert again["says_synthetic"] is True
