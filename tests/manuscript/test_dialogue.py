"""Who speaks which paragraph, on chapters of two novels in which every speech was labelled by hand.

Each label is the number of a paragraph in its chapter (from 1, headings left out) and who speaks it. The rules were
written while looking at all chapters but "Asking Papa", which was labelled last: nothing was fitted to it.
"""

import re
import time
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from projects.manuscript import archive, dialogue, reading
from tests.manuscript.samples import SHARED

TIME_MACHINE = "wells_the-time-machine_se.epub"
CHICKENS = "wodehouse_love-among-the-chickens_headings.docx"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

# Several names for one person, as a human would merge them on the Cast page.
SAME = {
    "Mr. Beale": "Beale", "Hired Retainer": "Beale", "redheaded man": "Beale", "voice": "Beale", "father": "professor",
    "Phyllis Derrick": "Phyllis", "Doctor": "Medical Man",
}  # fmt: skip
LETTERS = {
    "T": "Time Traveller", "F": "Filby", "S": "Psychologist", "Y": "Very Young Man", "O": "Provincial Mayor",
    "D": "Medical Man", "E": "Editor", "J": "Journalist", "I": "I", "U": "Ukridge", "M": "Mrs. Ukridge", "B": "Beale",
    "P": "professor", "H": "Phyllis", "C": "Mrs. Beale",
}  # fmt: skip
LABELS = {
    (TIME_MACHINE, "I"): (
        "1T 2F 3T 4S 5T 6F 7T 8F 9T 10T 11Y 12T 13O 14T 15O 16T 17T 18D 19T 20D 21T 22D 23T 24D 25T 26S 27T "
        "28F 29T 30F 31T 32F 33T 34Y 35T 37T 38S 39D 40Y 42Y 43I 44S 45T 46I 47F 48S 50S 51D 53S 54T 55D 56T "
        "57T 59T 60D 61T 62F 63T 64S 65T 66S 67I 68O 69T 70S 72D 73T 74D 75T"
    ),
    (TIME_MACHINE, "II"): ("1D 2I 3D 4E 7D 8T 10J 12E 13T 14E 15T 16I 17T 18E 19T 20E 21T 22E"),
    (CHICKENS, "Chapter II. Mr. and Mrs. S. F. Ukridge"): (
        "5U 7U 9U 11U 14M 15I 17M 19I 20M 21I 22M 24M 25I 26M 27I 28M 29U 30I 31U 32I 33U 35U 37U 38M 39U 41U "
        "42M 43I 44U 45I 46U 47I 49I 50U 51I 52U 53M 54U 55I 56U 57I 58U 59M 60U 61I 62U 63M 65U 66M 67U 69I "
        "70U 71I 72U 73I 74U"
    ),
    (CHICKENS, "Chapter IV. The Arrival"): (
        "6U 7M 8I 9U 11I 13U 15U 16U 17U 19U 22U 24U 26U 27I 29U 30I 31U 32I 33U 34M 35U 37B 40U 42B 44B 45U "
        "47U 50U 52U 53B 54U 55B 56U 57B 58U 59B 60U 61B 62U 63B 64U 66U 67B 68U 69B 71U"
    ),
    (CHICKENS, "Chapter VIII. A Little Dinner at Ukridge’s"): (
        "1M 2U 3M 4I 6U 7M 8U 9M 10U 11M 12U 13M 16P 17U 18P 19U 20I 21I 23I 24U 25I 26U 29P 31H 32U 33H 35B "
        "37U 38B 39M 40B 41M 42B 43M 44B 46M 47B 48M 50B 52H 53U 55U 58U 59C 60U 61M 62C 63U 64P 65H 66P 68U "
        "75P 76I 77P 78H 79P"
    ),
    (CHICKENS, "Chapter XIX. Asking Papa"): (
        "3U 8I 9P 10I 11P 12I 13P 14U 15P 17P 18U 19P 20U 21I 23I 24P 25U 27I 28U 30U 32I 33U 34P 36I 38I 39U "
        "40I 41U 42I 43U 44I 46I 47U 48I 49U 50I 51U 52I 53U 54I 56I 57U 58P 60U 63I 65P 68P 69I 70P 71U 72I "
        "73U"
    ),
}
SURE, LIKELY = 85, 60


def labels(packed: str) -> dict[int, str]:
    return {int(one[:-1]): LETTERS[one[-1]] for one in packed.split()}


