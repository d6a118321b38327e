"""Rows by the million, written by the database itself: the same SQL on SQLite and on PostgreSQL, and what differs."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

SHA = "MD5(CAST({n} AS text)) || MD5(CAST(-{n} AS text))"


class Dialect:
    """How a database says it. ``i`` is the number of a row, from 1."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.is_postgres = connection.vendor == "postgresql"

    def counted(self, most: int) -> str:
        """Rows ``i`` from 1 to ``most``."""
        if self.is_postgres:
            return f"generate_series(1::bigint, {most}::bigint) AS counted(i)"
        more = f"SELECT i + 1 FROM n WHERE i < {most}"
        return f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL {more}) SELECT i FROM n) AS counted"

    def moment(self, seconds: str) -> str:
        """So many seconds after 1970."""
        if self.is_postgres:
            return f"to_timestamp({seconds})"
        return f"strftime('%Y-%m-%d %H:%M:%S', {seconds}, 'unixepoch')"

    def data(self, size: int) -> str:
        """So many bytes, other ones in each row."""
        if self.is_postgres:
            return f"decode(repeat(md5(i::text), {size // 16}), 'hex')"
        return f"CAST(REPEAT(MD5(CAST(i AS text)), {size // 32}) AS BLOB)"

    def bytes(self, value: bytes) -> str:
        return f"'\\x{value.hex()}'::bytea" if self.is_postgres else f"x'{value.hex()}'"

    def json(self, text: str) -> str:
        return f"'{text}'::jsonb" if self.is_postgres else f"'{text}'"

    def insert(self, model: Any, source: str, columns: dict[str, str]) -> None:
        """Write a row for each of the source: these columns as SQL, all others as Django has them by default."""
        names, values, params = [], [], []
        for field in model._meta.concrete_fields:
            names.append(self.connection.ops.quote_name(field.column))
            values.append(columns.get(field.column, "%s").replace("%%", "%"))
            if field.column not in columns:
                params.append(field.get_db_prep_save(field.get_default(), self.connection))
        select = ", ".join(value if value == "%s" else value.replace("%", "%%") for value in values)
        into = f"INSERT INTO {model._meta.db_table} ({', '.join(names)})"
        with self.connection.cursor() as cursor:
            cursor.execute(f"{into} SELECT {select} FROM {source}", params)

    @contextmanager
    def quick(self, models: Iterable[Any]) -> Iterator[None]:
        """Without indexes and checks while the block lasts; with statistics and right sequences behind it."""
        from django.core.management.color import no_style
        from django.db import transaction

        models = list(models)
        tables = [model._meta.db_table for model in models]
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SET session_replication_role = replica" if self.is_postgres else "PRAGMA foreign_keys = OFF"
            )
            indexes = self._indexes(cursor, tables)
            for name in indexes:
                cursor.execute(f'DROP INDEX "{name}"')
            with transaction.atomic():
                yield
            if self.is_postgres:
                cursor.execute("SET maintenance_work_mem = '1GB'")
            for sql in indexes.values():
                cursor.execute(sql)
            for sql in self.connection.ops.sequence_reset_sql(no_style(), models) if self.is_postgres else ():
                cursor.execute(sql)
            cursor.execute(
                "SET session_replication_role = DEFAULT" if self.is_postgres else "PRAGMA foreign_keys = ON"
            )
            if (
                self.is_postgres
            ):  # as it does by itself sooner or later; SQLite's planner goes by its rules alone
                cursor.execute("VACUUM ANALYZE")

    def _indexes(self, cursor: Any, tables: list[str]) -> dict[str, str]:
        """The indexes of these tables that no constraint needs, with the SQL that makes each again."""
        marks = ", ".join(["%s"] * len(tables))
        if self.is_postgres:
            cursor.execute(
                "SELECT indexname, indexdef FROM pg_indexes JOIN pg_class ON relname = indexname "
                "LEFT JOIN pg_constraint ON conindid = pg_class.oid "
                f"WHERE conindid IS NULL AND tablename IN ({marks})",
                tables,
            )
        else:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master "
                f"WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({marks})",
                tables,
            )
        return dict(cursor.fetchall())
