"""What the database itself refuses: whoever changes a written event has to take the triggers away first."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from narrator.teams import audit
from narrator.teams.models import AuditEvent, AuditKind
from projects.actions import activity
from projects.models import ActKind
from tests.cast import Cast
from tests.conftest import GUARDED


def rows(table: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return list(cursor.fetchall())


@pytest.mark.parametrize("table", GUARDED)
def test_sql_changes_nothing_of_it(cast: Cast, table: str) -> None:
    audit.note(AuditKind.MEMBERS, "changed the role of Edgar", by=cast.admin, team=cast.team)
    activity.note(ActKind.MONEY, "changed the cap", by=cast.admin, team_id=cast.team.pk)
    before = rows(table)
    changes = [f"DELETE FROM {table}", f"UPDATE {table} SET who = 'Nobody'"]
    if connection.vendor == "sqlite":
        changes.append(f"REPLACE INTO {table} SELECT * FROM {table}")
    else:
        changes.append(f"TRUNCATE {table}")
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert rows(table) == before
    assert len(before) == 1


def test_django_changes_nothing_of_it(cast: Cast) -> None:
    audit.note(AuditKind.MEMBERS, "changed the role of Edgar", by=cast.admin, team=cast.team)
    event = AuditEvent.objects.get()
    changed: list[Callable[[], object]] = [
        event.delete,
        lambda: AuditEvent(pk=event.pk, who="Nobody", kind=AuditKind.SIGN_IN).save(),
        lambda: AuditEvent.objects.update(who="Nobody"),
        lambda: AuditEvent.objects.bulk_create(
            [event], update_conflicts=True, update_fields=["who"], unique_fields=["id"]
        ),
    ]
    for change in changed:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert str(AuditEvent.objects.get()) == "Ada changed the role of Edgar"


def test_every_guarded_table_has_its_triggers(db: None) -> None:
    """A migration that makes a table anew on SQLite loses them; then it has to guard the table again."""
    catalogue = (
        "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT event_object_table FROM information_schema.triggers"
    )
    with connection.cursor() as cursor:
        cursor.execute(catalogue)
        assert {row[0] for row in cursor.fetchall()} == set(GUARDED)


def test_names_stay_when_people_and_teams_go(cast: Cast) -> None:
    audit.note(AuditKind.MEMBERS, "left the team", by=cast.editor, team=cast.team)
    cast.editor.delete()
    cast.team.delete()
    assert str(AuditEvent.objects.get()) == "Edgar left the team"