@cache
def chapters(name: str) -> dict[str, list[str]]:
    """The paragraphs of each chapter, by its title; a blank one first, so that they count from 1."""
    path = SHARED / name
    if not path.is_file():
        pytest.skip("the folder ../shared with the sample manuscripts is not beside the project")
    if path.suffix == ".epub":
        return {chapter.title: list(chapter.paragraphs) for chapter in reading.read(path).chapters}
    return _word_chapters(path)


def _word_chapters(path: Path) -> dict[str, list[str]]:
    """Of a Word file with heading styles, read here without the reader under test elsewhere."""
    found: dict[str, list[str]] = {}
    title = ""
    root = etree.fromstring(archive.Archive(path.read_bytes()).read("word/document.xml"))
    for paragraph in root.iter(f"{WORD}p"):
        text = "".join(part.text or "" for part in paragraph.iter(f"{WORD}t"))
        style = paragraph.find(f".//{WORD}pStyle")
        if style is not None and style.get(f"{WORD}val", "").startswith("Heading"):
            title = text
            found[title] = [title]
        elif title:
            found[title].append(text)
    return found


@cache
def graded() -> list[tuple[str, str, str | None, int]]:
    """(chapter, who speaks, who was found or None, how sure) of every labelled paragraph."""
    rows = []
    for (book, title), packed in LABELS.items():
        found = dialogue.find(chapters(book)[title])
        for at, who in labels(packed).items():
            one = found[at]
            rows.append((title, who, SAME.get(one.name, one.name) if one else None, one.sure if one else 0))
    return rows


def share(rows: list[tuple[str, str, str | None, int]]) -> tuple[float, float]:
    """Precision of what was found, and recall of what was labelled."""
    right = sum(1 for _, who, found, _ in rows if who == found)
    return right / max(sum(1 for row in rows if row[2]), 1), right / len(rows)


def test_the_table_of_figures_is_as_the_docs_say() -> None:
    text = Path(__file__).resolve().parents[2].joinpath("docs", "speakers.md").read_text()
    for title in {row[0] for row in graded()}:
        rows = [row for row in graded() if row[0] == title]
        precision, recall = share(rows)
        line = f"| {title.split('.')[0]} | {len(rows)} | {precision:.0%} | {recall:.0%} |".replace("%", " %")
        assert line in text, line
    for name, least, most in (("sure", SURE, 100), ("likely", LIKELY, SURE - 1), ("a guess", 1, LIKELY - 1)):
        rows = [row for row in graded() if least <= row[3] <= most]
        line = f"| {name}, {least} to {most} | {len(rows)} | {share(rows)[0]:.0%} |".replace("%", " %")
        assert line in text, line


def test_what_is_called_sure_is_right() -> None:
    sure = [row for row in graded() if row[3] >= SURE]
    assert len(sure) > 120
    assert share(sure)[0] >= 0.98


def test_half_of_the_guesses_and_more_are_right() -> None:
    guesses = [row for row in graded() if 0 < row[3] < LIKELY]
    assert share(guesses)[0] >= 0.6


def test_nothing_is_found_where_nobody_speaks() -> None:
    told = [text for text in chapters(TIME_MACHINE)["I"] if not re.search("[“”‘]", text)]
    assert told
    assert dialogue.find(told) == [None] * len(told)


def test_turns_are_taken_and_a_speech_goes_on_over_paragraphs() -> None:
    found = dialogue.find(
        [
            "“Well?” said Filby.",
            "“Well,” said the Psychologist, “I do not know.",
            "“And nobody does.”",
            "“Why?”",
            "It was late.",
            "Filby looked at the fire. “Nobody?”",
            "“Nobody,” he said.",
        ]
    )
    names = [one.name if one else None for one in found]
    assert names == ["Filby", "Psychologist", "Psychologist", "Filby", None, "Filby", "Filby"]
    sure = [one.sure if one else 0 for one in found]
    assert sure[0] > sure[2] > sure[5] > sure[3]


def test_dialogue_behind_dashes() -> None:
    found = dialogue.find(["— Venez, dit Filby.", "— Non, répondit le Psychologue.", "Il pleuvait."], "fr")
    assert [one.name if one else None for one in found] == ["Filby", "Psychologue", None]


@pytest.mark.parametrize(
    "text",
    [
        "“" + "a " * 5000 + "he said, and " * 1000,
        "said the " + "old " * 20_000,
        "The " * 20_000 + "“Well?”",
        "“" * 20_000,
    ],
)
def test_a_hostile_text_takes_no_more_time_than_a_long_one(text: str) -> None:
    begun_s = time.process_time()
    dialogue.find([text] * 3)
    assert time.process_time() - begun_s < 10
