"""The report of an export's files: what is met, what is not, and which line is behind it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from narrator.teams.models import User
from projects.actions import causes, deliveries, exports, finishes
from projects.audio.finish import PRESETS
from projects.models import Export, Paragraph, Project
from tests import factories
from tests.audio import sounds
from tests.cast import Cast


@pytest.fixture
def book(cast: Cast) -> Project:
    project = factories.project(cast.team, lines=2, scripts=2)
    for n, line in enumerate(
        Paragraph.objects.filter(script__project=project).order_by("script", "position")
    ):
        level = 12_000 if n == 3 else 3000
        factories.ready(line, samples=sounds.padded(sounds.speech(48_000, seed=n, level=level), 4800, 4800))
    return project


def assembled(project: Project, *, preset: str = "", **options: object) -> Export:
    export = exports.request(project, project.scripts.all(), **{"format": "mp3", "by": None, **options})  # type: ignore[arg-type]
    if preset:
        Export.objects.filter(pk=export.pk).update(finish=export.finish | {"preset": preset})
    claimed = exports.claim(export.pk)
    assert claimed is not None
    assert exports.assemble(claimed) == "ready"
    return Export.objects.get(pk=export.pk)


def test_a_finish_for_acx_meets_what_acx_asks_of_each_chapter(book: Project, cast: Cast) -> None:
    finishes.save(book, PRESETS["acx"], by=cast.owner)
    done = assembled(book, by_chapter=True)
    assert [file["file"] for file in done.delivery["files"]] == ["01 - Chapter 1.mp3", "02 - Chapter 2.mp3"]
    missed = {
        check["name"] for file in done.delivery["files"] for check in file["checks"] if not check["is_met"]
    }
    assert missed <= {"RMS"}  # two chapters of so unlike levels, brought to one target as a whole
    whole = assembled(book)
    assert whole.delivery["is_met"] is True


def test_a_peak_that_is_too_high_is_laid_at_the_door_of_its_line(
    book: Project, cast: Cast, sign_in: Callable[[User], Client]
) -> None:
    done = assembled(book, preset="acx", format="wav", by_chapter=True)
    loud = Paragraph.objects.filter(script__project=book).order_by("script", "position")[3]
    second = done.delivery["files"][1]
    (peak,) = [check for check in second["checks"] if check["name"] == "True peak"]
    assert (peak["is_met"], peak["take"], second["is_met"]) == (False, loud.chosen_id, False)
    (kind,) = [check for check in second["checks"] if check["name"] == "Format"]
    assert (kind["figure"], kind["most"], kind["is_met"]) == ("wav", "mp3", False)
    client = sign_in(cast.viewer)
    page = client.get(reverse("export-detail", args=[done.pk])).content.decode()
    assert f"#line-{loud.pk}" in page
    assert client.get(reverse("export-delivery", args=[done.pk])).json() == done.delivery


def test_where_no_destination_is_named_nobody_listens(book: Project) -> None:
    done = assembled(book)
    assert done.delivery == {}
    assert deliveries.shown(done) == []


def test_a_level_of_the_whole_file_is_laid_at_the_door_of_a_line(book: Project) -> None:
    done = assembled(book)
    rows = [row for chapter in done.plan for row in chapter["lines"]]
    takes = [row["take"] for row in rows]
    loud = causes.of(rows, "loudness_lufs", -15.0, least=-40.0, most=-25.0)
    assert loud == takes[3]
    assert causes.of(rows, "loudness_lufs", -60.0, least=-50.0, most=-25.0) is None
    assert causes.of(rows, "true_peak_dbfs", 0.0, least=None, most=-3.0) is None
    assert causes.of(rows, "rms_dbfs", None, least=-23.0, most=None) is None
