"""How takes and calls are found in the admin: by what the checks found, what they cost, and what they failed of."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects.audio.checks import CODES
from projects.models import Take


class FlagFilter(admin.SimpleListFilter):
    """By what the checks found, or by whether they found anything."""

    title = _("flag")
    parameter_name = "flag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("any", gettext("any")), ("none", gettext("none")), *((code, code) for code in CODES)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Take]) -> QuerySet[Take]:
        value = self.value()
        if value == "none":
            return queryset.filter(findings=[])
        if value == "any":
            return queryset.exclude(findings=[])
        # Findings are few and short; the text of the column is the one question that both databases answer alike.
        return queryset.filter(findings__icontains=f'"code": "{value}"') if value in CODES else queryset


class CostFilter(admin.SimpleListFilter):
    """By what its calls came to."""

    title = _("cost")
    parameter_name = "cost"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("free", gettext("nothing")),
            ("paid", gettext("something")),
            ("dear", gettext("more than one call")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Take]) -> QuerySet[Take]:
        paid = Q(cost_micro__gt=0)
        by_value = {"free": ~paid | Q(cost_micro=None), "paid": paid, "dear": paid & Q(call_count__gt=1)}
        value = self.value()
        return queryset.filter(by_value[value]) if value in by_value else queryset


class CodeFilter(admin.SimpleListFilter):
    """By what they failed of; whatever did not fail stands under no code."""

    title = _("error code")
    parameter_name = "error_code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        failed = model_admin.model.objects.exclude(error_code="").order_by("error_code")
        return [(code, code) for code in failed.values_list("error_code", flat=True).distinct()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(error_code=value) if value else queryset
