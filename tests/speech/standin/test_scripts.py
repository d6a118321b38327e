"""The language of a text by its script."""

import pytest

from projects.speech.standin.scripts import Unspeakable, language_for


@pytest.mark.parametrize(
    ("text", "language", "spoken"),
    [
        ("Hello", "Auto", "English"),
        ("42", "Auto", "English"),
        ("42", "Chinese", "Chinese"),
        ("你好, world", "Auto", "Chinese"),
        ("かな", "Auto", "Japanese"),
        ("漢字とかな", "Auto", "Japanese"),
        ("漢字", "Japanese", "Japanese"),
        ("한글", "Auto", "Korean"),
        ("Привет", "Auto", "Russian"),
        ("Grüße", "German", "German"),
        ("Привет", "English", "Russian"),
        ("hello 你好", "English", "Chinese"),
        ("Hello", "Chinese", "English"),
        ("Bonjour", "French", "French"),
        ("Ａｂｃ", "Auto", "English"),
    ],
)
def test_language(text: str, language: str, spoken: str) -> None:
    assert language_for(text, language) == spoken


@pytest.mark.parametrize("text", ["", " ", "…?!", "👍🏽", "สวัสดี"])
def test_nothing_to_say(text: str) -> None:
    with pytest.raises(Unspeakable):
        language_for(text, "Auto")
