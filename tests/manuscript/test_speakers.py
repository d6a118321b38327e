"""Speakers by their labels: plays, interviews and transcripts, and prose that only looks like one."""

import pytest

from projects.manuscript import reading
from projects.manuscript.manuscript import Form, Kind, Passage
from tests.manuscript.samples import PROSE, SHARED

PLAY = """ACT I

SCENE I. A room.

[Enter ANNA and BEN]

ANNA: Who is there?

BEN (softly): Nobody. [To ANNA] Go on.

[Exit ANNA]

BEN: [Aside] She knows.

ANNA: I heard you.
It was late.

GUARD: Halt.

And lower your voice.

ACT II

BEN: Well?

ANNA: Nothing.
"""


def passages(text: str) -> list[Passage]:
    return [one for chapter in reading.read_text(text, "T").chapters for one in chapter.passages]


def test_a_play_has_speakers_stage_directions_and_manners() -> None:
    found = reading.read_text(PLAY, "T")
    assert found.form is Form.PLAY
    assert dict(found.speakers) == {"ANNA": 3, "BEN": 3, "GUARD": 2}
    ben = [one for one in found.chapters[0].passages if one.speaker == "BEN"]
    assert [(one.text, one.manner) for one in ben] == [("Nobody. Go on.", "softly"), ("She knows.", "Aside")]
    assert ben[0].printed == "BEN (softly): Nobody. [To ANNA] Go on."
    kinds = [one.kind for one in found.chapters[0].passages]
    assert kinds.count(Kind.DIRECTION) == 2
    assert kinds[0] is Kind.HEADING


def test_confidence_falls_with_how_little_the_text_says() -> None:
    sure = {(one.speaker, one.text): one.confidence for one in passages(PLAY) if one.speaker}
    assert sure["ANNA", "Nothing."] > sure["GUARD", "Halt."] > sure["GUARD", "And lower your voice."] > 0.5


@pytest.mark.parametrize(
    "line",
    [
        "{name}: {words}",
        "{name}. {words}",
        "{name}: ({manner}) {words}",
        "{name}\n{words}\n",
        "{name}:\n{words}",
    ],
)
def test_ways_to_write_a_name(line: str) -> None:
    text = "\n\n".join(
        line.format(name=name, words=f"This is speech {number}, and it goes on.", manner="low")
        for number in range(5)
        for name in ("FIRST WITCH", "MACBETH")
    )
    found = passages(f"ACT I\n\n{text}")
    assert {one.speaker for one in found} == {"FIRST WITCH", "MACBETH"}
    assert all(one.text.startswith("This is speech") for one in found)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("司机：你好。\n\n乘客：你好。\n\n司机：去哪里？\n\n乘客：回家。", {"司机", "乘客"}),
        ("太郎「おはよう。」\n\n花子「おはよう。」\n\n太郎「行こう。」\n\n花子「うん。」", {"太郎", "花子"}),
        ("Q: Who?\n\nA: Me.\n\nQ: Why?\n\nA: So.", {"Q", "A"}),
        ("Speaker 1  0:03 Hello there.\n\nSpeaker 2  0:09 Hello.\n\nSpeaker 1  0:12 So.\n\nSpeaker 2 1:00:00 Yes.",
         {"Speaker 1", "Speaker 2"}),
        ("[00:01] Dr. Jane Roe: Hi.\n\n[00:05] Tom: Hi.\n\n[00:09] Dr. Jane Roe: So.\n\n[00:10] Tom: Yes.",
         {"Dr. Jane Roe", "Tom"}),
    ],
)  # fmt: skip
def test_other_scripts_and_transcripts(text: str, names: set[str]) -> None:
    found = reading.read_text(text, "T")
    assert set(found.speakers) == names
    assert found.form is Form.TRANSCRIPT


def test_a_paragraph_without_a_name_goes_on_with_the_speaker_of_a_transcript() -> None:
    text = "Ann: One.\n\nTwo, still me.\n\nBob: Three.\n\nAnn: Four.\n\nBob: Five."
    assert [(one.speaker, one.text) for one in passages(text)][1] == ("Ann", "Two, still me.")


@pytest.mark.parametrize(
    "text",
    [
        f"{PROSE}\n\nHe said: “No.”\n\n{PROSE}\n\nShe said: “Yes.”\n\n{PROSE}\n\n{PROSE}",
        "Time: 10 am\n\nPlace: the town hall\n\nGuests: all\n\nTheme: bread",
        "Warning: hot.\n\nNote: read this first.",
        f"Dear Ann: {PROSE}\n\n{PROSE}",
    ],
)
def test_prose_with_colons_stays_prose(text: str) -> None:
    found = reading.read_text(text, "T")
    assert found.form is Form.PROSE
    assert not found.speakers


@pytest.mark.parametrize(
    ("sample", "speeches", "names"),
    [
        ("shakespeare_macbeth_speaker-labels.txt", 649, {"MACBETH": 145, "LADY MACBETH": 59, "SOLDIERS": 1}),
        ("brick-and-steel.fountain", 22, {"STEEL": 11, "BRICK": 4, "HANDSOME MAN": 1}),
        ("changelog_practical-ai-6_transcript.md", 45, {"Daniel Whitenack": 22, "Chris Benson": 23}),
    ],
)
def test_the_shared_samples(sample: str, speeches: int, names: dict[str, int]) -> None:
    path = SHARED / sample
    if not path.exists():
        pytest.skip("../shared/manuscripts is not here")
    found = reading.read(path).speakers
    assert found.total() == speeches
    assert {name: found[name] for name in names} == names
