"""What the name of a voice says by itself."""

import pytest

from projects.speech.voices import VOICES, Voice, described


@pytest.mark.parametrize(
    ("name", "sex", "character"),
    [
        ("af_heart", "female", "American English, female"),
        ("zm_yunxi", "male", "Mandarin Chinese, male"),
        ("alloy", "", ""),
        ("xf_nobody", "", ""),
        ("af_bella+af_sky", "", ""),
    ],
)
def test_names_that_follow_a_rule_are_read(name: str, sex: str, character: str) -> None:
    assert described(name) == Voice(name, sex=sex, character=character)


def test_a_label_says_what_is_known() -> None:
    assert Voice("alloy").label == "alloy"
    assert VOICES[0].label == "Cherry · Sunny, upbeat and friendly; a natural all-rounder"
