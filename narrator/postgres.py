"""Cursors of PostgreSQL's for narrator/direct.py: statements that it plans once, and several in one roundtrip.

It loads psycopg, which a studio on SQLite has no use for.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from django.db import connection
from psycopg import Cursor
from psycopg.abc import Params, PQGen, Query

Rows = list[tuple[Any, ...]]


class QuietCursor(Cursor[Any]):
    """Hands a statement to a pipeline and waits for nothing: the pipeline's end brings all answers.

    psycopg's own looks after each statement whether something came, and gives Python's lock away for it.
    """

    def _execute_gen(self, query: Query, params: Params | None = None, **how: bool | None) -> PQGen[None]:
        yield from self._start_query(query)
        yield from self._maybe_prepare_gen(self._convert_query(query, params), **how)


def cursor(kind: type[Cursor[Any]] = Cursor) -> Any:
    """A cursor whose statements the database plans once for each connection: their values come beside the text."""
    connection.close_if_health_check_failed()  # as Django's own cursors do: connections are kept for good
    connection.ensure_connection()
    return connection._prepare_cursor(kind(connection.connection))  # type: ignore[attr-defined]


def answers(statements: Sequence[tuple[str, list[Any]]]) -> list[Rows]:
    """The rows of each of these statements, which run one after the other. One roundtrip, in a new transaction two."""
    with ExitStack() as stack:
        cursors = [stack.enter_context(cursor(QuietCursor)) for _ in statements]
        with connection.wrap_database_errors, connection.connection.pipeline():
            for one, (sql, params) in zip(cursors, statements, strict=True):
                one.execute(sql, params)
        return [list(one.fetchall()) for one in cursors]
