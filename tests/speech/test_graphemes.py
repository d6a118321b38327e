import pytest

from projects.speech.graphemes import clusters


@pytest.mark.parametrize(
    "parts",
    [
        ["a", "b"],
        ["e\u0301", "x"],
        ["👨‍👩‍👧", "👍🏽", "!"],
        ["🇩🇪", "🇫🇷", "🇯"],
        ["a", "🇩🇪", "b"],
        ["\r\n", "\n", "a"],
        ["\u1112\u1161\u11ab", "\u1100\u1161"],
        ["각\u11a8", "가"],
        ["ﾊﾟ", "ﾊ"],
        ["नि", "ज"],
        ["❤\ufe0f", "汉", "字"],
    ],
)
def test_written_characters_stay_whole(parts: list[str]) -> None:
    assert list(clusters("".join(parts))) == parts


def test_nothing_has_no_characters() -> None:
    assert list(clusters("")) == []
