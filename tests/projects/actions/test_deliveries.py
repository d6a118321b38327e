"""The report of an export's files, what puts a miss right, and a team's own destinations."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from narrator.teams.models import User
from projects.actions import deliveries, destinations, exports, finishes, remedies
from projects.audio.destinations import Asked
from projects.audio.finish import PRESETS
from projects.models import Act, Destination, Export, Paragraph, Project
from tests import factories
from tests.audio import sounds
from tests.audio.test_destinations import png
from tests.cast import Cast

pytestmark = pytest.mark.one_database


@pytest.fixture
def book(cast: Cast) -> Project:
    """Two chapters of two lines, of which the very last is loud; with a cover that every shop takes."""
    project = factories.project(cast.team, lines=2, scripts=2)
    project.cover = default_storage.save("covers/big", ContentFile(png(2400, 2400)))
    project.save()
    for n, line in enumerate(
        Paragraph.objects.filter(script__project=project).order_by("script", "position")
    ):
        level = 12_000 if n == 3 else 3000
        factories.ready(line, samples=sounds.padded(sounds.speech(24_000, seed=n, level=level), 4800, 4800))
    return project


def assembled(project: Project, **options: object) -> Export:
    return made(exports.request(project, project.scripts.all(), **{"format": "mp3", "by": None, **options}))  # type: ignore[arg-type]


def made(export: Export) -> Export:
    claimed = exports.claim(export.pk)
    assert claimed is not None
    assert exports.assemble(claimed) == "ready"
    return Export.objects.select_related("project").get(pk=export.pk)


def own(cast: Cast, *asked: Asked) -> Destination:
    return destinations.save(cast.team, Destination(name="Our shop"), list(asked), by=cast.editor)


def check(export: Export, rule: str, file: int = 0) -> dict[str, object]:
    (found,) = [one for one in export.delivery["files"][file]["checks"] if one["rule"] == rule]
    return dict(found)


def test_a_finish_for_acx_meets_what_acx_asks_of_each_chapter(book: Project, cast: Cast) -> None:
    finishes.save(book, PRESETS["acx"], by=cast.owner)
    done = assembled(book, by_chapter=True)
    assert [file["file"] for file in done.delivery["files"]] == ["01 - Chapter 1.mp3", "02 - Chapter 2.mp3"]
    assert done.delivery["destination"] == "ACX"
    assert deliveries.missed(done) <= {"rms_dbfs"}  # chapters of so unlike levels, one target for the whole
    whole = assembled(book)
    assert whole.delivery["is_met"] is True
    assert remedies.of(whole) == {}


def test_what_a_machine_can_put_right_is_right_after_one_press_each(book: Project, cast: Cast) -> None:
    """A file that misses level, peak, both silences and its format, of one destination of the team's own."""
    place = own(
        cast,
        Asked("loudness_lufs", -26, -24),
        Asked("true_peak_dbfs", most=-12),
        Asked("head_ms", 900, 1300),
        Asked("tail_ms", 1800, 2400),
        Asked("ending", among=("mp3",)),
        Asked("rate_hz", among=(44_100,)),
    )
    finishes.save(book, replace(PRESETS["none"], preset=place.preset), by=cast.editor)
    done = assembled(book, format="wav")
    loud = Paragraph.objects.filter(script__project=book).order_by("script", "position")[3]
    assert check(done, "true_peak_dbfs")["take"] == loud.chosen_id
    assert check(done, "tail_ms")["take"] == loud.chosen_id
    assert check(done, "loudness_lufs")["take"] == loud.chosen_id
    missed = {"loudness_lufs", "true_peak_dbfs", "head_ms", "tail_ms", "ending", "rate_hz"}
    assert set(remedies.of(done)) == deliveries.missed(done) == missed
    for rule in ("loudness_lufs", "true_peak_dbfs", "head_ms", "tail_ms", "ending"):
        done = Export.objects.select_related("project").get(pk=done.pk)
        if not remedies.of(done)[rule].is_done:
            assert remedies.apply(done, rule, by=cast.editor)
        done = Export.objects.select_related("project").get(pk=done.pk)
        assert remedies.of(done)[rule].is_done
        assert remedies.apply(done, rule, by=cast.editor) is None, "twice is harmless"
    told = list(Act.objects.order_by("pk").values_list("words", flat=True))
    assert told[-1] == "set the next export of The Long Night.wav: Export as MP3, 192 kb/s"
    assert "set the sound of exports: Our shop" in told
    right = made(exports.request(done.project, book.scripts.all(), by=cast.editor, **exports.again(done)))
    assert right.format == "mp3"
    assert deliveries.missed(right) == set()
    assert right.delivery["is_met"] is True


