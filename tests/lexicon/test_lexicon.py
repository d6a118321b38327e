"""What is said instead of what is written: which match wins, words, capitals, languages, and what always holds."""

import random

import pytest

from projects.lexicon.entries import ANY, EXACT, PATTERN, Entry
from projects.lexicon.lexicon import SLOW_LINES, Lexicon


def say(text: str, *entries: Entry, language: str = "English") -> str:
    return Lexicon(entries).say(text, language).text


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Siobhán's cat, and SIOBHÁN.", "Shivawn's cat, and Shivawn."),
        ("Siobhánx and Siobha\u0301n", "Siobhánx and Shivawn"),  # composed or not, it is the same letter
        ("in\nNew\n York and York", "in\nthe big apple and Yoark"),
        ("O’Brien or O'Brien", "oh bryan or oh bryan"),
        ("C++ & C", "see plus plus and C"),
        ("买iPhone手机，在东京", "买eye phone手机，在Tokyo"),
        ("서울에서 왔다", "Seoul에서 왔다"),
        ("हिन्दी हिन्दीमें", "Hindi हिन्दीमें"),
        ("a café_x, Cafeteria", "a café_x, Cafeteria"),
    ],
)
def test_whole_words_of_every_script(text: str, spoken: str) -> None:
    entries = {
        "Siobhán": "Shivawn",
        "New York": "the big apple",
        "York": "Yoark",
        "O'Brien": "oh bryan",
        "C++": "see plus plus",
        "&": "and",
        "iPhone": "eye phone",
        "东京": "Tokyo",
        "서울": "Seoul",
        "हिन्दी": "Hindi",
        "café": "coffee house",
    }
    assert say(text, *(Entry(written, said, case=ANY) for written, said in entries.items())) == spoken


def test_capitals_are_taken_as_the_entry_says() -> None:
    text = "Tomato. A tomato. “Tomato!” The TOMATO"
    assert say(text, Entry("tomato", "tomahto")) == "Tomahto. A tomahto. “Tomahto!” The tomahto"
    assert say(text, Entry("tomato", "tomahto", case=ANY)) == "tomahto. A tomahto. “tomahto!” The tomahto"
    assert say(text, Entry("Tomato", "tomahto", case=EXACT)) == "tomahto. A tomato. “tomahto!” The TOMATO"


def test_the_longest_match_wins_then_the_project_then_what_is_written_exactly() -> None:
    team, longer = Entry("lead", "led", rank=1), Entry("lead singer", "leed singer", rank=1)
    project, exact = Entry("lead", "LEAD", case=ANY), Entry("Lead", "leed", case=EXACT)
    assert say("lead singer of lead", team, longer) == "leed singer of led"
    assert say("lead singer of lead", team, longer, project) == "leed singer of LEAD"
    assert say("Lead and lead", team, project, exact) == "leed and LEAD"


def test_what_is_said_is_not_looked_through_again() -> None:
    assert say("one two", Entry("one", "two"), Entry("two", "one")) == "two one"
    assert say("aa a", Entry("a", "aa"), Entry("aa", "a")) == "a aa"


def test_an_entry_that_says_the_same_keeps_words_from_others() -> None:
    lexicon = Lexicon([Entry("Reading Abbey", "Reading Abbey"), Entry("reading", "redding", case=ANY)])
    spoken = lexicon.say("Reading Abbey, reading", "English")
    assert (spoken.text, len(spoken.changes)) == ("Reading Abbey, redding", 1)
    assert lexicon.touches("Reading Abbey", "English")


def test_a_language_reaches_its_own_lines_only() -> None:
    entries = Entry("die", "dee", language="German"), Entry("Kaz", "Cass")
    assert say("die Kaz", *entries, language="German") == "dee Cass"
    assert say("die Kaz", *entries, language="English") == "die Cass"
    assert say("die Kaz", *entries, language="Auto") == "die Cass"


def test_patterns_with_groups() -> None:
    entries = (
        Entry(r"Mc(?=[A-Z])", "Mack ", PATTERN, case=EXACT),
        Entry(r"(\d+) ?km\b", r"\1 kilometres", PATTERN),
        Entry("5 km", "a short way"),
    )
    assert say("McCoy ran 12km, then 5 km.", *entries) == "Mack Coy ran 12 kilometres, then a short way."


def test_a_line_of_which_nothing_would_be_left_to_speak_stays() -> None:
    entry = Entry("Ssh", "…")
    assert say("Ssh!", entry) == "Ssh!"
    assert say("Ssh, he said.", entry) == "…, he said."


def test_the_pieces_put_together_are_what_was_written() -> None:
    spoken = Lexicon([Entry("Kaz", "Cass")]).say("So Kaz and Kaz left.", "English")
    assert "".join(before + was for before, was, _ in spoken.pieces) == "So Kaz and Kaz left."
    assert [change.said for _, _, change in spoken.pieces if change] == ["Cass", "Cass"]


def test_a_pattern_that_takes_for_ever_is_left_out_and_told_of() -> None:
    bad, good = Entry("(a|aa)+!", "x", PATTERN), Entry("door", "dore")
    lexicon = Lexicon([bad, good])
    for _ in range(SLOW_LINES + 20):  # past the first few lines it costs nothing
        assert lexicon.say("The door: " + "a" * 60 + "? !", "English").text.startswith("The dore: aaa")
    assert lexicon.too_slow == {bad: SLOW_LINES}
    assert not Lexicon([good]).too_slow


WORDS = [
    "Kaz",
    "kaz",
    "KAZ",
    "lead",
    "lead singer",
    "New York",
    "York",
    "a",
    "aa",
    "东京",
    "东",
    "ß",
    "&",
    "x y",
]


def _entries(chance: random.Random) -> list[Entry]:
    cases = ["keep", ANY, EXACT]
    written = chance.sample(WORDS, chance.randrange(1, 8))
    rows = [
        Entry(word, chance.choice([*WORDS, "zzz"]), case=chance.choice(cases), rank=chance.randrange(2))
        for word in written
    ]
    return [*rows, Entry(r"\w+k\b", r"<\g<0>>", PATTERN)] if chance.random() < 0.3 else rows


@pytest.mark.parametrize("seed", range(12))
def test_what_holds_for_any_text_and_any_lexicon(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(25):
        text = "".join(chance.choice([*WORDS, " ", " ", ". ", "\n", "z", "’s "]) for _ in range(20))
        assert Lexicon().say(text, "English").text is text
        entries = _entries(chance)
        spoken = Lexicon(entries).say(text, "English")
        ends = [0, *(change.end for change in spoken.changes)]
        assert all(end <= one.start < one.end for end, one in zip(ends, spoken.changes, strict=False))
        # Made of the same parts, but for what was changed; the same every time, in whatever order entries come.
        built = "".join(before + (change.said if change else "") for before, _, change in spoken.pieces)
        assert built == spoken.text
        assert "".join(before + was for before, was, _ in spoken.pieces) == spoken.written
        chance.shuffle(entries)
        assert Lexicon(entries).say(text, "English") == spoken
