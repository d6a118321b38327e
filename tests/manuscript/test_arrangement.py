"""Chapters merged, split and chosen, and what is spoken in them."""

from dataclasses import replace

from projects.manuscript.arrangement import Arrangement, beside, passages
from projects.manuscript.manuscript import Chapter, Form, Kind, Manuscript, Passage

SPEECH = Passage("Come in.", Kind.PROSE, "ANNA", 0.9, "ANNA (softly): Come in.", "softly")
BOOK = Manuscript(
    "A Book",
    "",
    "en",
    (
        Chapter.of("Title page", ["A Book"], ticked=False, part="Title page"),
        Chapter("", ()),
        Chapter(
            "One",
            (
                Passage("Night"),
                Passage("Part two", Kind.HEADING),
                SPEECH,
                Passage("* * *", Kind.BREAK),
                Passage("1. See below.", Kind.NOTE),
                Passage("Exit ANNA.", Kind.DIRECTION),
            ),
        ),
        Chapter.of("", ["Day."]),
    ),
    form=Form.PLAY,
)


def texts(plan: Arrangement) -> dict[str, list[str]]:
    return {one.title: [passage.text for passage in one.passages] for one in plan.chapters(BOOK)}


def test_chapters_that_hold_nothing_are_not_offered_and_one_without_a_title_gets_its_number() -> None:
    plan = Arrangement.of(BOOK)
    assert [(one.start, one.title, one.ticked, one.part) for one in plan.sections] == [
        (0, "Title page", False, "Title page"),
        (1, "One", True, ""),
        (7, "Chapter 4", True, ""),
    ]


def test_the_text_and_its_stage_directions_are_spoken_at_first_and_kinds_are_added() -> None:
    plan = Arrangement.of(BOOK)
    assert texts(plan)["One"] == ["Night", "Come in.", "* * *", "Exit ANNA."]
    assert texts(replace(plan, kinds=frozenset()))["One"] == ["Night", "Come in.", "* * *"]
    assert beside(BOOK) == {Kind.DIRECTION: 1, Kind.HEADING: 1, Kind.NOTE: 1}
    plan = replace(plan, kinds=frozenset((Kind.NOTE, Kind.DIRECTION)))
    assert texts(plan)["One"] == ["Night", "Come in.", "* * *", "1. See below.", "Exit ANNA."]


def test_labels_are_spoken_as_printed_without_a_speaker_or_a_manner() -> None:
    plan = replace(Arrangement.of(BOOK), labels=True)
    assert plan.chapters(BOOK)[1].passages[1] == Passage("ANNA (softly): Come in.")


def test_titles_that_can_be_spoken_are_first_lines() -> None:
    first, *others = Arrangement.of(BOOK).sections
    plan = Arrangement((replace(first, title="* * *"), *others), titles=True)
    assert [one[0] for one in texts(plan).values()] == ["A Book", "One", "Chapter 4"]


def test_what_is_merged_goes_to_the_end_of_the_chapter_before() -> None:
    plan = Arrangement.of(BOOK).merged(7)
    assert texts(plan)["One"] == ["Night", "Come in.", "* * *", "Exit ANNA.", "Day."]
    assert plan.merged(0) == plan == plan.merged(7) == plan.merged(99)


def test_what_was_ticked_stays_ticked_when_it_is_merged_with_what_is_not() -> None:
    plan = Arrangement.of(BOOK).merged(1)
    assert (plan.sections[0].title, plan.sections[0].ticked, plan.sections[0].part) == (
        "Title page",
        True,
        "",
    )


def test_a_chapter_is_split_at_a_passage_and_named_by_the_heading_there() -> None:
    plan = Arrangement.of(BOOK).split(2, BOOK).split(3, BOOK)
    assert list(texts(plan)) == ["Title page", "One", "Part two", "Part two, continued", "Chapter 4"]
    assert texts(plan)["Part two, continued"] == ["Come in.", "* * *", "Exit ANNA."]
    for at in (0, 1, 2, len(passages(BOOK)), 10**9):
        assert plan.split(at, BOOK) == plan
    assert plan.merged(3).merged(2) == Arrangement.of(BOOK)


def test_an_arrangement_is_kept_as_json_and_dropped_where_it_does_not_fit_the_manuscript() -> None:
    plan = replace(Arrangement.of(BOOK).merged(7), kinds=frozenset((Kind.NOTE,)), labels=True)
    assert Arrangement.from_json(plan.as_json(), BOOK) == plan
    shorter = replace(BOOK, chapters=BOOK.chapters[:1])
    assert Arrangement.from_json(plan.as_json(), shorter) == Arrangement.of(shorter)
    assert Arrangement.from_json({}, BOOK) == Arrangement.of(BOOK)