def test_what_a_machine_cannot_put_right_says_where_it_is_done(book: Project, cast: Cast) -> None:
    place = own(cast, Asked("cover_px", 3000), Asked("longest_ms", most=400), Asked("duration_ms", most=3000))
    finishes.save(book, replace(PRESETS["none"], preset=place.preset), by=cast.editor)
    done = assembled(book)
    assert set(remedies.of(done)) == {"cover_px", "duration_ms"}
    assert remedies.of(done)["cover_px"].address
    assert remedies.apply(done, "cover_px", by=cast.editor) is None
    assert check(done, "longest_ms")["take"] is not None
    assert remedies.apply(done, "duration_ms", by=cast.editor)
    assert exports.again(Export.objects.get(pk=done.pk))["by_chapter"] is True


def test_a_destination_that_changes_does_not_reach_an_export_that_was_ordered(
    book: Project, cast: Cast
) -> None:
    place = own(cast, Asked("duration_ms", most=1000))
    finishes.save(book, replace(PRESETS["none"], preset=place.preset), by=cast.editor)
    order = exports.request(book, book.scripts.all(), format="wav", by=None)
    destinations.remove(place, by=cast.editor)
    assert deliveries.missed(made(order)) == {"duration_ms"}
    assert assembled(book, format="wav").delivery == {}


def test_where_no_destination_is_named_nobody_listens(book: Project) -> None:
    done = assembled(book, format="wav")
    assert done.delivery == {}
    assert deliveries.shown(done) == []


def test_the_report_is_read_by_all_and_put_right_by_editors(
    book: Project, cast: Cast, sign_in: Callable[[User], Client]
) -> None:
    place = own(cast, Asked("tail_ms", 3000, 4000), Asked("ending", among=("mp3",)))
    finishes.save(book, replace(PRESETS["none"], preset=place.preset), by=cast.editor)
    done = assembled(book, format="wav")
    last = Paragraph.objects.filter(script__project=book).order_by("script", "position")[3]
    viewer, editor = sign_in(cast.viewer), sign_in(cast.editor)
    report = reverse("delivery-report", args=[done.pk])
    page = viewer.get(report).content.decode()
    assert f"#line-{last.pk}" in page
    assert "3,000 to 4,000 ms" in page
    assert "Fix" not in page
    assert viewer.get(reverse("export-delivery", args=[done.pk])).json() == done.delivery
    assert "Fix: Export as MP3" in editor.get(report).content.decode()
    fix = reverse("delivery-fix", args=[done.pk])
    for rule in ("tail_ms", "ending"):
        assert viewer.post(fix, {"rule": rule}).status_code == 403
        answer = editor.post(fix, {"rule": rule}, follow=True)
        assert b"set. Export again to have it." in answer.content
    assert b"nothing left to set" in editor.post(fix, {"rule": "ending"}, follow=True).content
    assert Project.objects.get().finishing.tail_ms == 3400
    again = editor.post(reverse("export-again", args=[done.pk]))
    assert Export.objects.get(pk=int(again["Location"].split("/")[2])).format == "mp3"
    Paragraph.objects.filter(pk=last.pk).update(digest="other")
    refused = editor.post(reverse("export-again", args=[done.pk]), follow=True)
    assert b"1 line is not ready" in refused.content
