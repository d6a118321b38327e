"""Whether a table says the same in two databases, of different kinds, too: how many rows, and a hash of all of them."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django.db.models import Model

BATCH = 500


class Differs(Exception):
    """A table came over with other rows than were sent, so nothing was kept; ``str()`` says which."""


def insist(models: list[type[Model]], source: str, target: str) -> None:
    """Read all rows of both databases again. Raises Differs."""
    for model in models:
        if fingerprint(model, source) != fingerprint(model, target):
            raise Differs(f"{model._meta.db_table} did not come over as it was, so nothing was kept.")


def fingerprint(model: type[Model], alias: str) -> tuple[int, str]:
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
