import pytest

from projects.audio import tags


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("English", "eng"), ("en", "eng"), ("en-GB", "eng"), ("pt_BR", "por"),
        ("deu", "deu"), ("Chinese", "zho"),
        ("ja", "jpn"), ("", "und"), ("Auto", "und"), ("xx", "und"), ("日本語", "und"), ("  RU ", "rus"),
    ],
)  # fmt: skip
def test_languages_become_three_letters(language: str, code: str) -> None:
    assert tags.language_code(language) == code


def test_texts_become_one_clean_line() -> None:
    assert tags.clean("  One\r\n\ttwo\0three  ") == "One two three"
    assert tags.clean("caf\udce9 \U0001f4d6") == "caf? \U0001f4d6"


def test_long_texts_are_cut_at_a_character() -> None:
    short = tags.clean("書" * 200, limit_bytes=255)
    assert short == "書" * 84 + "…"
    assert len(short.encode()) == 255
    assert tags.clean("書" * 85, limit_bytes=255) == "書" * 85
