"""What Django's admin shows of the work is said in every language: parts, tables, columns, fields, filters and acts."""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.utils.translation import override

from tests.house.test_languages import LETTERS, SAME

OURS = ("teams", "projects")
UNSAID = re.compile(r"\bID\b|SHA-256")


def shown(model: Any, own: Any) -> Iterator[tuple[str, str]]:
    """Where a name stands, and the name."""
    meta = model._meta
    yield meta.app_label, meta.app_config.verbose_name
    yield meta.model_name, meta.verbose_name
    yield meta.model_name, meta.verbose_name_plural
    for field in (*meta.concrete_fields, *meta.many_to_many):
        yield f"{meta.model_name}.{field.name}", field.verbose_name
    for name in own.list_display:
        yield f"{meta.model_name}: {name}", label_for_field(name, model, own)
    for name in own.list_filter:
        yield f"{meta.model_name} by {name}", "" if isinstance(name, str) else name.title
    for title, _ in own.fieldsets or ():
        yield f"{meta.model_name}, fields", title or ""
    for act in own.actions or ():
        found = own.get_action(act)
        yield f"{meta.model_name}, act", found[2] if found else ""


def test_every_name_in_the_admin_is_translated() -> None:
    left, counted = [], 0
    with override("zh-hans"):
        for model, own in admin.site._registry.items():
            for where, name in shown(model, own) if model._meta.app_label in OURS else ():
                counted += 1
                if LETTERS.search(UNSAID.sub("", SAME.sub("", str(name)))):
                    left.append((where, str(name)))
    assert counted > 250, "the admin was not found"
    assert left == []
