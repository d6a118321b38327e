"""Exports: fail closed, frozen plan, whole files, cancel, workers that die."""

import io
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import av
import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from projects.actions import cast as acting
from projects.actions import edits, exports, figures, lines, paragraphs, seams
from projects.models import Export, ExportStatus, Paragraph, Project, Take
from tests import factories
from tests.cast import Cast


@pytest.fixture
def book(cast: Cast) -> Project:
    """Two chapters of two finished lines, 1 s each, with pauses of 600 ms."""
    project = factories.project(cast.team, lines=2, scripts=2, author="A. Writer")
    for script in project.scripts.all():
        factories.all_ready(script, duration_ms=1000)
    return project


def order(project: Project, **options: object) -> Export:
    return exports.request(project, project.scripts.all(), **{"format": "wav", "by": None, **options})  # type: ignore[arg-type]


def assembled(export: Export) -> Export:
    claimed = exports.claim(export.pk)
    assert claimed is not None
    exports.assemble(claimed)
    return Export.objects.get(pk=export.pk)


@pytest.mark.parametrize("format", ["wav", "mp3", "m4b"])
def test_a_file_is_as_long_as_its_lines_and_pauses(book: Project, format: str) -> None:
    export = assembled(order(book, format=format, narrator="Neil"))
    assert export.status == ExportStatus.READY
    # 0.5 head, 1 + 0.6 + 1, the chapter pause of 2, 1 + 0.6 + 1, 1 at the tail
    # in whole packets, of 26 ms in an MP3 and 43 ms in an M4B, as near as can be at each of three pauses and the head
    wanted_ms = 500 + 2600 + 2000 + 2600 + 1000
    assert export.duration_ms == pytest.approx(wanted_ms, abs=0 if format == "wav" else 4 * 22)
    path = default_storage.path(export.file)
    assert Path(path).stat().st_size == export.size_bytes
    with av.open(path) as file:
        assert float(file.duration / av.time_base) == pytest.approx(8.7, abs=0.06)
        if format != "wav":
            titles = [chapter["metadata"]["title"] for chapter in file.chapters()]
            assert titles == ["Chapter 1", "Chapter 2"]
            assert file.metadata["title"] == "The Long Night"
    assert [mark["title"] for mark in export.marks] == ["Chapter 1", "Chapter 2"]
    assert [mark["start_ms"] for mark in export.marks] == [0, pytest.approx(5100, abs=70)]


def test_the_timeline_of_the_file_is_kept_to_the_sample(book: Project) -> None:
    export = assembled(order(book, format="wav"))
    assert (export.timeline["rate_hz"], export.timeline["samples"]) == (24_000, 8_700 * 24)
    one, two = export.timeline["chapters"]
    starts = [(line["start"], line["end"]) for line in [*one["lines"], *two["lines"]]]
    begins_ms = (500, 500 + 1600, 500 + 2600 + 2000, 500 + 2600 + 2000 + 1600)
    assert starts == [(at * 24, (at + 1000) * 24) for at in begins_ms]
    takes = [line["take"] for chapter in export.plan for line in chapter["lines"]]
    assert [line["take"] for line in [*one["lines"], *two["lines"]]] == takes


def test_an_export_with_missing_or_stale_lines_is_refused_with_the_list(book: Project) -> None:
    one, two, three, four = (line for script in book.scripts.all() for line in script.paragraphs.all())
    for line, text in ((two, "Changed."), (three, "Changed too.")):
        line.text = text
        paragraphs.edit(line, project=book, by=None)
    with pytest.raises(exports.NotReady) as refusal:
        order(book)
    assert refusal.value.lines == [two, three]
    assert not Export.objects.exists()
    partial = order(book, partial=True)
    assert [len(chapter["lines"]) for chapter in partial.plan] == [1, 1]


def test_nothing_ready_makes_no_file(cast: Cast) -> None:
    project = factories.project(cast.team)
    with pytest.raises(exports.NothingToExport):
        order(project, partial=True)


def test_an_edit_after_the_order_does_not_reach_the_file(book: Project) -> None:
    export = order(book)
    line = book.scripts.first().paragraphs.first()  # type: ignore[union-attr]
    assert line is not None
    factories.ready(line, duration_ms=3000)
    assert assembled(export).duration_ms == 8700


def test_a_take_whose_audio_is_gone_fails_the_export_and_leaves_no_file(book: Project) -> None:
    export = order(book)
    default_storage.delete(Take.objects.first().audio)  # type: ignore[union-attr]
    failed = assembled(export)
    assert failed.status == ExportStatus.FAILED
    assert "Line 1 of chapter 1" in failed.error_reason
    assert failed.file == ""
    assert not default_storage.exists("exports")


def test_a_cancel_while_assembling_leaves_no_file(book: Project) -> None:
    export = order(book)
    claimed = exports.claim(export.pk)
    assert claimed is not None
    assert exports.cancel(export, by=None)
    assert exports.assemble(claimed) == ExportStatus.CANCELLED
    assert Export.objects.get().file == ""
    assert not exports.cancel(export, by=None)
    assert exports.claim(export.pk) is None


def test_only_one_worker_gets_an_export(book: Project) -> None:
    export = order(book)
    assert exports.claim(export.pk) is not None
    assert exports.claim(export.pk) is None


