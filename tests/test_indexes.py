"""The database has the indexes that the models ask for and no other, and a Reindex can be taken back."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.migrations.state import ModelState, ProjectState

from narrator.indexes import Reindex

pytestmark = pytest.mark.django_db
OURS = ("projects", "teams")


def _asked_for(model: Any) -> list[str]:
    """The indexes of a model: by name, or by the column of a field that has one of its own."""
    fields = [one.column for one in model._meta.local_fields if one.db_index and not one.unique]
    return sorted([*(index.name for index in model._meta.indexes), *fields])


def _there(database: Any, model: Any) -> list[str]:
    with database.cursor() as cursor:
        found = database.introspection.get_constraints(cursor, model._meta.db_table)
    named = {index.name for index in model._meta.indexes}
    plain = {
        name: one
        for name, one in found.items()
        if one["index"] and not one["unique"] and not name.endswith("_like")  # PostgreSQL's second, of texts
    }
    return sorted(
        name if name in named or len(one["columns"]) > 1 else one["columns"][0] for name, one in plain.items()
    )


def test_tables_have_the_indexes_that_models_ask_for() -> None:
    for label in OURS:
        for model in apps.get_app_config(label).get_models(include_auto_created=True):
            assert _there(connection, model) == _asked_for(model), model


@pytest.mark.one_database
def test_a_reindex_goes_forwards_and_backwards() -> None:
    database = DatabaseWrapper({**connection.settings_dict, "NAME": ":memory:"})
    before = ProjectState()
    fields = [("id", models.AutoField(primary_key=True)), ("at", models.DateTimeField(db_index=True))]
    options = {"indexes": [models.Index(fields=["at", "id"], name="in_order")]}
    before.add_model(ModelState("made", "Thing", fields, options))
    act = Reindex(
        add={"thing": [models.Index(fields=["at"], condition=models.Q(at__isnull=False), name="seldom")]},
        remove={"thing": ["in_order"]},
        unindex={"thing": ["at"]},
    )
    after = before.clone()
    act.state_forwards("made", after)
    thing = before.apps.get_model("made", "Thing")
    with database.schema_editor() as editor:
        editor.create_model(thing)
    assert _there(database, thing) == ["at", "in_order"]
    with database.schema_editor() as editor:
        act.database_forwards("made", editor, before, after)
    assert _there(database, after.apps.get_model("made", "Thing")) == ["seldom"]
    assert _asked_for(after.apps.get_model("made", "Thing")) == ["seldom"]
    with database.schema_editor() as editor:
        act.database_backwards("made", editor, after, before)
    assert _there(database, thing) == ["at", "in_order"]
    database.close()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite makes an index whole or not at all")
@pytest.mark.django_db(transaction=True)
def test_a_reindex_that_was_broken_off_can_be_run_again() -> None:
    before = ProjectState()
    fields = [("id", models.AutoField(primary_key=True)), ("at", models.DateTimeField())]
    before.add_model(ModelState("made", "Thing", fields, {"indexes": []}))
    act = Reindex(add={"thing": [models.Index(fields=["at"], name="in_order")]})
    after = before.clone()
    act.state_forwards("made", after)
    thing = before.apps.get_model("made", "Thing")
    with connection.schema_editor() as editor:
        editor.create_model(thing)
    try:
        for _ in range(2):
            with connection.schema_editor(atomic=False) as editor:
                act.database_forwards("made", editor, before, after)
        assert _there(connection, after.apps.get_model("made", "Thing")) == ["in_order"]
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(thing)
