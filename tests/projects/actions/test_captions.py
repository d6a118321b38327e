"""The text of exports and chapters: its times against the decoded sound, its words against the manuscript."""

import io
import json
import re
from pathlib import Path
from zipfile import ZipFile

import av
import numpy as np
import pytest
from django.core.files.storage import default_storage

from projects.actions import captions, exports, finishes, paragraphs, spoken, trims
from projects.audio.finish import Finish
from projects.audio.trim import Trim
from projects.models import Character, Export, Paragraph, Project
from tests import factories
from tests.audio import sounds
from tests.cast import Cast

pytestmark = pytest.mark.one_database

RATE_HZ = 24_000


@pytest.fixture
def book(cast: Cast) -> Project:
    """Two chapters of two lines: speech of 0.3 to 0.6 s with silence of its own at both ends, one take trimmed."""
    project = factories.project(cast.team, lines=2, scripts=2, title="The Night")
    for n, line in enumerate(Paragraph.objects.filter(script__project=project)):
        sound = sounds.padded(sounds.burst(7200 + 2400 * n, seed=n), 2400 + 1200 * n, 3600)
        factories.ready(line, samples=sound)
    take = Paragraph.objects.filter(script__project=project)[1].chosen
    assert take is not None
    trims.trim(take, Trim(head_ms=50), by=cast.editor)
    return project


def assembled(project: Project, **options: object) -> Export:
    export = exports.request(project, project.scripts.all(), by=None, **options)  # type: ignore[arg-type]
    claimed = exports.claim(export.pk)
    assert claimed is not None
    assert exports.assemble(claimed) == "ready"
    return Export.objects.get(pk=export.pk)