def test_the_sweep_rings_again_for_lost_exports_and_gives_up_after_three(book: Project) -> None:
    export = order(book)
    for _ in range(2):
        assert exports.claim(export.pk) is not None
        assert exports.sweep() == []
        Export.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert exports.sweep() == [export.pk]
    exports.claim(export.pk)
    Export.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert exports.sweep() == []
    export.refresh_from_db()
    assert (export.status, "3 times" in export.error_reason) == (ExportStatus.FAILED, True)


def test_a_full_disk_fails_the_export_with_a_sentence(book: Project, settings: object) -> None:
    export = order(book)
    settings.DATA_DIR = Path("/dev/full")  # type: ignore[attr-defined]
    failed = assembled(export)
    assert failed.status == ExportStatus.FAILED
    assert failed.error_reason.startswith("The file could not be written")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("The Time Machine", "The Time Machine.mp3"),
        ("../../etc/passwd", "etc passwd.mp3"),
        ("走れメロス", "走れメロス.mp3"),
        ("a/b\\c:d*e?f", "a b c d e f.mp3"),
        ("...", "narration.mp3"),
        ("x" * 200, "x" * 80 + ".mp3"),
    ],
)
def test_file_names_are_safe_everywhere(title: str, name: str) -> None:
    assert exports.file_name(Export(title=title, format="mp3")) == name


def test_the_narrators_are_the_voices_most_heard(book: Project) -> None:
    first = book.scripts.first().paragraphs.first()  # type: ignore[union-attr]
    assert first is not None
    first.voice = "Maia"
    paragraphs.edit(first, project=book, by=None)
    factories.ready(first, duration_ms=5000)
    assert exports.narrators(book.scripts.all()) == "Maia, Neil"


def test_a_file_per_chapter_comes_in_one_zip_with_marks_that_name_it(book: Project) -> None:
    export = assembled(order(book, format="mp3", by_chapter=True))
    assert export.status == ExportStatus.READY
    assert export.file.endswith("/The Long Night.zip")
    names = ["01 - Chapter 1.mp3", "02 - Chapter 2.mp3"]
    with default_storage.open(export.file) as file, ZipFile(file) as found:
        assert found.namelist() == names
        lengths = [av.open(io.BytesIO(found.read(name))).duration / av.time_base for name in names]
    assert [mark["file"] for mark in export.marks] == names
    assert [mark["end_ms"] / 1000 for mark in export.marks] == pytest.approx(lengths, abs=0.06)
    assert export.duration_ms == pytest.approx(2 * 4100, abs=120)
    assert [chapter["file"] for chapter in export.timeline["chapters"]] == names
    assert export.timeline["chapters"][1]["start"] == export.timeline["chapters"][0]["start"]
    takes = [line["take"] for chapter in export.timeline["chapters"] for line in chapter["lines"]]
    assert takes == [line["take"] for chapter in export.plan for line in chapter["lines"]]


def test_what_parts_two_lines_is_as_long_in_the_file_the_seam_and_the_figures(cast: Cast) -> None:
    project = factories.project(cast.team, lines=4, speaker_pause_ms=900, scene_pause_ms=2500)
    script = project.scripts.get()
    title, scene, spoken, last = script.paragraphs.all()
    anna = acting.add(project, name="Anna", by=None)
    Paragraph.objects.filter(pk=spoken.pk).update(character=anna)
    factories.all_ready(script, duration_ms=1000)
    lines.mark(script, [title.pk], kind="title", by=cast.editor)
    lines.mark(script, [scene.pk], kind="scene", by=cast.editor)
    export = assembled(order(project))
    pauses_ms = [row["pause_ms"] for chapter in export.plan for row in chapter["lines"]]
    assert pauses_ms == [1500, 2500, 900, 600]
    (chapter,) = export.timeline["chapters"]
    begins_ms = [line["start"] // 24 for line in chapter["lines"]]
    assert begins_ms == [500, 500 + 2500, 500 + 6000, 500 + 7900]
    assert figures.of_script(script, project).duration_ms == 4000 + 1500 + 2500 + 900
    take = Paragraph.objects.select_related("script__project").get(pk=spoken.pk).chosen
    assert take is not None
    assert len(seams.of(take)) == 44 + 2 * 24 * (3000 + 1000 + 900 + 1000)


def test_a_longer_pause_of_the_project_is_heard_at_once_in_the_figures(book: Project) -> None:
    before = figures.of_book(book, book.scripts.all()).duration_ms
    book.pause_ms, book.chapter_pause_ms = 700, 2200
    book.save()
    assert figures.of_book(book, book.scripts.all()).duration_ms == before + 2 * 100 + 200


def test_marking_lines_is_undone_as_any_edit_is(book: Project, cast: Cast) -> None:
    script = book.scripts.all()[0]
    line = script.paragraphs.all()[0]
    lines.mark(script, [line.pk], kind="scene", by=cast.editor)
    assert script.paragraphs.get(pk=line.pk).kind == "scene"
    first = edits.undo(script, by=cast.editor)
    assert (first.edit and first.edit.kind, script.paragraphs.get(pk=line.pk).kind) == ("pause", "")
