"""Directions that the endpoint takes, and those it does not: too long, or neither English nor Chinese."""

import pytest

from projects.speech import instructions


@pytest.mark.parametrize(
    "text",
    [
        "",
        "In a whisper.",
        "低声说，慢一点。",
        "As Siobhán would say it.",
        "Naïve, like a child.",
        "x" * 1600,
        "字" * 533,
    ]
    + [preset.words for preset in instructions.PRESETS],
)
def test_what_the_endpoint_takes(text: str) -> None:
    assert instructions.fault(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Langsam und traurig.",
        "Flüsternd",
        "Lentement, d’une voix triste",
        "Molto piano e triste",
        "Тихо",
        "ゆっくり話す",
    ],
)
def test_other_languages_are_refused(text: str) -> None:
    assert instructions.fault(text) == instructions.FOREIGN


@pytest.mark.parametrize(("text", "size"), [("x" * 1601, "1,601"), ("字" * 534, "1,602")])
def test_too_long_is_said_with_the_numbers(text: str, size: str) -> None:
    assert f"{size} of 1,600" in instructions.fault(text)
