"""Tables that are only added to: triggers in the database refuse every change and deletion. Why: docs/adr/0033.

SQLite loses them where a later migration makes the table anew: such a migration ends with ``guard`` again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import RunPython

_SQLITE = {
    "changes": "BEFORE UPDATE ON {table}",
    "deletes": "BEFORE DELETE ON {table}",
    "replaces": "BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)",
}
_POSTGRES = {
    "changes": "BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW",
    "deletes": "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT",
}
_SQLITE_REFUSAL = "BEGIN SELECT RAISE(ABORT, 'what is written here is never changed'); END"
_POSTGRES_REFUSAL = "EXECUTE FUNCTION narrator_append_only()"
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION narrator_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what is written here is never changed' USING ERRCODE = 'restrict_violation'; END $$
"""


def guarded(table: str) -> RunPython:
    """The operation of a migration from which on a table is only added to."""
    return RunPython(_operation(guard, table), _operation(unguard, table))


def guard(connection: BaseDatabaseWrapper, table: str) -> None:
    """Let the database refuse to change or delete what stands in this table."""
    is_postgres = connection.vendor == "postgresql"
    refusal = _POSTGRES_REFUSAL if is_postgres else _SQLITE_REFUSAL
    with connection.cursor() as cursor:
        if is_postgres:
            cursor.execute(_POSTGRES_FUNCTION)
        for name, when in (_POSTGRES if is_postgres else _SQLITE).items():
            cursor.execute(f"CREATE TRIGGER {table}_{name} {when.format(table=table)} {refusal}")


def unguard(connection: BaseDatabaseWrapper, table: str) -> None:
    """Take the triggers away."""
    is_postgres = connection.vendor == "postgresql"
    of_table = f" ON {table}" if is_postgres else ""
    with connection.cursor() as cursor:
        for name in _POSTGRES if is_postgres else _SQLITE:
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{of_table}")


@contextmanager
def lifted(connection: BaseDatabaseWrapper, tables: list[str]) -> Iterator[None]:
    """Have no triggers on these tables as long as the block lasts: for tests, which empty all tables."""
    for table in tables:
        unguard(connection, table)
    yield
    for table in tables:
        guard(connection, table)


def _operation(act: Callable[[BaseDatabaseWrapper, str], None], table: str) -> Callable[[Any, Any], None]:
    return lambda apps, schema_editor: act(schema_editor.connection, table)
