"""Text of exports and chapters as files to be saved."""

import io
from collections.abc import Callable
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse

from narrator.teams.models import User
from projects.actions import captions, exports
from projects.models import Act, ActKind, Export, Project
from tests import factories
from tests.cast import Cast

SignIn = Callable[[User], Client]


@pytest.fixture
def book(cast: Cast) -> Project:
    project = factories.project(cast.team, lines=1, scripts=2, title="走れメロス")
    for script in project.scripts.all():
        factories.all_ready(script, duration_ms=200)
    line = project.scripts.all()[0].paragraphs.get()
    type(line).objects.filter(pk=line.pk).update(text="=HYPERLINK(1)")
    return project


def exported(project: Project, **options: object) -> Export:
    export = exports.request(project, project.scripts.all(), format="wav", by=None, **options)  # type: ignore[arg-type]
    claimed = exports.claim(export.pk)
    assert claimed is not None
    exports.assemble(claimed)
    return export


def test_every_kind_is_offered_and_comes_under_the_name_of_its_file(
    cast: Cast, book: Project, sign_in: SignIn
) -> None:
    export, client = exported(book), sign_in(cast.viewer)
    page = client.get(export.get_absolute_url()).content.decode()
    for kind, how in captions.KINDS.items():
        address = reverse("export-text", args=[export.pk, kind])
        assert f'href="{address}"' in page
        answer = client.get(address)
        assert answer["Content-Type"] == f"{how.content_type}; charset=utf-8"
        assert answer["Content-Disposition"].endswith(
            f"%E8%B5%B0%E3%82%8C%E3%83%A1%E3%83%AD%E3%82%B9.{how.ending}"
        )
        assert "HYPERLINK" in answer.content.decode()
    told = Act.objects.filter(kind=ActKind.DOWNLOADS).values_list("who", "words")
    assert ("Vito", "downloaded the WebVTT of 走れメロス.wav") in told
    assert b",'=HYPERLINK(1)," in client.get(reverse("export-text", args=[export.pk, "cues"])).content
    assert client.get(reverse("export-text", args=[export.pk, "docx"])).status_code == 404


def test_a_file_per_chapter_has_captions_of_its_own_in_a_zip(
    cast: Cast, book: Project, sign_in: SignIn
) -> None:
    export, client = exported(book, by_chapter=True), sign_in(cast.viewer)
    answer = client.get(reverse("export-text", args=[export.pk, "vtt"]))
    with ZipFile(io.BytesIO(answer.content)) as parcel:
        assert parcel.namelist() == ["01 - Chapter 1.vtt", "02 - Chapter 2.vtt"]
        assert "00:00:00.550 --> " in parcel.read("02 - Chapter 2.vtt").decode()
    cues = client.get(reverse("export-text", args=[export.pk, "cues"])).content.decode().splitlines()
    assert [row.split(",")[0] for row in cues[1:]] == ["01 - Chapter 1", "02 - Chapter 2"]


def test_what_is_not_assembled_has_no_text(cast: Cast, book: Project, sign_in: SignIn) -> None:
    export = exports.request(book, book.scripts.all(), format="wav", by=None)
    client = sign_in(cast.viewer)
    assert b"WebVTT" not in client.get(export.get_absolute_url()).content
    assert client.get(reverse("export-text", args=[export.pk, "srt"])).status_code == 404


def test_a_chapter_offers_its_text_as_it_stands(cast: Cast, book: Project, sign_in: SignIn) -> None:
    client, script = sign_in(cast.viewer), book.scripts.all()[1]
    page = client.get(reverse("script-captions", args=[script.pk])).content.decode()
    assert reverse("script-text", args=[script.pk, "vtt"]) in page
    assert b"-->" in client.get(reverse("script-text", args=[script.pk, "vtt"])).content
    assert client.get(reverse("script-text", args=[script.pk, "docx"])).status_code == 404
    empty = factories.script(cast.team)
    assert b"No line is ready yet" in client.get(reverse("script-captions", args=[empty.pk])).content
    assert client.get(reverse("script-text", args=[empty.pk, "vtt"])).status_code == 404
    factories.ready(empty.paragraphs.all()[0], duration_ms=200)
    assert b"1 of 3 lines are ready" in client.get(reverse("script-captions", args=[empty.pk])).content
