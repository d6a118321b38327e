"""Three versions of one book: what is told apart, and what comes out when both sides are put together."""

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from projects.manuscript import reading
from projects.merging.book import Book
from projects.merging.ordering import order
from projects.merging.units import Comparison, State, Unit, compare
from projects.merging.words import differing, parted_like, sound

ONE = "The lamp was lit at nine, and nobody came to the door."
TWO = "At ten the rain began, softly at first, and then in earnest."
THREE = "She wrote three letters, sealed two of them and burned the last."
FOUR = "“Yes.”"


def book(*chapters: Sequence[str]) -> Book:
    return Book(tuple((f"Chapter {n}", tuple(texts)) for n, texts in enumerate(chapters, start=1)))


def states(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    return [unit.state.value for unit in compare(book(base), book(ours), book(theirs)).units]


def all_of_theirs(ours: Book, theirs: Book) -> object:
    def says(unit: Unit) -> list[str] | None:
        if unit.state is State.KEPT:
            return None
        if unit.state is State.MOVED:
            return [ours.texts[at] for at in unit.ours]
        return [theirs.texts[at] for at in unit.theirs]

    return says


def taken_over(base: Book, ours: Book, theirs: Book) -> list[list[str]]:
    """The chapters, line by line, when everything of theirs is taken."""
    found, says = compare(base, ours, theirs), all_of_theirs(ours, theirs)
    texts = {}
    for unit in found.units:
        wanted = says(unit)  # type: ignore[operator]
        wanted = [ours.texts[at] for at in unit.ours] if wanted is None else wanted
        texts |= {("line", at): text for at, text in zip(unit.ours, wanted, strict=False)}
        texts |= {
            ("new", at): text for at, text in list(zip(unit.theirs, wanted, strict=False))[len(unit.ours) :]
        }
    placed = order(ours, theirs, found, says)  # type: ignore[arg-type]
    return [[texts[item] for item in placed.lines.get(chapter, [])] for chapter in placed.chapters]


def heard(chapters: Sequence[Sequence[str]]) -> list[str]:
    """What is heard of each chapter that has anything in it, wherever its paragraphs are cut."""
    return [sound(" ".join(texts)).replace(" ", "") for texts in chapters if texts]


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ([ONE, TWO, THREE], [ONE, TWO, THREE], ["kept", "kept", "kept"]),
        ([ONE, TWO, THREE], [ONE, TWO + " It fell.", THREE], ["kept", "changed", "kept"]),
        ([ONE, TWO + " It fell.", THREE], [ONE, TWO, THREE], ["kept", "kept", "kept"]),
        ([ONE, TWO + " It fell.", THREE], [ONE, TWO + " It fell.", THREE], ["kept", "kept", "kept"]),
        ([ONE, TWO + " It fell.", THREE], [ONE, TWO + " It poured.", THREE], ["kept", "conflict", "kept"]),
        ([ONE, TWO, THREE], [ONE, THREE], ["kept", "removed", "kept"]),
        ([ONE, THREE], [ONE, TWO, THREE], ["kept", "kept", "kept"]),
        ([ONE, THREE], [ONE, TWO + " It fell.", THREE], ["kept", "conflict", "kept"]),
        ([ONE, TWO + " It fell.", THREE], [ONE, THREE], ["kept", "conflict", "kept"]),
        ([ONE, TWO, THREE], [ONE, FOUR, TWO, THREE], ["kept", "added", "kept", "kept"]),
        ([ONE, FOUR, TWO, THREE], [ONE, FOUR, TWO, THREE], ["kept"] * 4),
        ([ONE, TWO, THREE], [THREE, ONE, TWO], ["moved", "kept", "kept"]),
        ([THREE, ONE, TWO], [ONE, TWO, THREE], ["kept", "kept", "kept"]),
        ([ONE, *TWO.split(" and "), THREE], [ONE, TWO, THREE], ["kept", "kept", "kept"]),
        ([f"{ONE} {TWO}", THREE], [ONE, TWO, THREE], ["kept", "kept"]),
        ([f"{ONE} {TWO}", THREE], [ONE, TWO.replace("ten", "four"), THREE], ["changed", "kept"]),
        ([ONE, TWO, THREE], [f"{ONE} {TWO}", THREE], ["kept", "kept"]),
        ([ONE, TWO, THREE], [ONE, *TWO.split(" softly ", 1), THREE], ["kept", "changed", "kept"]),
    ],
)
def test_who_changed_what(ours: list[str], theirs: list[str], expected: list[str]) -> None:
    assert states([ONE, TWO, THREE], ours, theirs) == expected


def test_what_only_a_printer_sees_is_no_change() -> None:
    typed, printed = '"Yes"--he said, "it isn\'t."', "“Yes”—he said, “it isn’t.”"
    assert states([typed, ONE], [typed, ONE], [printed, ONE]) == ["kept", "kept"]


def test_a_repeated_short_line_is_not_taken_for_a_moved_one() -> None:
    base = [FOUR, ONE, TWO, THREE]
    assert states(base, base, [ONE, TWO, THREE, FOUR]) == ["removed", "kept", "kept", "kept", "added"]


