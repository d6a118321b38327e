"""Entries are written by hand, so this is where it is seen that nothing of what people write becomes HTML."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from projects.actions import guests, lines, reviews, trail
from projects.actions.entries import Ask, Entry, Place
from projects.models import Project, Script
from projects.views import trail_html
from tests import factories
from tests.cast import Cast
from tests.projects.views.test_row_html import HOSTILE, Reader

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize("removed", [True, False])
def test_what_people_write_is_text(*, removed: bool) -> None:
    project = Project(pk=1, title=HOSTILE)
    entry = Entry(
        place=Place(NOON, 0, 1),
        kind="text",
        who=HOSTILE,
        words=HOSTILE,
        quote=HOSTILE,
        note=HOSTILE,
        project=project,
        script=Script(pk=3, project=project, title=HOSTILE, removed=removed),
        line_id=7,
        about=HOSTILE,
    )
    for in_project, texts in ((True, 6), (False, 7)):
        shown = Reader(trail_html.draw(entry, in_project=in_project))
        assert "".join(shown.texts).count(HOSTILE) == texts
        assert shown.tags <= {"li", "time", "div", "p", "strong", "span", "a"}
        assert shown.attributes["datetime"] == NOON.isoformat()
    link = Reader(trail_html.draw(entry, in_project=True)).attributes.get("href")
    assert link == (None if removed else "/scripts/3/#line-7")


def test_what_a_page_of_it_shows_was_read_with_it(
    cast: Cast, django_assert_num_queries: Callable[..., object]
) -> None:
    script = factories.script(cast.team, lines=2)
    factories.all_ready(script)
    line = script.paragraphs.all()[0]
    link, _ = guests.make(script.project, name="Gus", days=1, by=cast.editor)
    reviews.comment(line, text="Slower", by=None, guest=link)
    reviews.judge(line, take_id=line.chosen_id, kind="approved", by=cast.editor)
    lines.pause(script, [line.pk], pause_ms=10, by=cast.editor)
    for project in (script.project, None):
        page = trail.read(Ask(cast.team.pk, project=project))
        assert len(page.entries) >= 4
        with django_assert_num_queries(0):
            ((_, rows),) = trail_html.days(page, in_project=project is not None)
        assert ("Gus (guest)" in rows, "Edgar" in rows, "Slower" in rows) == (True, True, True)
