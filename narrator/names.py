"""The names of tables and fields that Django's admin shows, in the language of whoever looks.

Django makes them of the code's own ("created_at" is called created at). Where such a name stands among the translated
ones, that one takes its place; what migrations know of a model stays as it is.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.utils.translation import override, pgettext_lazy

NAMES = (
    pgettext_lazy("field", "address"),
    pgettext_lazy("field", "at"),
    pgettext_lazy("field", "audit event"),
    pgettext_lazy("field", "audit events"),
    pgettext_lazy("field", "by"),
    pgettext_lazy("field", "created at"),
    pgettext_lazy("field", "kind"),
    pgettext_lazy("field", "language"),
    pgettext_lazy("field", "members"),
    pgettext_lazy("field", "name"),
    pgettext_lazy("field", "team"),
    pgettext_lazy("field", "teams"),
    pgettext_lazy("field", "user"),
    pgettext_lazy("field", "users"),
    pgettext_lazy("field", "who"),
    pgettext_lazy("field", "words"),
)


def give(models: Iterable[type[Model]], names: Iterable[Any]) -> None:
    """Let these models and their fields be called by these names and those above, where they have them in English."""
    with override("en"):
        known = {str(name): name for name in (*NAMES, *names)}
        for model in models:
            meta: Any = model._meta
            meta.verbose_name = known.get(str(meta.verbose_name), meta.verbose_name)
            meta.verbose_name_plural = known.get(str(meta.verbose_name_plural), meta.verbose_name_plural)
            for field in (*meta.local_fields, *meta.local_many_to_many):
                field.verbose_name = known.get(str(field.verbose_name), field.verbose_name)
