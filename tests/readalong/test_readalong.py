"""The pages, overlays and package of a read-along. The checker of the W3C hears of a whole one: see test_readalongs."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from lxml import etree

from projects.readalong import names, package, pages
from projects.readalong.edition import Chapter, Edition, Paragraph, Sentence
from tests.audio import sounds

XHTML = "{http://www.w3.org/1999/xhtml}"
SMIL = "{http://www.w3.org/ns/SMIL}"


def paragraph(*sentences: tuple[str, int], language: str = "") -> Paragraph:
    return Paragraph(tuple(Sentence(text, at) for text, at in sentences), language)


@pytest.fixture
def edition() -> Edition:
    first = Chapter(
        "I. The Lamp & the <Door>",
        (
            paragraph(("It was late. ", 500), ("Nobody came\x00 to the door.", 700)),
            paragraph(("Ein Vers,\nzwei Zeilen.\n", 900), ("Und Schluss.", 950), language="de"),
            paragraph(("“Well?”", 1000)),
        ),
        names_of(1),
        "audio/mp4",
        1500,
    )
    second = Chapter(
        "第一回",
        (paragraph(("第一回", 200)), paragraph(("此开卷第一回也。", 400))),
        names_of(2),
        "audio/mp4",
        900,
    )
    return Edition(
        "urn:uuid:3f2b2a5e-1c9b-4c38-8f4e-0b7f0c3f3a11",
        "The Long Night",
        "A. Writer",
        "Neil & Maia",
        "en",
        datetime(2026, 11, 28, 1, 2, 3, tzinfo=UTC),
        (first, second),
        sounds.picture(),
        "image/jpeg",
        "Narrated with synthetic voices.",
    )


def names_of(number: int) -> str:
    return f"audio/{number:02}.m4a"


def ids(tree: etree._Element) -> list[str]:
    return [one.get("id") for one in tree.iter() if one.get("id")]


def test_the_text_is_the_manuscripts_sentence_by_sentence(edition: Edition) -> None:
    tree = etree.fromstring(pages.chapter(edition, 1))
    (heading,) = tree.iter(f"{XHTML}h1")
    assert heading.text == "I. The Lamp & the <Door>"
    text = ["".join(one.itertext()) for one in tree.iter(f"{XHTML}p")]
    assert text == ["It was late. Nobody came to the door.", "Ein Vers,zwei Zeilen.Und Schluss.", "“Well?”"]
    assert len(list(tree.iter(f"{XHTML}br"))) == 2
    assert [one.get("lang") for one in tree.iter(f"{XHTML}p")] == [None, "de", None]
    assert len(set(ids(tree))) == len(ids(tree))


def test_a_first_line_that_is_the_title_is_the_heading_and_stands_once(edition: Edition) -> None:
    tree = etree.fromstring(pages.chapter(edition, 2))
    (heading,) = tree.iter(f"{XHTML}h1")
    assert "".join(heading.itertext()) == "第一回"
    assert heading[0].get("id") == "p1-1"
    assert len(list(tree.iter(f"{XHTML}p"))) == 1


@pytest.mark.parametrize("number", [1, 2])
def test_the_overlay_marks_every_sentence_and_runs_through_the_whole_file(
    edition: Edition, number: int
) -> None:
    tree = etree.fromstring(pages.overlay(edition, number))
    there = set(ids(etree.fromstring(pages.chapter(edition, number))))
    pars = list(tree.iter(f"{SMIL}par"))
    targets = [par[0].get("src").partition("#")[2] for par in pars]
    chapter = edition.chapters[number - 1]
    assert len(targets) == sum(len(one.sentences) for one in chapter.paragraphs)
    assert set(targets) <= there
    refs = [
        seq.get("{http://www.idpf.org/2007/ops}textref").partition("#")[2] for seq in tree.iter(f"{SMIL}seq")
    ]
    assert {ref for ref in refs if ref} <= there
    times = [(par[1].get("clipBegin"), par[1].get("clipEnd")) for par in pars]
    assert (times[0][0], times[-1][1]) == ("0:00:00.000", names.clock(chapter.duration_ms))
    assert all(one[1] == two[0] for one, two in pairwise(times))
    starts = [sentence.start_ms for one in chapter.paragraphs for sentence in one.sentences]
    assert [begin for begin, _ in times[1:]] == [names.clock(start) for start in starts[1:]]


def test_a_chapter_of_music_alone_marks_its_title(edition: Edition) -> None:
    music = replace(edition, chapters=(replace(edition.chapters[0], paragraphs=()),))
    (par,) = etree.fromstring(pages.overlay(music, 1)).iter(f"{SMIL}par")
    assert (par[0].get("src"), par[1].get("clipEnd")) == ("../text/chapter-001.xhtml#title", "0:00:01.500")
    assert b'<h1 id="title">' in pages.chapter(music, 1)


def test_the_package_says_how_long_who_and_how_accessible(edition: Edition) -> None:
    text = package.package(edition).decode()
    for said in (
        '<meta property="media:duration">0:00:02.400</meta>',
        '<meta property="media:duration" refines="#overlay-2">0:00:00.900</meta>',
        '<meta property="media:narrator">Neil &amp; Maia</meta>',
        '<meta property="media:active-class">-epub-media-overlay-active</meta>',
        '<meta property="dcterms:modified">2026-11-28T01:02:03Z</meta>',
        '<meta property="schema:accessibilityFeature">synchronizedAudioText</meta>',
        '<meta property="schema:accessModeSufficient">textual,auditory</meta>',
    ):
        assert said in text
