"""The doors: which reader is chosen, and what is refused with which sentence."""

from pathlib import Path

import pytest

from projects.manuscript import reading
from projects.manuscript.manuscript import Unreadable
from tests.manuscript.samples import PROSE, SHARED, epub, page
from tests.manuscript.word_files import docx, para


def test_content_wins_over_the_name() -> None:
    assert reading.read_bytes(epub({"a.html": page(f"<p>{PROSE}</p>")}), "book.txt").title == "A Book"
    with pytest.raises(Unreadable, match="damaged or incomplete"):
        reading.read_bytes(b"%PDF-1.7 ...", "book.txt")
    assert reading.read_bytes(docx(para(PROSE)), "book.epub").chapters[0].paragraphs == (PROSE,)


def test_a_text_that_starts_like_a_sound_file_is_text() -> None:
    assert reading.read_bytes(b"ID3 is what the tags are called.", "a.txt").chapters[0].paragraphs


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"x", "a.docx", "named .docx but holds something else"),
        (b"x", "a.pdf", "named .pdf but holds something else"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60), "a.docx", "Old Word files"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00" + "EncryptedPackage".encode("utf-16-le"),
            "a.docx",
            "password",
        ),
        (b"x", "a.srt", "no cues"),
        (b"x", "a.odt", "OpenDocument"),
        (b"{\\rtf1 x}", "a.txt", "RTF"),
        (b"<!DOCTYPE html><html>", "a.txt", "Web pages"),
        (b"\x89PNG\r\n\x1a\n\x00", "a", "picture"),
        (b"RIFF\x00\x00\x00\x00WAVE", "a.txt", "sound"),
        (b"words", "a.epub", "named .epub but holds something else"),
        (b"a\x00b", "a.txt", "not text"),
        (b"", "a.txt", "no text"),
        (b" \n\t\n", "a.txt", "no text"),
        (b"* * *\n\n---", "a.txt", "no text"),
        (b"---\ntitle: x\n---\n", "a.md", "no text"),
    ],
)
def test_refusals_say_what_happened(data: bytes, name: str, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        reading.read_bytes(data, name)


def test_size_limits() -> None:
    with pytest.raises(Unreadable, match="60 MB"):
        reading.read_bytes(b"x" * (reading.MAX_BYTES + 1), "a.txt")
    with pytest.raises(Unreadable, match="20 MB"):
        reading.read_bytes(b"x" * (reading.MAX_TEXT_BYTES + 1), "a.txt")


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no file"):
        reading.read(tmp_path / "absent.txt")
    with pytest.raises(Unreadable, match="folder"):
        reading.read(tmp_path)


def test_pasted_text() -> None:
    assert reading.read_text("Hello there.", "Greeting").chapters[0].title == "Greeting"
    for empty in ("", "  \n ", "***"):
        with pytest.raises(Unreadable, match="no text"):
            reading.read_text(empty)


@pytest.mark.parametrize(
    ("name", "chapters"),
    [("w3c_pkg-spine-order.epub", 1), ("epubcheck_nav-toc-missing-error.epub", 1)],
)
def test_odd_books_import(name: str, chapters: int) -> None:
    path = SHARED / "odd" / name
    if not path.exists():
        pytest.skip("../shared/manuscripts is not here")
    found = reading.read(path)
    assert len(found.ticked_chapters) == chapters
    if "spine" in name:
        spoken = " ".join(found.chapters[0].paragraphs)
        order = [
            spoken.index(word) for word in ("appear first", "appear second", "appear third", "appear last")
        ]
        assert order == sorted(order)


def test_a_zip_without_its_end_is_refused() -> None:
    path = SHARED / "odd" / "epubcheck_ocf-zip-unreadable-no-end-header-fatal.epub"
    if not path.exists():
        pytest.skip("../shared/manuscripts is not here")
    with pytest.raises(Unreadable, match="damaged or incomplete"):
        reading.read(path)
