"""PDF: page furniture, hyphens, paragraphs over pages, notes, headings; scans, passwords and damage."""

import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from projects.manuscript import pdf as engine
from projects.manuscript import pdf_pages, reading
from projects.manuscript.manuscript import Kind, Manuscript, Unreadable
from tests.manuscript.pdf_files import INDENT, LEFT, PITCH, TOP, Line, pdf, set_columns, set_pages
from tests.manuscript.samples import PROSE

DIALOGUE = [
    "“Who is there?” she asked.",
    "“Me.”",
    "“Come in, then; it is an unlocked door, and the night is cold.”",
]
# This process's own children are no measure: each begins as big as the tests have become.
PEAK_OF_A_CHILD = """
import resource, subprocess, sys
subprocess.run([sys.executable, *sys.argv[1:]], input=sys.stdin.buffer.read(), stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
PARAGRAPHS = [PROSE, *DIALOGUE, f"{PROSE} {PROSE} It was late."] * 9


def read(data: bytes, name: str = "my_book.pdf") -> Manuscript:
    return reading.read_bytes(data, name)


def block(
    lines: list[str], *, y: float = TOP, x: float = LEFT, size: float = 10, full: bool = True
) -> list[Line]:
    """Lines of one paragraph under each other, justified but for the last."""
    last = len(lines) - 1
    return [Line(text, x, y - n * PITCH, size, full=full and n < last) for n, text in enumerate(lines)]


def test_a_set_book_comes_back_as_it_was_written() -> None:
    chapters = [(f"Chapter {number}", PARAGRAPHS) for number in (1, 2, 3)]
    pages = set_pages(chapters, head="THE RIVER ROAD")
    book = read(pdf(pages, title="The River Road", author="Ann Miller"))
    assert (book.title, book.author, book.language) == ("The River Road", "Ann Miller", "en")
    assert [(c.title, list(c.paragraphs)) for c in book.chapters] == chapters
    assert book.notes == (f"Left out {2 * len(pages) - 1} running heads and page numbers.",)


def test_bookmarks_name_the_chapters_where_words_and_sizes_do_not() -> None:
    titles = ["The road", "A bridge, at last", "The house"]
    pages = [
        [Line(title, y=TOP), *block([PROSE[:58], PROSE[59:90] + "."], y=TOP - 3 * PITCH)] for title in titles
    ]
    book = read(pdf(pages, outline=[(title, number) for number, title in enumerate(titles)]))
    assert [c.title for c in book.chapters] == titles
    assert all(len(c.paragraphs) == 1 for c in book.chapters)


def test_large_lines_are_headings_where_there_are_no_bookmarks() -> None:
    chapters = [("The road down", PARAGRAPHS[:5]), ("A house", PARAGRAPHS[:5])]
    assert [(c.title, list(c.paragraphs)) for c in read(pdf(set_pages(chapters))).chapters] == chapters


def test_words_broken_at_line_ends_are_whole_and_compounds_keep_their_hyphen() -> None:
    lines = block(
        [
            "The manuscript lay there. It was a well-known hand, and the manu-",
            "script was old; everybody in the whole long street called it well-",
            "known, and it was told on and on until the evening came.",
        ]
    )
    assert "the manuscript was old" in read(pdf([lines])).chapters[0].paragraphs[0]
    assert "called it well-known, and" in read(pdf([lines])).chapters[0].paragraphs[0]


def test_ligatures_are_letters_and_invisible_signs_go() -> None:
    assert engine._letters("of\ufffe") == "of-"
    words = (
        reading.read_text("The o\ufb03ce \ufb01les \u202bwere\u202c \ufb02at\u200b.")
        .chapters[0]
        .paragraphs[0]
    )
    assert words == "The office files were flat."


def test_footnotes_below_the_text_are_notes_and_their_marks_go() -> None:
    first = [
        *block([PROSE[:60], PROSE[60:118], "She read the old letter"]),
        Line("1", LEFT + 104, TOP - 2 * PITCH + 4, size=6),
        Line("twice, and the", LEFT + 110, TOP - 2 * PITCH),
        *block(["1. In the old edition, which was", "never sold."], y=100, size=7, full=False),
    ]
    second = block(
        ["river ran on under the bridge as it had always done before.", *[PROSE[:58]] * 6, "It was late."]
    )
    book = read(pdf([first, second]))
    assert "the old letter twice, and the river ran on" in book.chapters[0].paragraphs[0]
    assert [p.text for p in book.chapters[0].passages if p.kind is Kind.NOTE] == [
        "1. In the old edition, which was never sold."
    ]


def test_a_chapter_number_at_the_top_is_no_page_number() -> None:
    pages = []
    for number in range(1, 5):
        body = [
            line
            for n in range(3)
            for line in block([PROSE[:58], PROSE[58:117], "a long time."], y=TOP - 60 - 4 * n * PITCH)
        ]
        pages += [
            [Line(str(number), 200, 550), *body, Line(f"{2 * number + 5}", 205, 30)],
            [*body, Line(f"{2 * number + 6}", 205, 30)],
        ]
    assert [c.title for c in read(pdf(pages)).chapters] == ["1", "2", "3", "4"]


def test_a_running_head_that_comes_only_once_goes_by_its_page_number() -> None:
    pages = [
        [
            Line(f"Chapter 2: {words} {number}" if number % 2 else f"{number} {words}", y=560),
            *[Line(PROSE[:58], y=TOP - n * PITCH, full=True) for n in range(12)],
            Line("so.", y=TOP - 12 * PITCH),
        ]
        for number, words in enumerate(
            ("Of the road", "Of the bridge", "Of a house", "Of the night"), start=1
        )
    ]
    spoken = " ".join(text for chapter in read(pdf(pages)).chapters for text in chapter.paragraphs)
    assert "Of the" not in spoken
    assert "Chapter 2" not in spoken


def test_a_drop_cap_belongs_to_its_word() -> None:
    lines = [
        Line("T", LEFT, TOP - 14, size=30),
        *block(["he road went down to the river, and nobody had", "walked it."], x=LEFT + 25),
    ]
    body = block([PROSE[:60]] * 8 + ["end."], y=TOP - 5 * PITCH)
    assert read(pdf([[*lines, *body]])).chapters[0].paragraphs[0].startswith("The road went down")


def test_verse_keeps_together_and_dialogue_apart() -> None:
    verse = block(
        ["How doth the little crocodile,", "Improve his shining tail!", "And pour the waters"],
        x=LEFT + 60,
        y=TOP - 6 * PITCH,
    )
    dialogue = [Line(text, LEFT + INDENT, TOP - (10 + n) * PITCH) for n, text in enumerate(DIALOGUE[:2])]
    more = block([PROSE[:60], PROSE[60:118], "end."], x=LEFT, y=TOP - 14 * PITCH)
    more[0].x += INDENT
    found = (
        read(pdf([[*block([PROSE[:60], PROSE[60:118], "so."]), *verse, *dialogue, *more]]))
        .chapters[0]
        .paragraphs
    )
    assert found[1] == "How doth the little crocodile, Improve his shining tail! And pour the waters"
    assert found[2:4] == tuple(DIALOGUE[:2])


def test_vertical_pages_are_turned_and_put_in_order() -> None:
    def vertical(text: str, column: float) -> pdf_pages.Line:
        return pdf_pages.Line(text, -520, -520 + 10 * len(text), column, column + 10, 10, False, 0, True)

    stop = pdf_pages.Line("。", 304, 307, 507, 510, 3, False)
    head = pdf_pages.Line("走れ", 100, 120, 560, 570, 10, False)
    lines = [head, vertical("彼は走った", 300), vertical("とても速く", 280), stop]
    page = pdf_pages.upright(pdf_pages.Page(0, 420, 595, lines))
    assert (page.width, page.height) == (595, 420)
    assert [line.text for line in page.lines] == ["彼は走った", "。", "とても速く"]
    assert page.lines[0].left == 75
    assert page.lines[0].bottom > page.lines[2].bottom


def test_scans_passwords_and_damage_are_told_apart() -> None:
    with pytest.raises(Unreadable, match="scanned PDF: it has pictures of pages and no text"):
        read(pdf([[], []]))
    with pytest.raises(Unreadable, match="scanned PDF"):
        read(pdf([[Line("1", 205, 30)]] * 20))
    with pytest.raises(Unreadable, match="password"):
        read(pdf([[Line(PROSE)]], locked=True))
    with pytest.raises(Unreadable, match="damaged"):
        read(b"%PDF-1.7\n" + b"x" * 500)


def test_a_reader_that_dies_or_takes_too_long_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    data = pdf([[Line(PROSE)]])
    for code, patience_s, words in (
        ("import os; os.kill(os.getpid(), 11)", 60, "damaged"),
        ("import time; time.sleep(60)", 0.3, "more than a book"),
        (
            "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass",
            60,
            "more than a book",
        ),
    ):
        program = tmp_path / "reader.py"
        program.write_text(code)
        monkeypatch.setattr(engine, "READER", program)
        monkeypatch.setattr(engine, "TIMEOUT_SECONDS", patience_s)
        with pytest.raises(Unreadable, match=words):
            read(data)


def test_a_page_that_unpacks_without_end_is_refused_within_the_limits() -> None:
    page = pdf([[Line(PROSE)]])
    start = page.index(b"stream\n") + 7
    stream = bomb(b"(xxxxxxxxxxxxxxxxxxxx) Tj\n", times=4_000)
    bad = page[:start] + stream + page[page.index(b"\nendstream") :]
    bad = re.sub(rb"/Length \d+", b"/Length %d" % len(stream), bad, count=1)
    assert len(bad) < reading.MAX_BYTES
    with pytest.raises(Unreadable, match="more than a book"):
        read(bad)
    finished = subprocess.run(
        [sys.executable, "-c", PEAK_OF_A_CHILD, engine.READER], input=bad, capture_output=True, check=True
    )
    assert 0 < int(finished.stdout) * 1024 < 900_000_000


def bomb(text: bytes, times: int) -> bytes:
    """Half a megabyte of some text, packed, as often as asked for: whole blocks can stand one behind the other."""
    packer = zlib.compressobj(9)
    head = packer.compress(text * (500_000 // len(text))) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(text * (500_000 // len(text))) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + block * times + packer.flush()


COLUMN_TEXTS = [
    f"Paragraph {n} tells of the lamp that was lit {n} times, of the door where nobody came, and of the rain that "
    f"began at {n} of the clock, softly at first and then in earnest, until the roofs of the town were wet."
    for n in range(1, 25)
]


@pytest.mark.parametrize("woven", [False, True])
@pytest.mark.parametrize("head", ["", "CHAPTER ONE"])
def test_two_columns_are_read_one_after_the_other_however_the_file_writes_them(
    woven: bool, head: str
) -> None:
    texts = COLUMN_TEXTS
    pages = set_columns(texts, woven=woven, head=head)
    assert len(pages) > 1, "a paragraph has to go on over a column and over a page"
    book = read(pdf(pages))
    assert [words for chapter in book.chapters for words in chapter.paragraphs] == texts


def test_names_with_what_they_say_beside_them_are_no_two_columns() -> None:
    lines = []
    for at in range(24):
        lines.append(Line("ANNA" if at % 2 else "BERT", x=60, y=500 - 16 * at))
        lines.append(Line(f"This is speech number {at}, and here it ends.", x=120, y=500 - 16 * at))
    book = read(pdf([lines]))
    spoken = " ".join(words for chapter in book.chapters for words in chapter.paragraphs)
    said = re.findall(r"(ANNA|BERT):? This is speech number (\d+), and here it ends", spoken)
    assert said == [("ANNA" if at % 2 else "BERT", str(at)) for at in range(24)]