def heard_ms(path: Path) -> list[tuple[int, int]]:
    """From when to when something is heard in a file, as FFmpeg decodes it; what is 0.2 s apart is one."""
    samples, rate_hz = sounds.decoded(path)
    cell = rate_hz // 200
    cells = samples[: samples.size // cell * cell].reshape(-1, cell)
    loud = np.flatnonzero((cells**2).mean(axis=1) > 1e-4)
    edges = np.flatnonzero(np.diff(loud) > 40)
    begins, ends = loud[[0, *(edges + 1)]], loud[[*edges, -1]] + 1
    return [(int(begin) * 5, int(end) * 5) for begin, end in zip(begins, ends, strict=True)]


FINISH = Finish(head_ms=800, keep_ms=40, fade_ms=5)


@pytest.mark.parametrize(
    ("format", "by_chapter", "finish"),
    [("wav", False, None), ("mp3", False, FINISH), ("m4b", True, FINISH)],
    ids=["wav", "mp3, finished", "m4b a chapter, finished"],
)
def test_captions_are_in_step_with_the_decoded_file(
    book: Project, tmp_path: Path, format: str, by_chapter: bool, finish: Finish | None
) -> None:
    if finish:
        finishes.save(book, finish, by=None)
    export = assembled(book, format=format, by_chapter=by_chapter)
    files = spoken.of_export(export)
    if by_chapter:
        with default_storage.open(export.file) as stored, ZipFile(stored) as parcel:
            parcel.extractall(tmp_path)
        paths = [tmp_path / f"{file.name}.{format}" for file in files]
    else:
        paths = [Path(default_storage.path(export.file))]
    assert len(files) == len(paths) == (2 if by_chapter else 1)
    for (name, srt), file, path in zip(captions.texts(files, "x", "srt"), files, paths, strict=True):
        heard = heard_ms(path)
        with av.open(io.BytesIO(srt.encode()), format="srt") as read:
            begins = [packet.pts for packet in read.demux() if packet.size]
        assert name == f"{path.stem}.srt"
        assert begins == pytest.approx([begin for begin, _ in heard], abs=25)
        assert [line.spoken.end_ms for line in file.lines] == pytest.approx([end for _, end in heard], abs=25)


def test_text_is_what_was_written_when_it_was_exported(book: Project, cast: Cast) -> None:
    first, second = Paragraph.objects.filter(script__project=book)[:2]
    filby = Character.objects.create(project=book, name="Filby")
    Paragraph.objects.filter(pk=second.pk).update(character=filby)
    export = assembled(book, format="wav")
    first.refresh_from_db()
    first.text = "Another text."
    paragraphs.edit(first, project=book, by=cast.editor)
    ((_, text),) = captions.texts(spoken.of_export(export), export.title, "txt")
    assert text.startswith(
        "The Night\n\n\nChapter 1\n\nNarrator: The lamp was lit. That was number 1.1.\n\nFilby: Nobody"
    )
    assert "\n\n\nChapter 2\n\nNarrator: The lamp" in text
    assert "Another" not in text
    ((_, vtt),) = captions.texts(spoken.of_export(export), export.title, "vtt")
    assert vtt.count("<v Filby>") == 1
    ((name, timed),) = captions.texts(spoken.of_export(export), export.title, "json")
    segments = json.loads(timed)["segments"]
    assert (name, len(segments), segments[2]["speaker"]) == ("The Night.json", 8, "Filby")
    older = Export.objects.get(pk=export.pk)
    for line in (line for chapter in older.plan for line in chapter["lines"]):
        del line["text"]
    assert spoken.of_export(older)[0].lines[0].spoken.text == "The lamp was lit. That was number 1.1."


def test_a_chapter_as_it_stands_is_a_wav_of_its_own(book: Project) -> None:
    second = book.scripts.all()[1]
    export = assembled(book, format="wav", by_chapter=True)
    of_file, now = spoken.of_export(export)[1], spoken.of_script(second)
    assert [line.spoken for line in now.lines] == [line.spoken for line in of_file.lines]
    assert now.name == "Chapter 2"
    with pytest.raises(spoken.NothingSpoken):
        spoken.of_script(factories.script(book.team))


def test_labels_and_cues_name_every_line_by_its_place_and_state(book: Project, cast: Cast) -> None:
    export = assembled(book, format="mp3")
    lines = list(Paragraph.objects.filter(script__project=book))
    lines[0].refresh_from_db()
    lines[0].text = "Another text."
    paragraphs.edit(lines[0], project=book, by=cast.editor)
    factories.ready(lines[1])
    Paragraph.objects.filter(pk=lines[2].pk).update(removed=True)
    files = spoken.of_export(export)
    rows = [dict(zip(captions.CUES, row, strict=True)) for row in captions.cues(files)]
    assert [row["status"] for row in rows] == [
        "changed since",
        "another take since",
        "deleted since",
        "ready",
    ]
    placed = [line for chapter in export.timeline["chapters"] for line in chapter["lines"]]
    assert [(row["start_sample"], row["end_sample"]) for row in rows] == [
        (one["start"], one["end"]) for one in placed
    ]
    assert (rows[0]["rate_hz"], rows[0]["speaker"], rows[0]["take"], rows[0]["line"]) == (
        44_100,
        "Neil",
        1,
        1,
    )
    assert rows[0]["start"] == f"0:00:00.{round(placed[0]['start'] / 44.1):03}"
    ((name, labels),) = captions.texts(files, "x", "labels")
    assert name == "The Night.labels.txt"
    read = [label.split("\t") for label in labels.splitlines()]
    assert [label[2] for label in read][:2] == ["Chapter 1", "1 The lamp was lit. That was number 1.1."]
    regions = [(float(start), float(end)) for start, end, name in read if re.match(r"\d", name)]
    assert regions == [
        (pytest.approx(one["start"] / 44_100, abs=1e-6), pytest.approx(one["end"] / 44_100, abs=1e-6))
        for one in placed
    ]


def test_any_number_of_lines_costs_the_same_queries(
    cast: Cast, django_assert_max_num_queries: object
) -> None:
    for count in (1, 3):
        project = factories.project(cast.team, lines=count)
        factories.all_ready(project.scripts.get(), duration_ms=200)
        export = assembled(project, format="wav")
        with django_assert_max_num_queries(6):  # type: ignore[operator]
            list(captions.cues(spoken.of_export(Export.objects.get(pk=export.pk))))
