"""A move takes every row as it is, or has not happened. On PostgreSQL: to SQLite, and back into an emptied one."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from narrator import moving
from narrator.teams import audit
from narrator.teams.models import AuditKind, Team, User
from projects.models import Sound, Take
from tests import cast as casting
from tests import factories, migrated

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """An SQLite with tables and without rows."""
    path = tmp_path / "narrator.sqlite3"
    if not migrated.copy(path):
        pytest.skip("these tests were started without a migrated file: python -m tests.run")
    yield path
    if "source" in connections.settings:
        connections["source"].close()
        del connections["source"], connections.settings["source"]


def filled() -> None:
    cast = casting.assemble()
    project = factories.project(cast.team, lines=3, scripts=2)
    for script in project.scripts.all():
        factories.all_ready(script, duration_ms=200)
    audit.note(AuditKind.TOKENS, "made the API token X", by=cast.owner)


def rows() -> list[tuple[object, ...]]:
    """What must not change by a move: numbers, moments, figures, pictures."""
    takes = Take.objects.order_by("pk").values_list("pk", "created_at", "audio_sha256", "peaks", "digest")
    return [
        *((pk, at, sha, bytes(peaks), digest) for pk, at, sha, peaks, digest in takes),
        *Sound.objects.order_by("pk").values_list("pk", "loudness_lufs"),
        *User.objects.order_by("pk").values_list("pk", "email", "password"),
    ]


def opened(file: Path) -> str:
    """The alias of this file; Django's tests let nobody connect to a new one but by hand."""
    alias = moving.open_source(f"sqlite:///{file}")
    connections[alias].connect()
    return alias


def test_every_row_goes_over_and_counting_goes_on(file: Path) -> None:
    filled()
    before, last = rows(), Team.objects.order_by("pk").last()
    target = opened(file)
    told: dict[str, int] = {}
    counts = moving.copy("default", target, tell=told.__setitem__)
    assert told == counts
    assert (counts["projects_take"], counts["teams_auditevent"]) == (6, 1)
    assert Take.objects.using(target).count() == 6
    with pytest.raises(moving.CannotMove, match="There are people in the target already"):
        moving.copy("default", target, tell=told.__setitem__)
    call_command("flush", interactive=False, verbosity=0)
    assert not User.objects.exists()
    said = io.StringIO()
    call_command("copy_database", f"sqlite:///{file}", stdout=said)
    assert f"{sum(counts.values())} rows of {len(counts)} tables are the same" in said.getvalue()
    assert rows() == before
    assert Team.objects.create(name="The next").pk > last.pk  # type: ignore[union-attr]


@pytest.mark.one_database
def test_a_row_that_comes_over_otherwise_leaves_the_target_as_it_was(file: Path) -> None:
    filled()
    target = opened(file)
    with connections[target].cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER odd AFTER INSERT ON projects_script BEGIN "
            "UPDATE projects_script SET title = 'another' WHERE id = NEW.id; END"
        )
    with pytest.raises(moving.CannotMove, match="projects_script is not the same in the target"):
        moving.copy("default", target, tell=lambda table, count: None)
    assert not User.objects.using(target).exists()
    with connections[target].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'projects'")
    with pytest.raises(CommandError, match="have not the same migrations"):
        call_command("copy_database", f"sqlite:///{file}", stdout=io.StringIO())
