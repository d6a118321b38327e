"""Encoding ahead: what is chosen is encoded before anybody exports, nothing twice, and an export then copies."""

from pathlib import Path

import pytest

from projects.actions import encoded, exports, resting
from projects.audio import codecs, packing
from projects.models import Export, ExportStatus, Paragraph, Project, Script
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.one_database


@pytest.fixture
def book(cast: Cast) -> Project:
    """Two chapters of two finished lines, each of another sound."""
    project = factories.project(cast.team, lines=2, scripts=2)
    for number, line in enumerate(Paragraph.objects.filter(script__project=project)):
        factories.ready(line, duration_ms=900 + 100 * number)
    return project


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch, settings: object, tmp_path: Path) -> list[int]:
    """How long each sound was that an encoder really encoded, in frames; nothing is encoded yet."""
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    seen: list[int] = []
    encode = codecs.encode

    def counting(codec: codecs.Codec, sound: object, frames: int) -> codecs.Packets:
        seen.append(frames)
        return encode(codec, sound, frames)  # type: ignore[arg-type]

    codecs.silence(codecs.AAC), codecs.silence(codecs.MP3)
    monkeypatch.setattr(packing.codecs, "encode", counting)
    return seen


def encode_all() -> None:
    encoded.encode(stop=lambda: False)


def exported(project: Project, format: str = "m4b") -> Export:
    export = exports.request(project, project.scripts.all(), format=format, by=None)
    claimed = exports.claim(export.pk)
    assert claimed is not None
    assert exports.assemble(claimed) == ExportStatus.READY
    return Export.objects.get(pk=export.pk)


def test_after_encoding_ahead_an_export_encodes_nothing(
    book: Project, counted: list[int], django_assert_num_queries
) -> None:
    with django_assert_num_queries(
        1 + 2 * 3
    ):  # the scripts; of each its lines, its project's files, and that it is done
        encode_all()
    assert len(counted) == 4
    exported(book)
    assert len(counted) == 4
    assert not Script.objects.to_encode().exists()


def test_after_an_edit_one_line_is_encoded(book: Project, counted: list[int]) -> None:
    exported(book)
    line = Paragraph.objects.filter(script__project=book).first()
    assert line is not None
    factories.ready(line, duration_ms=3000)
    exported(book)
    assert counted[4:] == [3000 * 24]


def test_a_pause_costs_no_encoding(book: Project, counted: list[int]) -> None:
    exported(book)
    Paragraph.objects.update(pause_ms=1234)
    exported(book)
    assert len(counted) == 4


def test_what_an_export_that_broke_off_has_encoded_is_kept(book: Project, counted: list[int]) -> None:
    export = exports.request(book, book.scripts.all(), format="mp3", by=None)
    claimed = exports.claim(export.pk)
    assert claimed is not None
    exports.cancel(export, by=None)
    assert exports.assemble(claimed) == ExportStatus.CANCELLED
    before = len(counted)
    exported(book, "mp3")
    assert len(counted) == 4
    assert before > 0


def test_a_project_is_encoded_as_it_was_exported(book: Project, counted: list[int]) -> None:
    exported(book, "mp3")
    encode_all()
    exported(book, "mp3")
    assert len(counted) == 4


def test_a_script_is_looked_at_again_only_after_a_change(book: Project) -> None:
    encode_all()
    script = book.scripts.first()
    assert script is not None
    Script.next_version(script.pk)
    assert list(Script.objects.to_encode()) == [script]


def test_a_long_script_that_changes_all_the_time_rests_between_two_looks(
    book: Project, counted: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: dict[int, float] = {}
    monkeypatch.setattr(encoded, "_rests_until", rests)
    monkeypatch.setattr(encoded, "REST_S", 10**9)
    monkeypatch.setattr(resting, "AT_ONCE_LINES", 1)
    encode_all()
    line = Paragraph.objects.filter(script__project=book).first()
    assert line is not None
    factories.ready(line, duration_ms=3000)
    encode_all()
    assert len(counted) == 4
    assert list(Script.objects.to_encode()) == [line.script]
    rests.clear()  # as when the time is over
    encode_all()
    assert counted[4:] == [3000 * 24]
    assert not Script.objects.to_encode().exists()


def test_it_stops_when_told_to_and_goes_on_where_it_was(book: Project, counted: list[int]) -> None:
    encoded.encode(stop=lambda: len(counted) >= 3)
    assert len(counted) == 3
    encode_all()
    assert len(counted) == 4


def test_damaged_packets_are_encoded_again(book: Project, counted: list[int]) -> None:
    first = exported(book)
    for path in encoded.cache().folder.glob("*/*"):
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    again = exported(book)
    assert len(counted) == 8
    assert again.size_bytes == first.size_bytes


def test_the_cache_takes_a_tenth_of_the_disk_at_most(settings: object) -> None:
    assert 0 < encoded.cache().limit_bytes <= 20 * 10**9
    settings.DATA_DIR = Path("/nowhere")  # type: ignore[attr-defined]
    assert encoded.cache().limit_bytes == 0
