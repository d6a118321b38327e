"""What is spoken and what is told, by the quotation marks of several languages."""

import pytest

from projects.manuscript import quotations


def split(text: str, *, single: bool = False) -> list[str]:
    """Spoken stretches in [brackets]."""
    return [f"[{part.text}]" if part.spoken else part.text for part in quotations.parts(text, single=single)]


@pytest.mark.parametrize(
    ("text", "stretches"),
    [
        ("“Well?” said Filby.", ["[Well?]", " said Filby."]),
        ('"Well," said Filby, "no."', ["[Well,]", " said Filby, ", "[no.]"]),
        ("„Gut“, sagte sie.", ["[Gut]", ", sagte sie."]),
        ("»Gut«, sagte sie.", ["[Gut]", ", sagte sie."]),
        ("« Bien », dit-il.", ["[ Bien ]", ", dit-il."]),
        ("他說：「好。」", ["他說：", "[好。]"]),
        ("His “friend” left.", ["His “friend” left."]),
        ("“He said ‘no’ to me.”", ["[He said ‘no’ to me.]"]),
        ("It’s late.", ["It’s late."]),
        ("", []),
    ],
)
def test_spoken_and_told(text: str, stretches: list[str]) -> None:
    assert split(text) == stretches


def test_a_speech_that_is_not_closed_goes_on() -> None:
    (part,) = quotations.parts("“And then it rained.")
    assert part.spoken
    assert part.open


def test_single_marks_are_speech_where_a_book_has_no_others() -> None:
    book = ["‘Well?’ said Filby."] * 5
    assert quotations.uses_single(book)
    assert not quotations.uses_single([*book, *["“No,” he said."] * 3])
    assert split("‘It’s late,’ said Filby.", single=True) == ["[It’s late,]", " said Filby."]
    assert split("‘It’s late,’ said Filby.") == ["‘It’s late,’ said Filby."]
