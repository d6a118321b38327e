"""Moving every row into another kind of database: ``manage.py copy_database``, from SQLite to PostgreSQL.

Row by row, in one transaction of the target, with numbers, moments and secrets as they are. Then all of it is read
again from the target and compared, so that a move is right or has not happened.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import dj_database_url
from django.apps import apps
from django.core.management.color import no_style
from django.db import DataError, connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model
from django.db.models.sql import InsertQuery

BATCH = 500


class CannotMove(Exception):
    """The move has not happened, and the target is as it was; ``str()`` says why and what to do."""


def open_source(url: str) -> str:
    """Make the database at this address known, for reading; returns its alias."""
    config = dict(dj_database_url.parse(url))
    if str(config["ENGINE"]).endswith("sqlite3"):
        # Whoever writes meanwhile waits until the move is over.
        config["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20}
    connections.settings["source"] = connections.configure_settings({"default": config})["default"]
    return "source"


def copy(source: str, target: str, *, tell: Callable[[str, int], None]) -> dict[str, int]:
    """Copy all rows; return how many of each table. ``tell`` hears of each table when it is compared.

    The target has all migrations and nobody's account: what its migrations have put there makes way. Raises CannotMove.
    """
    models = [model for model in apps.get_models(include_auto_created=True) if _has_a_table(model)]
    with transaction.atomic(using=source), transaction.atomic(using=target):
        _insist_on_the_same_tables(source, target)
        _empty(models, target)
        prints = {model: _copied(model, source, target) for model in models}
        _go_on_counting(models, target)
        connections[target].check_constraints()
        counts = {}
        for model, (count, digest) in prints.items():
            if _fingerprint(model, target) != (count, digest):
                raise CannotMove(
                    f"{model._meta.db_table} is not the same in the target. Nothing was kept there."
                )
            tell(model._meta.db_table, count)
            counts[model._meta.db_table] = count
    return counts


def _has_a_table(model: type[Model]) -> bool:
    return model._meta.managed and not model._meta.proxy


def _insist_on_the_same_tables(source: str, target: str) -> None:
    of_source, of_target = (
        set(MigrationRecorder(connections[alias]).applied_migrations()) for alias in (source, target)
    )
    if of_source != of_target:
        raise CannotMove(
            "The two databases have not the same migrations. Run manage.py migrate with this version on both: "
            "once with the old DATABASE_URL, once with the new one."
        )


def _empty(models: list[type[Model]], target: str) -> None:
    """Make way in a database that nobody uses yet."""
    people = apps.get_model("teams", "User")
    if people._base_manager.using(target).exists():
        raise CannotMove("There are people in the target already. Give an empty database.")
    names = [
        model._meta.db_table for model in models if model._base_manager.using(target).order_by().exists()
    ]
    with connections[target].cursor() as cursor:
        for name in names:
            cursor.execute(f"DELETE FROM {connections[target].ops.quote_name(name)}")  # noqa: S608 - our own name


def _copied(model: type[Model], source: str, target: str) -> tuple[int, str]:
    count, digest, fields = 0, hashlib.sha256(), _fields(model)
    for rows in _batches(model, source):
        query = InsertQuery(model)
        query.insert_values(fields, rows, raw=True)  # raw: moments that are set by saving stay as they were
        try:
            query.get_compiler(using=target).execute_sql()
        except (DataError, ValueError) as error:
            where = f"{model._meta.db_table}, between the rows {rows[0].pk} and {rows[-1].pk}"
            raise CannotMove(f"The target does not take {where}: {str(error).strip()}") from error
        for row in rows:
            digest.update(_canonical(row, fields))
        count += len(rows)
    return count, digest.hexdigest()


def _fingerprint(model: type[Model], alias: str) -> tuple[int, str]:
    """How many rows a table has, and a hash of all of them in the order of their keys."""
    count, digest, fields = 0, hashlib.sha256(), _fields(model)
    for rows in _batches(model, alias):
        for row in rows:
            digest.update(_canonical(row, fields))
        count += len(rows)
    return count, digest.hexdigest()


def _batches(model: type[Model], alias: str) -> Iterator[list[Model]]:
    """All rows by their keys. A database that sorts text in its own way reads such keys in another order."""
    rows = model._base_manager.using(alias)
    if model._meta.pk.get_internal_type().endswith(("CharField", "TextField")):
        keys = sorted(rows.values_list("pk", flat=True))
    else:
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(keys), BATCH):
        found = rows.in_bulk(keys[at : at + BATCH])
        yield [found[key] for key in keys[at : at + BATCH]]


def _fields(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.generated]


def _canonical(row: Model, fields: list[Any]) -> bytes:
    values = [_plain(getattr(row, field.attname)) for field in fields]
    return json.dumps(values, sort_keys=True, default=str).encode()


def _plain(value: Any) -> Any:
    """A value as both kinds of databases give it back: one keeps 1e16 in JSON as a whole number."""
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


def _go_on_counting(models: list[type[Model]], target: str) -> None:
    """The next row gets the next number."""
    statements = connections[target].ops.sequence_reset_sql(no_style(), models)
    with connections[target].cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
