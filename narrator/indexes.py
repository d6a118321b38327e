"""Indexes of tables that grow with the lines, made and taken away while the studio runs (docs/deploy.md).

On PostgreSQL nobody waits for them, so their migration is not atomic. On SQLite no table is written anew for them. And
Django draws up its models once for all of them, in place of once for each: that is what migrating costs.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.migrations.operations.base import Operation
from django.db.models import Index, Q

Names = Mapping[str, Sequence[str]]


def where_set(key: str, name: str) -> Index:
    """An index of the rows in which this key is not null: whoever leaves it empty writes none."""
    return Index(fields=[key], condition=Q((f"{key}__isnull", False)), name=name)


class Reindex(Operation):
    """Make indexes, take away others by name, and those that these foreign keys have by themselves.

    Everything by the name of its model.
    """

    def __init__(
        self, add: Mapping[str, Sequence[Index]], remove: Names | None = None, unindex: Names | None = None
    ) -> None:
        self.add, self.remove, self.unindex = add, remove or {}, unindex or {}

    def describe(self) -> str:
        return f"Other indexes of {', '.join(self._models())}"

    def state_forwards(self, app_label: str, state: Any) -> None:
        for name in self._models():
            model = state.models[app_label, name]
            kept = [one for one in model.options["indexes"] if one.name not in self.remove.get(name, ())]
            added = [one.clone() for one in self.add.get(name, ())]
            model.options = {**model.options, "indexes": [*kept, *added]}
            for key in self.unindex.get(name, ()):
                field = model.fields[key].clone()
                field.db_index = False
                model.fields = {**model.fields, key: field}
        state.reload_models([(app_label, name) for name in self._models()], delay=True)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for name in self._models():
            model = to_state.apps.get_model(app_label, name)
            for index in self.add.get(name, ()):
                _add(schema_editor, model, index)
            own = [
                own for key in self.unindex.get(name, ()) for own in _own_indexes(schema_editor, model, key)
            ]
            for gone in (*self.remove.get(name, ()), *own):
                _drop(schema_editor, gone)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for name in self._models():
            model = to_state.apps.get_model(app_label, name)
            for gone in self.remove.get(name, ()):
                _add(schema_editor, model, to_state.models[app_label, name].get_index_by_name(gone))
            for key in self.unindex.get(name, ()):
                field = model._meta.get_field(key)
                schema_editor.execute(schema_editor._create_index_sql(model, fields=[field]))
            for index in self.add.get(name, ()):
                _drop(schema_editor, index.name)

    def _models(self) -> list[str]:
        return list({**self.add, **self.remove, **self.unindex})


def _own_indexes(schema_editor: Any, model: Any, key: str) -> list[str]:
    """The indexes of this column alone, without those that the model asks for by name."""
    named = {index.name for index in model._meta.indexes}
    columns = [model._meta.get_field(key).column]
    found: list[str] = schema_editor._constraint_names(
        model, columns, index=True, unique=False, exclude=named
    )
    return found


def _add(schema_editor: Any, model: Any, index: Index) -> None:
    """Twice is harmless: what an attempt that failed has left on PostgreSQL, which may be half an index, goes first."""
    if _is_postgres(schema_editor):
        _drop(schema_editor, index.name)
        schema_editor.add_index(model, index, concurrently=True)
    else:
        schema_editor.add_index(model, index)


def _drop(schema_editor: Any, name: str) -> None:
    how = "CONCURRENTLY " if _is_postgres(schema_editor) else ""
    schema_editor.execute(f"DROP INDEX {how}IF EXISTS {schema_editor.quote_name(name)}")


def _is_postgres(schema_editor: Any) -> bool:
    return bool(schema_editor.connection.vendor == "postgresql")