def test_a_line_replaced_by_another_in_its_place_is_a_change() -> None:
    assert states([ONE, FOUR, TWO], [ONE, FOUR, TWO], [ONE, "“No, never.”", TWO]) == [
        "kept",
        "changed",
        "kept",
    ]


def test_a_chapter_that_changes_place_moves_none_of_its_lines() -> None:
    base = book([ONE], [TWO], [THREE])
    theirs = Book((base.chapters[2], base.chapters[0], base.chapters[1]))
    found = compare(base, base, theirs)
    assert {unit.state for unit in found.units} == {State.KEPT}
    assert order(base, theirs, found, lambda unit: None).chapters == [("ours", 2), ("ours", 0), ("ours", 1)]


def test_a_new_chapter_stands_behind_the_one_it_follows() -> None:
    base = book([ONE], [THREE])
    theirs = Book((base.chapters[0], ("Between", (TWO,)), base.chapters[1]))
    assert taken_over(base, base, theirs) == [[ONE], [TWO], [THREE]]


def test_a_text_is_cut_where_its_older_version_was() -> None:
    parts = ["The lamp was lit.", "Nobody came to the door."]
    assert parted_like(parts, "The red lamp was lit. Nobody came to the old door.") == [
        "The red lamp was lit.",
        "Nobody came to the old door.",
    ]


def test_the_difference_of_two_texts_is_shown_in_whole_words() -> None:
    assert differing("The lamp was lit.", "The lamps were lit.") == [
        ("same", "The "),
        ("gone", "lamp"),
        ("new", "lamps"),
        ("same", " "),
        ("gone", "was"),
        ("new", "were"),
        ("same", " lit."),
    ]
    assert differing("你好吗？", "你很好吗？") == [("same", "你"), ("new", "很"), ("same", "好吗？")]


@pytest.fixture
def novel(shared: Path) -> Book:
    """The Time Machine, its first six chapters."""
    read = reading.read(shared / "manuscripts" / "wells_the-time-machine_se.epub")
    return Book(tuple((chapter.title, chapter.paragraphs) for chapter in read.ticked_chapters[:6]))


def edited(book: Book, dice: random.Random, word: str) -> Book:
    """The book after a few dozen random acts: words changed, paragraphs deleted, written, moved, split, merged."""
    chapters = [(title, list(texts)) for title, texts in book.chapters]
    for number in range(dice.randrange(30)):
        texts = dice.choice([texts for _, texts in chapters if len(texts) > 2])
        at, act = (
            dice.randrange(len(texts)),
            dice.choice(["reword", "delete", "write", "move", "split", "merge"]),
        )
        words = texts[at].split()
        if act == "reword":
            texts[at] = " ".join([*words[:-1], word])
        elif act == "delete":
            del texts[at]
        elif act == "write":
            texts.insert(at, f"Here {word} {number} stands, {dice.random()}, as nobody wrote it before.")
        elif act == "move":
            to = dice.choice(chapters)[1]
            text = texts.pop(at)
            to.insert(dice.randrange(len(to) + 1), text)
        elif act == "split" and len(words) > 3:
            middle = dice.randrange(1, len(words) - 1)
            texts[at : at + 1] = [" ".join(words[:middle]), " ".join(words[middle:])]
        elif act == "merge" and at + 1 < len(texts):
            texts[at : at + 2] = [f"{texts[at]} {texts[at + 1]}"]
    return Book(tuple((title, tuple(texts)) for title, texts in chapters))


@pytest.mark.parametrize("seed", range(12))
def test_whatever_both_sides_do_nothing_is_lost_and_nothing_comes_twice(novel: Book, seed: int) -> None:
    dice = random.Random(seed)
    ours, theirs = edited(novel, dice, "ours"), edited(novel, dice, "theirs")
    assert {unit.state for unit in compare(novel, ours, ours).units} == {State.KEPT}, "the same on both sides"
    assert {unit.state for unit in compare(novel, ours, novel).units} <= {State.KEPT}, (
        "the author did nothing"
    )
    assert heard(taken_over(novel, novel, theirs)) == heard([texts for _, texts in theirs.chapters])
    found = compare(novel, ours, theirs)
    _each_once(found, ours, theirs)
    lines = Counter(text for texts in taken_over(novel, ours, theirs) for text in texts)
    for unit in found.units:
        if unit.state in (State.KEPT, State.MOVED):
            assert all(lines[ours.texts[at]] for at in unit.ours)


def _each_once(found: Comparison, ours: Book, theirs: Book) -> None:
    assert sorted(at for unit in found.units for at in unit.ours) == list(range(len(ours.texts)))
    assert sorted(at for unit in found.units for at in unit.theirs) == list(range(len(theirs.texts)))
    placed = order(ours, theirs, found, all_of_theirs(ours, theirs))  # type: ignore[arg-type]
    items = [item for items in placed.lines.values() for item in items]
    assert len(items) == len(set(items))
