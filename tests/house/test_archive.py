"""Nothing of a project is forgotten by its archive: each model and field goes in, or stays out with a reason."""

from django.apps import apps
from django.db import models

from narrator.teams.models import User
from projects.actions.archived import LEFT_OUT, NOUNS, PLAIN_JSON
from projects.actions.archiving import fields
from projects.models import Sound

LISTED = {noun.model: noun for noun in NOUNS}
SECRET = ("token", "password", "secret", "key")


def test_every_model_goes_in_or_stays_out_with_a_reason() -> None:
    there = {model.__name__ for model in apps.get_app_config("projects").get_models()}
    listed = {model.__name__ for model in LISTED}
    assert there - listed - set(LEFT_OUT) == set(), "name it in actions/archived.py: in NOUNS, or in LEFT_OUT"
    assert (listed | set(LEFT_OUT)) - there == set(), "this is no model any more"
    assert listed & set(LEFT_OUT) == set()


def test_every_key_leads_to_what_goes_in_and_every_json_is_known_to_name_rows_or_not() -> None:
    before: set[type[models.Model]] = {User, Sound}
    wrong = []
    for noun in NOUNS:
        for field in fields(noun):
            name = f"{noun.name}.{field.name}"
            if field.is_relation:
                above = field.related_model in before
                if not (above or (field.name in noun.later and field.related_model in LISTED)):
                    wrong.append(f"{name} leads to no row of an archive above it: say why in `without`")
            elif isinstance(field, models.JSONField):
                if (field.name in noun.names_rows) == (name in PLAIN_JSON):
                    wrong.append(f"{name} is JSON: name it in PLAIN_JSON, or in `names_rows` with its remap")
            elif any(word in field.name for word in SECRET):
                wrong.append(f"{name} looks like a secret: name it in `without`")
        wrong += [
            f"{noun.name}.{field.name} names many of what is no person"
            for field in noun.model._meta.many_to_many
            if field.related_model is not User
        ]
        before.add(noun.model)
    assert wrong == []


def test_what_is_named_to_stay_is_there() -> None:
    for noun in NOUNS:
        own = {field.name for field in noun.model._meta.concrete_fields}
        assert set(noun.without) | set(noun.names_rows) | set(noun.later) <= own, noun.name
    assert {f"{noun.name}.{field.name}" for noun in NOUNS for field in fields(noun)} >= PLAIN_JSON
