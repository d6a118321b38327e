"""The silence behind a line: its own, that of its kind, or by who speaks next."""

import pytest

from projects.audio.pauses import SCENE_END, TITLE, Followed, Pauses

RULES = Pauses(600, 900, 2500, 1500)


@pytest.mark.parametrize(
    ("line", "following", "wanted"),
    [
        ((None, "", 1), (None, "", 1), 600),
        ((None, "", 1), (None, "", 2), 900),
        ((None, "", None), (None, "", 2), 900),
        ((None, "", 1), None, 600),
        ((None, SCENE_END, 1), (None, "", 2), 2500),
        ((None, TITLE, None), (None, "", None), 1500),
        ((0, SCENE_END, 1), (None, "", 2), 0),
        ((250, "", 1), (None, "", 2), 250),
    ],
)
def test_what_parts_two_lines_says_how_long_the_pause_is(
    line: Followed, following: Followed | None, wanted: int
) -> None:
    assert RULES.after(line, following) == wanted


def test_a_change_of_the_speaker_is_a_line_like_any_other_unless_it_has_a_pause() -> None:
    lines: list[Followed] = [(None, "", 1), (None, "", 2), (None, SCENE_END, None), (None, "", 1)]
    assert Pauses(600, None, 2500, 1500).behind(lines) == [600, 600, 2500, 600]
    assert RULES.behind(lines) == [900, 900, 2500, 600]
    assert RULES.behind([]) == []
