"""Chapters as files of their own in one ZIP: names, tags, sound, and what is left after a failure."""

import io
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import mutagen
import numpy as np
import pytest

from projects.audio import packet_cache, parcel, wav
from projects.audio.assembly import BrokenTake
from projects.audio.book import Book, Chapter, EmptyBook, Line
from projects.audio.formats import Format
from tests.audio import sounds


def book(*titles: str) -> Book:
    chapters = [
        Chapter(title, (sounds.line(sounds.burst(12_000 + 480 * n, seed=n)),))
        for n, title in enumerate(titles)
    ]
    return Book("The Long Night", "A. Writer", "Neil", tuple(chapters), language="English")


def write(whole: Book, folder: Path, format: Format = "wav", **options: object) -> list[parcel.Enclosed]:
    told: list[tuple[int, int]] = []
    options = {"on_progress": lambda done, total: told.append((done, total)), **options}
    made = parcel.write(parcel.by_chapter(whole), folder / "book.zip", format, **options)  # type: ignore[arg-type]
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]
    return made


def test_every_chapter_is_a_file_that_begins_and_ends_as_a_whole_one_does(tmp_path: Path) -> None:
    write(book("One", "Two"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["book.zip"]
    with ZipFile(tmp_path / "book.zip") as found:
        assert found.testzip() is None
        assert {info.compress_type for info in found.infolist()} == {ZIP_STORED}
        assert found.namelist() == ["01 - One.wav", "02 - Two.wav"]
        samples = wav.open_frames(io.BytesIO(found.read("02 - Two.wav"))).read(10**9)
    assert samples.size == 12_000 + 12_480 + 24_000
    assert not samples[:12_000].any()
    assert np.array_equal(samples[12_100:24_300], sounds.burst(12_480, seed=1)[100:12_300])


@pytest.mark.parametrize("format", ["mp3", "m4b"])
def test_files_say_which_track_of_what_they_are(tmp_path: Path, format: Format) -> None:
    write(book("One", "Zwei: “Ü”"), tmp_path, format)
    with ZipFile(tmp_path / "book.zip") as found:
        assert found.namelist()[1] == f"02 - Zwei Ü.{format}"
        tags = mutagen.File(io.BytesIO(found.read(found.namelist()[1])))
    if format == "mp3":
        assert [str(tags[name]) for name in ("TIT2", "TALB", "TRCK")] == [
            "Zwei: “Ü”",
            "The Long Night",
            "2/2",
        ]
    else:
        assert (tags["\xa9nam"], tags["\xa9alb"], tags["trkn"]) == (
            ["Zwei: “Ü”"],
            ["The Long Night"],
            [(2, 2)],
        )


def test_names_sort_as_they_are_heard_and_none_is_there_twice(tmp_path: Path) -> None:
    made = write(book(*["Same"] * 10, "../etc/passwd", "???"), tmp_path)
    names = [one.name for one in made]
    assert names == sorted(set(names))
    assert names[-2:] == ["11 - etc passwd.wav", "12 - Chapter 12.wav"]


def test_whole_and_parcel_share_what_was_encoded(tmp_path: Path) -> None:
    kept = packet_cache.PacketCache(tmp_path / "packets", 10**9)
    whole = book("One", "Two")
    named = [
        Chapter(
            chapter.title, (Line(chapter.lines[0].open, chapter.lines[0].frames, 600, key=chapter.title),)
        )
        for chapter in whole.chapters
    ]
    whole = Book("A", "", "", tuple(named))
    parcel.encoding.write(whole, tmp_path / "a.mp3", "mp3", cache=kept)
    before = sorted((tmp_path / "packets").rglob("*"))
    write(whole, tmp_path, "mp3", cache=kept)
    assert sorted((tmp_path / "packets").rglob("*")) == before


def test_after_a_failure_no_file_is_left(tmp_path: Path) -> None:
    whole = book("One", "Two")
    broken = Chapter("Two", (Line(lambda: io.BytesIO(b""), 24_000, 600),))
    with pytest.raises(BrokenTake):
        write(Book("A", "", "", (whole.chapters[0], broken)), tmp_path)
    assert not list(tmp_path.iterdir())
    with pytest.raises(EmptyBook):
        write(Book("A", "", "", (Chapter("Empty", ()),)), tmp_path)
