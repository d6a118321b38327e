"""All rows of a database in one SQLite file, and back into any database: so a backup moves between kinds, too."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connections, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from narrator.backups import comparison

ALIAS = "backup"
AT_ONCE = 500


@contextmanager
def opened(path: Path) -> Iterator[str]:
    """Let Django know a SQLite file as another database; gives its alias."""
    described = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}
    connections.settings[ALIAS] = connections.configure_settings({"default": {}, ALIAS: described})[ALIAS]
    try:
        yield ALIAS
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.settings[ALIAS]


def save(path: Path, *, using: str = "default") -> None:
    """Write every row of a database, as it is at one moment, to a new SQLite file. Nobody who writes waits for it."""
    if connections[using].vendor == "sqlite":
        with (
            closing(
                sqlite3.connect(f"file:{connections[using].settings_dict['NAME']}?mode=ro", uri=True)
            ) as own,
            closing(sqlite3.connect(path)) as target,
        ):
            own.backup(target)
        return
    with opened(path) as target:
        _make_tables(target)
        with transaction.atomic(using=using):
            with connections[using].cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            copy(source=using, target=target)
            _copy(MigrationRecorder.Migration, using, target)


def _make_tables(using: str) -> None:
    """The tables as the models are, in an empty database, without the migrations that led there."""
    with connections[using].schema_editor() as editor:
        recorded: type[models.Model] = MigrationRecorder.Migration
        for model in (*_models(), recorded):
            if not model._meta.auto_created:  # it is made with the model that it belongs to
                editor.create_model(model)


def load(path: Path, *, using: str = "default") -> None:
    """Put the rows of such a file into an empty, migrated database."""
    with opened(path) as source:
        call_command("migrate", database=source, verbosity=0, interactive=False)
        copy(source=source, target=using)


def copy(*, source: str, target: str) -> None:
    """Copy every row; in the target there is nothing but what migrating has put there. All or nothing.

    Then both are read again and compared. Raises comparison.Differs.
    """
    connection, every = connections[target], _models()
    with transaction.atomic(using=target):
        for model in every:
            rows = model._base_manager.using(target).all()
            if rows.exists():
                rows._raw_delete(using=target)
        for model in every:
            _copy(model, source, target)
        for statement in connection.ops.sequence_reset_sql(no_style(), every):
            with connection.cursor() as cursor:
                cursor.execute(statement)
        comparison.insist(every, source, target)


def _copy(model: type[models.Model], source: str, target: str) -> None:
    """The rows of one table as they are: no field fills itself in, and no signal is sent."""
    fields = model._meta.local_concrete_fields
    rows = model._base_manager.using(source).order_by("pk").iterator(chunk_size=AT_ONCE)
    while some := list(islice(rows, AT_ONCE)):
        size = connections[target].ops.bulk_batch_size(fields, some)
        for start in range(0, len(some), size):
            manager: Any = model._base_manager.using(target)
            manager._insert(some[start : start + size], fields=fields, using=target, raw=True)


def _models() -> list[type[models.Model]]:
    """Every model with a table of its own, the tables between two of them included."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]


def applied(*, using: str = "default") -> list[str]:
    """The migrations that a database has, as ``app.name``."""
    executor = MigrationExecutor(connections[using])
    return sorted(f"{app}.{name}" for app, name in executor.loader.applied_migrations)


def known() -> set[str]:
    """The migrations that this Narrator has."""
    executor = MigrationExecutor(connections["default"])
    return {f"{app}.{name}" for app, name in executor.loader.disk_migrations}
