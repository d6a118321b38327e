"""Fountain: scenes, speeches, and what only the writer reads."""

from projects.manuscript import reading
from projects.manuscript.manuscript import Form, Kind, Manuscript, Passage

SCRIPT = """Title:
    _**THE LAMP**_
Author: Ann Miller
Draft date: 1

FADE IN:

INT. KITCHEN - NIGHT #1#

Rain on the window. [[Check the sound.]]
A lamp *flickers*.

MIRA (V.O.) (CONT'D)
(low)
Who is
there?
(pause)
Hello?

@McCoy ^
~Only the rain

/* Cut for length.

BEN
Gone. */

# Act two

= Ben comes home.

.THE STREET

!NOBODY SPEAKS
HERE.

CUT TO:

> THE END <
===
"""


def read(text: str, name: str = "a.fountain") -> Manuscript:
    return reading.read_bytes(text.encode(), name)


def speeches(manuscript: Manuscript) -> list[Passage]:
    return [one for chapter in manuscript.chapters for one in chapter.passages if one.speaker]


def test_scenes_are_chapters_and_the_title_page_is_none() -> None:
    found = read(SCRIPT)
    assert (found.title, found.author, found.form) == ("THE LAMP", "Ann Miller", Form.SCREENPLAY)
    assert [(c.title, [p.text for p in c.passages if not p.speaker]) for c in found.chapters] == [
        ("THE LAMP", ["FADE IN:"]),
        ("INT. KITCHEN - NIGHT", ["Rain on the window. A lamp flickers."]),
        ("THE STREET", ["NOBODY SPEAKS HERE.", "CUT TO:", "THE END"]),
    ]


def test_speeches_carry_speaker_manner_and_how_they_are_printed() -> None:
    first, second, sung = speeches(read(SCRIPT))
    assert first == Passage(
        "Who is there?", Kind.PROSE, "MIRA", 1.0, "MIRA: (V.O., low) Who is there?", "V.O., low"
    )
    assert (second.text, second.speaker, second.manner, second.printed) == (
        "Hello?",
        "MIRA",
        "pause",
        "(pause) Hello?",
    )
    assert (sung.text, sung.speaker) == ("Only the rain", "McCoy")


def test_transitions_are_stage_directions_and_action_is_prose() -> None:
    kinds = {p.text: p.kind for c in read(SCRIPT).chapters for p in c.passages}
    assert kinds["CUT TO:"] is kinds["THE END"] is Kind.DIRECTION
    assert kinds["NOBODY SPEAKS HERE."] is Kind.PROSE


def test_a_screenplay_in_a_text_file_or_a_paste_is_known_by_its_scenes() -> None:
    text = "INT. KITCHEN - NIGHT\n\nRain.\n\nMIRA\nHello?\n\nEXT. STREET - DAY\n\nSun.\n"
    assert read(text, "a.txt").form is Form.SCREENPLAY
    assert [c.title for c in reading.read_text(text).chapters] == [
        "INT. KITCHEN - NIGHT",
        "EXT. STREET - DAY",
    ]


def test_capitals_alone_are_action_and_a_lower_case_name_is_no_cue() -> None:
    found = read("INT. A - DAY\n\nBOOM\n\nmira\nsays nothing\n\n第一\n第二\n")
    assert speeches(found) == []
    assert [p.text for p in found.chapters[0].passages] == ["BOOM", "mira says nothing", "第一第二"]
