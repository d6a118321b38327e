"""Chapters are written by hand, so this is where it is seen that nothing of what people write becomes HTML."""

import pytest

from narrator.teams.models import User
from projects.models import Script
from projects.models.projects import Project
from projects.views import review_html
from tests.projects.views.test_row_html import HOSTILE, Reader

TAGS = {"li", "a", "span", "progress"}


def chapter(**counts: int) -> Script:
    script = Script(pk=3, project=Project(pk=1), title=HOSTILE)
    usual = {"line_count": 1_200, "approved_count": 2, "pickup_count": 0, "to_hear_count": 3}
    for name, value in {**usual, **counts}.items():
        setattr(script, name, value)
    return script


def board(*, may_edit: bool = False, may_review: bool = False) -> review_html.Board:
    members = [User(pk=1, name=HOSTILE), User(pk=2, name="Rosa")]
    return review_html.Board("Chinese", may_review, members if may_edit else None, token="<input name=token>")


@pytest.mark.parametrize(
    ("may_edit", "may_review", "texts", "tags", "sends_to"),
    [
        (False, False, 2, TAGS, None),
        (False, True, 3, TAGS, None),
        (
            True,
            True,
            5,
            TAGS
            | {"details", "summary", "svg", "use", "form", "input", "fieldset", "legend", "label", "button"},
            "/scripts/3/assign/",
        ),
    ],
)
def test_what_people_write_is_text(
    *, may_edit: bool, may_review: bool, texts: int, tags: set[str], sends_to: str | None
) -> None:
    drawn = board(may_edit=may_edit, may_review=may_review).row(chapter(), [User(pk=1, name=HOSTILE)])
    shown = Reader(drawn)
    assert "".join(shown.texts).count(HOSTILE) == texts
    assert shown.tags == tags
    assert shown.attributes["aria-label"] == f"Approved lines of {HOSTILE}"
    assert (shown.attributes["lang"], shown.attributes.get("action")) == ("zh-Hans", sends_to)
    assert ("/scripts/3/review/" in drawn) == may_review
    assert drawn.count(" checked") == drawn.count("<input name=token>") == int(may_edit)


def test_it_says_who_hears_it_and_how_far_it_is() -> None:
    drawn = board(may_edit=True, may_review=True)
    nobody = drawn.row(chapter(to_hear_count=0, line_count=0), [])
    assert "Nobody hears it yet" in nobody
    assert ('max="1"' in nobody, "review/" in nobody, " checked" in nobody) == (True, False, False)
    both = drawn.row(chapter(pickup_count=1), [User(pk=2, name="Rosa"), User(pk=7, name="Who left")])
    assert "Rosa, Who left" in both
    assert both.count(" checked") == 1
    assert "2 approved, 1 pickup, 3 to hear, of 1200" in both
    assert "2 pickups" in review_html.figures(chapter(pickup_count=2))
