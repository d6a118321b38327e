"""What the hot pages and the workers ask of the database does not read whole tables: docs/scale.md has why it matters.

The plans of SQLite, which plans by its rules alone, however few rows there are. PostgreSQL plans by what it has
counted, so its plans are looked at with ten million lines (`python -m bench scale`).
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from narrator.teams.models import User
from projects.actions import claims, takes
from projects.actions.roster import Roster
from projects.models import Project
from tests import factories
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

GROWING = ("take", "paragraph", "call", "sound", "verdict", "comment", "edit", "change", "run", "script")


def plans(work: Callable[[], object]) -> Iterator[tuple[str, str]]:
    """What a piece of work asks for: each statement with each step of its plan."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params[0] if many else params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        work()
    with connection.cursor() as cursor:
        for sql, params in asked:
            if sql.lstrip("( ").startswith(("SELECT", "UPDATE", "WITH")):
                cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
                yield from ((sql, step) for *_, step in cursor.fetchall())


def read_whole(work: Callable[[], object]) -> list[str]:
    """The statements that read a growing table from one end to the other."""
    scans = tuple(f"SCAN projects_{table}" for table in GROWING)
    return [f"{step}: {sql}" for sql, step in plans(work) if step.startswith(scans) and "INDEX" not in step]


@pytest.fixture
def project(cast: Cast) -> Project:
    row = factories.project(cast.team, lines=3, scripts=2)
    script = row.scripts.all()[0]
    factories.ready(script.paragraphs.all()[0], duration_ms=200)
    takes.request(script, script.paragraphs.missing(), by=cast.editor)
    return row


def test_pages_read_no_growing_table_whole(
    cast: Cast, project: Project, sign_in: Callable[[User], Client]
) -> None:
    client, script = sign_in(cast.owner), project.scripts.all()[0]
    line = script.paragraphs.all()[0]
    for path in (
        "/",
        f"/projects/{project.pk}/",
        f"/projects/{project.pk}/review/",
        f"/projects/{project.pk}/activity/",
        f"/projects/{project.pk}/pickups/",
        f"/teams/{project.team_id}/activity/",
        f"/scripts/{script.pk}/",
        f"/scripts/{script.pk}/order/",
        f"/scripts/{script.pk}/window/?from=0&to=999999",
        f"/scripts/{script.pk}/changes/?since=0&seen=",
        f"/scripts/{script.pk}/search/?q=lamp",
        f"/scripts/{script.pk}/replace/?q=lamp&everywhere=on",
        f"/scripts/{script.pk}/review/",
        f"/paragraphs/{line.pk}/",
        "/review/",
        "/runs/",
        "/usage/",
    ):
        assert (path, read_whole(lambda path=path: client.get(path))) == (path, [])  # type: ignore[misc]


def test_workers_read_no_growing_table_whole(cast: Cast, project: Project) -> None:
    line = project.scripts.all()[1].paragraphs.all()[0]
    works = {
        "roster": lambda: Roster().look(),
        "claim": lambda: claims.claim(worker="growth"),
        "sweep": claims.sweep,
        "request": lambda: takes.request(line.script, [line], by=None, fresh=True),
    }
    for name, work in works.items():
        assert (name, read_whole(work)) == (name, [])  # type: ignore[arg-type]


def test_the_trail_lists_takes_made_by_hand_verdicts_and_comments_from_their_indexes(
    cast: Cast, project: Project, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(cast.owner)
    for path, indexes in (
        (f"/projects/{project.pk}/activity/", ("take_by_hand", "verdict_of_project", "comment_of_project")),
        (
            f"/teams/{project.team_id}/activity/",
            ("take_by_hand_of_team", "verdict_of_team", "comment_of_team"),
        ),
    ):
        steps = [step for _, step in plans(lambda path=path: client.get(path))]  # type: ignore[misc]
        for index in indexes:
            assert any(f" INDEX {index} " in step for step in steps), (index, steps)


def test_a_project_asks_only_the_lines_that_name_a_voice_whether_it_is_known(
    cast: Cast, project: Project, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(cast.owner)
    steps = [step for _, step in plans(lambda: client.get(f"/projects/{project.pk}/"))]
    assert any("USING INDEX paragraph_own_voice" in step for step in steps), steps


def test_a_poll_reads_the_lines_that_changed_and_no_others(
    cast: Cast, project: Project, sign_in: Callable[[User], Client]
) -> None:
    client, script = sign_in(cast.owner), project.scripts.all()[0]
    path = f"/scripts/{script.pk}/changes/?since=0&seen="
    client.get(path)  # the first one reads the lineup
    steps = [step for _, step in plans(lambda: client.get(path))]
    by_change = [step for step in steps if "USING INDEX paragraph_changes" in step]
    assert by_change
    assert all("version>?" in step for step in by_change), by_change
