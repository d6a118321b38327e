"""Tallies are what the database counts, once for each version of a script."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.actions import lineups, paragraphs, resting, reviews, tallies
from projects.models import Paragraph, Project, Script, Take
from projects.models.reviews import Kind
from projects.models.takes import Source
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_what_changed_is_counted_again_and_nothing_else(cast: Cast) -> None:
    project = factories.project(cast.team, lines=2, scripts=2)
    first, second = project.scripts.all()
    factories.ready(first.paragraphs.all()[0])
    assert _told(project, queries=4) == _counted(project)
    assert _told(project, queries=2) == _counted(project)
    for change in (
        lambda: factories.ready(second.paragraphs.all()[1], duration_ms=400),
        lambda: factories.failed(second.paragraphs.all()[0]),
        lambda: factories.claimed(first.paragraphs.all()[1]),
        lambda: _judge(first, cast),
    ):
        change()
        assert _told(project, queries=4) == _counted(project)
    assert _told(project, queries=2) == _counted(project)
    assert [script.approved_count for script in tallies.with_verdicts(project.scripts.all())] == [1, 0]


def _judge(script: Script, cast: Cast) -> None:
    line = script.paragraphs.with_takes()[0]
    reviews.judge(line, kind=Kind.APPROVED, take_id=line.chosen_id, by=cast.reviewer)


@pytest.mark.parametrize("count", [1, 3])
def test_a_shelf_is_two_queries_and_one_where_nothing_changed(cast: Cast, count: int) -> None:
    projects = [factories.project(cast.team, lines=2, scripts=2) for _ in range(count)]
    factories.ready(projects[0].scripts.all()[0].paragraphs.all()[0])
    projects[0].scripts.filter(position=2).update(removed=True)
    empty = Project.objects.create(team=cast.team, title="Empty")
    for queries_expected in (2, 1):
        with CaptureQueriesContext(connection) as queries:
            scripts = tallies.asking_scripts(cast.viewer).rows
            rows = tallies.with_lines([*projects, empty], scripts)
        assert len(queries) == queries_expected
        told = [(row.script_count, row.line_count, row.ready_count) for row in rows]
        assert told == [(1, 2, 1), *[(2, 4, 0)] * (count - 1), (0, 0, 0)]


def _told(project: Project, *, queries: int) -> list[list[object]]:
    """The tallies of a project's scripts: a query for the scripts of each kind, and one where something is counted."""
    with CaptureQueriesContext(connection) as asked:
        counted = tallies.with_counts(project.scripts.order_by("pk"))
        judged = tallies.with_verdicts(project.scripts.order_by("pk"))
    assert len(asked) == queries
    return [_of(counted, tallies.COUNTS), _of(judged, tallies.VERDICTS)]


def _counted(project: Project) -> list[list[object]]:
    counted, judged = project.scripts.with_counts(), project.scripts.with_verdicts()
    return [_of(counted.order_by("pk"), tallies.COUNTS), _of(judged.order_by("pk"), tallies.VERDICTS)]


def _of(scripts: object, names: tuple[str, ...]) -> list[object]:
    return [[getattr(script, name) for name in names] for script in scripts]  # type: ignore[attr-defined]


def test_voices_are_those_of_the_chosen_takes(cast: Cast) -> None:
    project = factories.project(cast.team, lines=2, scripts=2, voice="Neil")
    first, second = project.scripts.order_by("pk")
    factories.ready(first.paragraphs.all()[0], duration_ms=300)
    other = second.paragraphs.all()[0]
    other.voice = "Maia"
    paragraphs.edit(other, project=project, by=None)
    factories.ready(other, duration_ms=500)
    for queries, heard in ((2, {"Neil": 300, "Maia": 500}), (1, {"Neil": 300, "Maia": 500})):
        with CaptureQueriesContext(connection) as asked:
            assert tallies.voices(project.scripts.all()) == heard
        assert len(asked) == queries
    factories.ready(first.paragraphs.all()[1], duration_ms=200)
    assert tallies.voices(project.scripts.all()) == {"Neil": 500, "Maia": 500}


def _play(line: Paragraph) -> None:
    """Give a line music, which no voice speaks."""
    Take.objects.filter(pk=factories.ready(line).pk).update(source=Source.CLIP)


def test_lines_of_a_long_script_that_are_kept_are_not_counted_anew(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resting, "AT_ONCE_LINES", 1)
    project = factories.project(cast.team, lines=3, voice="Neil")
    (script,) = project.scripts.all()
    first, second, third = script.paragraphs.all()
    lineups.of(script)
    for change in (
        lambda: factories.ready(first, duration_ms=300),
        lambda: _play(second),
        lambda: factories.failed(third),
        lambda: _judge(script, cast),
    ):
        change()
        with CaptureQueriesContext(connection) as asked:
            heard = tallies.voices(project.scripts.all())
        assert len(asked) == 3  # the scripts, what left, what changed
        assert heard == {"Neil": 300}
        assert _told(project, queries=2) == _counted(project)
    assert lineups.of(script) == lineups.kept(script.pk, 0)
