"""Connections to PostgreSQL: is one still there, statements that are planned once, and several in one roundtrip.

Only narrator/direct.py asks for more than Django knows of a connection.
"""

import select
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from django.db.backends.postgresql import base
from psycopg import Cursor
from psycopg.abc import Params, PQGen, Query
from psycopg.pq import TransactionStatus

Rows = list[tuple[Any, ...]]

# So long a server that answered is taken to be there as long as it has not hung up.
ASKED_EACH_S = 5.0


class QuietCursor(Cursor[Any]):
    """Hands a statement to a pipeline and waits for nothing: the pipeline's end brings all answers.

    psycopg's own looks after each statement whether something came, and gives Python's lock away for it.
    """

    def _execute_gen(self, query: Query, params: Params | None = None, **how: bool | None) -> PQGen[None]:
        yield from self._start_query(query)
        yield from self._maybe_prepare_gen(self._convert_query(query, params), **how)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that is kept for good."""

    _answered_at = float("-inf")

    def is_usable(self) -> bool:
        """Whether the server is still there. Django asks it at the beginning of each request, a roundtrip for nothing.

        A server that stops, or ends this connection, says so and hangs up, and that can be seen without a question.
        What is lost without a word, as with a machine that loses its power, takes one; so it is asked now and then.
        """
        if self._is_quiet() and time.monotonic() - self._answered_at < ASKED_EACH_S:
            return True
        usable = bool(super().is_usable())
        if usable:
            self._answered_at = time.monotonic()
        return usable

    def _is_quiet(self) -> bool:
        """Whether the connection is open, between two transactions, with nothing to read and no error behind it."""
        connection = self.connection
        if connection is None or connection.closed or self.errors_occurred:
            return False
        if connection.info.transaction_status != TransactionStatus.IDLE:
            return False
        unread = select.poll()
        unread.register(connection.fileno(), select.POLLIN)
        return not unread.poll(0)

    def planning_cursor(self, kind: type[Cursor[Any]] = Cursor) -> Any:
        """A cursor whose statements the server plans once for each connection: their values come beside the text."""
        self.close_if_health_check_failed()  # as Django's own cursors do
        self.ensure_connection()
        return self._prepare_cursor(kind(self.connection))  # type: ignore[attr-defined]

    def answers(self, statements: Sequence[tuple[str, list[Any]]]) -> list[Rows]:
        """The rows of these statements, which run one after the other: one roundtrip, in a new transaction two."""
        with ExitStack() as stack:
            cursors = [stack.enter_context(self.planning_cursor(QuietCursor)) for _ in statements]
            with self.wrap_database_errors, self.connection.pipeline():
                for one, (sql, params) in zip(cursors, statements, strict=True):
                    one.execute(sql, params)
            return [list(one.fetchall()) for one in cursors]
