"""A lineup that was brought up to date is what reading all lines gives, whatever was done to them."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from narrator.cache import heavy
from narrator.teams.models import User
from projects.actions import edits, lines, lineups, locks, paragraphs, reviews, takes
from projects.models import Paragraph, Script
from projects.models.reviews import Kind
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_every_change_of_lines_and_takes_is_followed(cast: Cast) -> None:
    project, by = factories.project(cast.team, lines=5, scripts=2), cast.editor
    here, there = project.scripts.order_by("position")
    first, second, third, fourth, fifth = here.paragraphs.all()
    look(here, there)
    for change in (
        lambda: factories.ready(first, duration_ms=300),
        lambda: judge(first, by=by),
        lambda: takes.request(here, here.paragraphs.missing(), by=by),
        lambda: rewrite(fourth, by=by),
        lambda: takes.cancel_waiting(here, by=by),
        lambda: factories.claimed(second),
        lambda: factories.failed(third),
        lambda: rewrite(third, by=by),
        lambda: factories.ready(third),
        lambda: rewrite(third, by=by),
        lambda: edits.undo(here, by=by),
        lambda: lines.remove(here, [first.pk, fourth.pk], by=by),
        lambda: edits.undo(here, by=by),
        lambda: edits.redo(here, by=by),
        lambda: lines.move(here, [third.pk], after=None, to=there, by=by),
        lambda: edits.undo(here, by=by),
        lambda: lines.move(here, [fifth.pk], after=None, to=here, by=by),
        lambda: lines.pause(here, [second.pk], pause_ms=70, by=by),
        lambda: locks.lock(here, [first.pk], by=by),
        lambda: crowd(here),
    ):
        change()
        look(here, there)


def judge(line: Paragraph, *, by: User) -> None:
    now = Paragraph.objects.with_takes().get(pk=line.pk)
    reviews.judge(now, kind=Kind.APPROVED, take_id=now.chosen_id, by=by)


def rewrite(line: Paragraph, *, by: User | None) -> None:
    now = Paragraph.objects.with_takes().get(pk=line.pk)
    now.text += " And more."
    paragraphs.edit(now, project=now.script.project, by=by)


def crowd(script: Script) -> None:
    """So many new lines between two that all behind them are moved on."""
    first, second, *_ = script.paragraphs.all()
    Paragraph.objects.filter(pk=second.pk).update(position=first.position + 1)
    lines.insert(script, ["New.", "Newer."], after=first.pk, by=None)


def look(*scripts: Script) -> None:
    """Bring what is kept of these scripts up to date, and read them whole."""
    for script in scripts:
        script.refresh_from_db()
    brought = [lineups.of(script) for script in scripts]
    heavy.clear()
    assert brought == [lineups.of(script) for script in scripts]
    for script, lineup in zip(scripts, brought, strict=True):
        rows = script.paragraphs.with_takes()
        assert [line[:3] for line in json.loads(lineup.told())] == [[r.pk, r.position, r.mark] for r in rows]
        counted = (
            Script.objects.with_counts().get(pk=script.pk),
            Script.objects.with_verdicts().get(pk=script.pk),
        )
        assert lineup.tally == {
            name: value for row in counted for name, value in vars(row).items() if name in lineup.tally
        }
        waiting = {r.pk for r in rows if r.latest and r.latest.is_active and r.latest.digest == r.digest}
        missing = set(script.paragraphs.missing().values_list("pk", flat=True))
        assert set(lineup.to_make(script).values_list("pk", flat=True)) == missing - waiting


def test_bringing_it_up_to_date_is_two_queries_however_much_changed(cast: Cast) -> None:
    script = factories.script(cast.team, lines=4)
    for queries, changed in ((1, 0), (0, 0), (2, 1), (2, 3)):
        for line in script.paragraphs.all()[:changed]:
            factories.ready(line, duration_ms=200)
        script.refresh_from_db()
        with CaptureQueriesContext(connection) as asked:
            assert lineups.of(script).tally["ready_count"] == changed
        assert len(asked) == queries


def test_what_are_many_to_make_is_not_named_one_by_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    script = factories.script(cast.team, lines=3)
    factories.ready(script.paragraphs.all()[0])
    script.refresh_from_db()
    monkeypatch.setattr(lineups, "MOST_NAMED", 1)
    assert lineups.of(script).to_make(script).query.where == script.paragraphs.missing().query.where
    assert lineups.of(script).to_make(script).count() == 2
