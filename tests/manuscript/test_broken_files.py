"""Files that are broken at random: every reader gives a manuscript or a sentence, soon and without much memory."""

import io
import random
import resource
import time
import zipfile
from collections.abc import Callable, Iterator

import pytest

from projects.manuscript import reading
from projects.manuscript.manuscript import Manuscript, Unreadable
from tests.manuscript.pdf_files import pdf, set_pages
from tests.manuscript.samples import PROSE, epub, page, point
from tests.manuscript.word_files import W, docx, para, run

CPU_LIMIT_S, MEMORY_LIMIT_KIB = 20, 100_000
PLAIN = (
    f"CONTENTS\n\nCHAPTER I\n\nCHAPTER II\n\n\n\nCHAPTER I\n\n{PROSE}[1]\n\n[1] A note.\n\n"
    f"CHAPTER II\n\nANN: {PROSE}"
)
FOUNTAIN = (
    f"Title: A\n\nINT. ROOM - DAY\n\n{PROSE}\n\nANN (V.O.)\n(low)\nHello.\n\n"
    "CUT TO:\n\n.THERE\n\n~la la\n\n> END <"
)
SRT = (
    "1\n00:00:01,000 --> 00:00:02,000\n<i>- Hello.</i>\n- ANN: Who\n\n"
    "2\n00:00:02,100 --> 00:00:04,000\nis there?\n"
)
VTT = (
    "WEBVTT\n\nNOTE x\n\n00:01.000 --> 00:02.000 align:start\n<v Ann>Hello &amp; welcome\n\n"
    "00:03.000 --> 00:04.000\n[door]\n"
)
NOTES = f'<w:footnotes {W}><w:footnote w:id="2">{para("A note.")}</w:footnote></w:footnotes>'
WORD = docx(
    para("One", style="berschrift1"),
    para(
        inside=run(PROSE)
        + '<w:r><w:footnoteReference w:id="2"/></w:r><w:del><w:r><w:delText>x</w:delText></w:r></w:del>'
    ),
    f"<w:tbl><w:tr><w:tc>{para('a')}</w:tc><w:tc>{para('b')}</w:tc></w:tr></w:tbl>",
    para("Two", style="berschrift1"),
    para(PROSE),
    parts={"word/footnotes.xml": NOTES},
)
BOOK = epub(
    {
        "a.html": page(
            f"<h1>One</h1><p>{PROSE}<a epub:type='noteref' href='#n'>1</a></p><aside id='n'>N</aside>"
        ),
        "b.html": page(f"<h1>Two</h1><table><tr><td>{PROSE}</td></tr></table>"),
    },
    toc=point("One", "a.html", point("Two", "b.html")),
)
SET = pdf(
    set_pages([("Chapter 1", [PROSE] * 12), ("Chapter 2", [PROSE] * 12)], head="A BOOK"),
    outline=[("Chapter 1", 0)],
)


def outcome(data: bytes, name: str) -> Manuscript | str:
    """What reading gives: a manuscript or a sentence. Any other exception fails the test."""
    try:
        return reading.read_bytes(data, name)
    except Unreadable as refused:
        return str(refused)


def broken(data: bytes, dice: random.Random) -> bytes:
    """Cut off, or with some bytes changed, or with a stretch of it doubled or gone."""
    changed = bytearray(data[: dice.randrange(len(data))] if dice.random() < 0.2 else data)
    for _ in range(dice.choice((1, 3, 20))):
        if changed:
            changed[dice.randrange(len(changed))] = dice.randrange(256)
    if changed and dice.random() < 0.3:
        start = dice.randrange(len(changed))
        stretch = changed[start : start + dice.randrange(1, 200)]
        changed[start : start + len(stretch)] = stretch * dice.choice((0, 2, 30))
    return bytes(changed)


def broken_inside(data: bytes, dice: random.Random) -> bytes:
    """An archive whose members are broken and whose checksums are right, so that the parsers get to see them."""
    stored = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as whole, zipfile.ZipFile(stored, "w") as copy:
        names = whole.namelist()
        victim = dice.choice(names)
        for name in names:
            content = whole.read(name)
            copy.writestr(name, broken(content, dice) if name == victim and content else content)
    return stored.getvalue()


def attempts(times: int, data: bytes, how: Callable[[bytes, random.Random], bytes]) -> Iterator[bytes]:
    dice = random.Random(7)
    return (how(data, dice) for _ in range(times))


@pytest.mark.parametrize(
    ("name", "data", "how", "times"),
    [
        ("a.txt", PLAIN.encode(), broken, 150),
        ("a.md", b"# A\n\n" + PLAIN.encode() + b"\n\n[^1]: x\n\n| a |\n|-|\n| b |", broken, 100),
        ("a.fountain", FOUNTAIN.encode(), broken, 150),
        ("a.srt", SRT.encode(), broken, 150),
        ("a.vtt", VTT.encode(), broken, 150),
        ("a.epub", BOOK, broken, 100),
        ("a.epub", BOOK, broken_inside, 150),
        ("a.docx", WORD, broken, 100),
        ("a.docx", WORD, broken_inside, 150),
        ("a.pdf", SET, broken, 15),
    ],
    ids=lambda value: value if isinstance(value, str) else getattr(value, "__name__", ""),
)
def test_a_broken_file_is_read_or_refused(
    name: str, data: bytes, how: Callable[[bytes, random.Random], bytes], times: int
) -> None:
    assert isinstance(outcome(data, name), Manuscript), "the whole file must be readable"
    seen = set()
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for attempt in attempts(times, data, how):
        began = time.process_time()
        seen.add(type(outcome(attempt, name)))
        assert time.process_time() - began < CPU_LIMIT_S
    assert Manuscript in seen or name == "a.pdf"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib < MEMORY_LIMIT_KIB
