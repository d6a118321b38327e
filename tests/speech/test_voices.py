"""What the name of a voice says by itself."""

import pytest

from projects.speech.voices import MOODS, VOICES, Voice, described


@pytest.mark.parametrize(
    ("name", "sex", "character", "accent"),
    [
        ("af_heart", "female", "American English, female", "American English"),
        ("zm_yunxi", "male", "Mandarin Chinese, male", "Mandarin Chinese"),
        ("alloy", "", "", ""),
        ("xf_nobody", "", "", ""),
        ("af_bella+af_sky", "", "", ""),
    ],
)
def test_names_that_follow_a_rule_are_read(name: str, sex: str, character: str, accent: str) -> None:
    assert described(name) == Voice(name, sex=sex, character=character, accent=accent)


def test_a_label_says_what_is_known() -> None:
    assert Voice("alloy").label == "alloy"
    assert VOICES[0].label == "Cherry · Sunny, upbeat and friendly; a natural all-rounder"


def test_who_is_heard_and_in_which_mood_is_said_in_words_to_look_for() -> None:
    people = {voice.name: voice.person for voice in VOICES}
    assert len(people) == 24
    told = {name: people[name] for name in ("Cherry", "Neil", "Arthur", "Pip", "Nini")}
    assert told == {
        "Cherry": "young woman",
        "Neil": "man",
        "Arthur": "old man",
        "Pip": "boy",
        "Nini": "teenage girl",
    }
    assert Voice("alloy").person == ""
    assert {mood for voice in VOICES for mood in voice.moods.split()} == set(MOODS)
