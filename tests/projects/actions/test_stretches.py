"""Stretches that were brought up to date are what adding up all lines gives, whatever was done to them."""

import contextlib
import random
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from narrator.cache import heavy, own
from narrator.teams.models import User
from projects.actions import edits, figures, lines, stretches, trims
from projects.audio.finish import PRESETS
from projects.audio.stretches import Stretch
from projects.audio.trim import Trim
from projects.models import Project
from projects.models.paragraphs import STEP
from tests import factories
from tests.cast import Cast
from tests.projects.actions.test_lineups import crowd

FINISH = PRESETS["podcast"]
ACTS = ["take", "take", "trim", "pause", "move", "move", "remove", "insert", "crowd", "undo", "undo", "redo"]


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_done_to_lines_is_followed(
    cast: Cast, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretches, "POSITIONS", 2 * STEP)
    project = factories.project(cast.team, lines=5, scripts=2, pause_ms=0)
    chance = random.Random(seed)
    for act in ["take", "take", *chance.choices(ACTS, k=16)]:
        do(act, project, chance, by=cast.editor)
        brought = added_up(project)
        heavy.clear()
        assert added_up(project) == brought, act


def do(act: str, project: Project, chance: random.Random, *, by: User) -> None:
    here, there = chance.choices(project.scripts.all(), k=2)
    line, other = chance.choices(here.paragraphs.with_takes(), k=2)
    match act:
        case "take":
            factories.ready(line, duration_ms=chance.randrange(200, 400))
        case "trim" if line.chosen and not line.chosen.trim:
            trims.trim(line.chosen, Trim(head_ms=40), by=by)
        case "pause":
            lines.pause(here, [line.pk], pause_ms=chance.choice([None, 0, 170]), by=by)
        case "move":
            after = chance.choice([None, *there.paragraphs.values_list("pk", flat=True)])
            lines.move(here, {line.pk, other.pk}, after=after, to=there, by=by)
        case "remove" if here.paragraphs.count() > 2:
            lines.remove(here, [line.pk], by=by)
        case "insert":
            lines.insert(here, ["New."], after=line.pk, by=by)
        case "crowd":
            crowd(here)
        case "undo" | "redo":
            with contextlib.suppress(edits.NothingLeft, edits.ChangedSince):
                getattr(edits, act)(here, by=by)


def added_up(project: Project) -> dict[int, list[Stretch]]:
    return stretches.of(project, project.scripts.all(), FINISH)


def test_in_stretches_they_are_as_long_as_in_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    project = factories.project(cast.team, lines=5, pause_ms=0, title_pause_ms=70)
    finish = replace(FINISH, crossfade_ms=30)
    script = project.scripts.get()
    factories.all_ready(script, duration_ms=230)
    first, second, *_ = script.paragraphs.all()
    lines.mark(script, [second.pk], kind="title", by=cast.editor)
    whole = figures.of_book(project, project.scripts.all(), finish=finish)
    own.clear()
    monkeypatch.setattr(stretches, "POSITIONS", STEP)
    parted = figures.of_book(project, project.scripts.all(), finish=finish)
    assert replace(parted, loudness_lufs=whole.loudness_lufs) == whole
    assert parted.loudness_lufs == pytest.approx(whole.loudness_lufs, abs=0.02)


def test_bringing_them_up_to_date_asks_of_each_script_that_changed(cast: Cast) -> None:
    project = factories.project(cast.team, lines=2, scripts=4)
    # What came, what left, and the stretch in which something did; of PostgreSQL in two roundtrips.
    for queries, changed in ((1, 0), (0, 0), (3, 1), (9, 3)):
        for script in project.scripts.all()[:changed]:
            factories.ready(script.paragraphs.all()[0], duration_ms=200)
        scripts = list(project.scripts.all())
        with CaptureQueriesContext(connection) as asked:
            stretches.of(project, scripts, FINISH)
        assert len(asked) == queries


def test_where_very_many_scripts_changed_they_are_read_whole(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stretches, "MOST_NAMED", 2)
    project = factories.project(cast.team, lines=1, scripts=3)
    added_up(project)
    for script in project.scripts.all():
        factories.all_ready(script, duration_ms=200)
    with CaptureQueriesContext(connection) as asked:
        brought = added_up(project)
    assert len(asked) == 2
    heavy.clear()
    assert added_up(project) == brought
