"""What the database itself refuses: whoever changes a written event has to take the triggers away first."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from narrator.teams import audit
from narrator.teams.models import AuditEvent, AuditKind
from tests.cast import Cast
from tests.conftest import GUARDED


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_what_is_written_stays_as_it_is(cast: Cast) -> None:
    audit.note(AuditKind.MEMBERS, "changed the role of Edgar", by=cast.admin, team=cast.team)
    audit.note(AuditKind.SIGN_IN, "signed in", by=cast.admin)
    event = AuditEvent.objects.last()
    assert event is not None
    before = list(AuditEvent.objects.values())
    changes: list[Callable[[], object]] = [
        event.delete,
        lambda: AuditEvent(pk=event.pk, who="Nobody", kind=AuditKind.SIGN_IN).save(),
        lambda: AuditEvent.objects.update(who="Nobody"),
        lambda: AuditEvent.objects.all()._raw_delete("default"),
        lambda: AuditEvent.objects.bulk_create(
            [event], update_conflicts=True, update_fields=["who"], unique_fields=["id"]
        ),
        *[lambda table=table: run(f"DELETE FROM {table}") for table in ("teams_auditevent",)],
    ]
    if connection.vendor == "sqlite":
        columns = ", ".join(f'"{field.column}"' for field in AuditEvent._meta.fields)
        changes.append(
            lambda: run(f"REPLACE INTO teams_auditevent ({columns}) SELECT {columns} FROM teams_auditevent")
        )
    else:
        changes.append(lambda: run("TRUNCATE teams_auditevent"))
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert list(AuditEvent.objects.values()) == before


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
