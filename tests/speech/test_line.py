import dataclasses
import json

import pytest

from projects.speech.line import Line, is_speakable, normalised
from projects.speech.voices import MODEL

LINE = Line("Hello.", "Eldric Sage", "English", "Softly.", True, MODEL)


def test_the_body_is_the_contracts() -> None:
    assert LINE.body() == {
        "model": "qwen3-tts-instruct-flash",
        "input": "Hello.",
        "voice": "Eldric Sage",
        "instructions": "Softly.",
        "optimize_instructions": True,
        "language_type": "English",
    }


def test_an_explicit_false_is_sent_and_blank_instructions_are_not() -> None:
    body = Line(" Hi. ", "Cherry", instructions="  ").body()
    assert body == {
        "model": MODEL,
        "input": "Hi.",
        "voice": "Cherry",
        "optimize_instructions": False,
        "language_type": "Auto",
    }


def test_the_digest_ignores_unicode_form_and_outer_space_only() -> None:
    assert Line("caf\u00e9", "Cherry").digest == Line(" cafe\u0301\n", "Cherry").digest
    assert Line("a  b", "Cherry").digest != Line("a b", "Cherry").digest


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Hello!"},
        {"voice": "Cherry"},
        {"language": "Auto"},
        {"instructions": ""},
        {"optimize_instructions": False},
        {"model": "other"},
    ],
)
def test_every_field_changes_the_digest(change: dict[str, object]) -> None:
    assert dataclasses.replace(LINE, **change).digest != LINE.digest


def test_neighbouring_fields_cannot_be_mistaken_for_each_other() -> None:
    assert Line("a", 'b","c').digest != Line('a","b', "c").digest
    assert len(LINE.digest) == 64


def test_the_digest_stays_what_it_is() -> None:
    """Stored digests decide what is paid for again: a change here must be meant."""
    assert (
        Line("Hello.", "Cherry").digest == "b834e0622d57f7472ad23c13882349b47ad0570e1afd6137d3a6647a1ff51a68"
    )


def test_lone_surrogates_do_not_break_the_request() -> None:
    assert normalised(" a\ud800b ") == "a\ufffdb"
    json.dumps(Line("a\ud800b", "Cherry").body(), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("text", "speakable"),
    [
        ("", False),
        (" \n", False),
        ("***", False),
        ("……？！", False),
        ("a", True),
        ("七", True),
        ("7", True),
        ("½", True),
        ("한", True),
        ("😀", False),
    ],
)
def test_speakable_means_a_letter_or_a_digit(text: str, speakable: bool) -> None:
    assert is_speakable(text) is speakable
