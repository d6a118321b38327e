"""Calls of the endpoint in the admin: what they cost, and what went over the wire, as far as it is kept."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from projects.admin.filters import CodeFilter
from projects.admin.history import LookOnly
from projects.models import Call
from projects.models.records import KEPT


class CallAdmin(LookOnly):
    """The ledger. Nothing in it changes here."""

    class Media:
        css = {"all": ["css/admin.css"]}

    list_display = [
        *("at", "team", "project", "state", "characters", "amount_micro", "currency"),
        *("error_code", "request_id", "duration_ms"),
    ]
    list_filter = ["state", CodeFilter, "voice", "team"]
    list_select_related = ["team", "project"]
    list_per_page = 50
    date_hierarchy = "at"
    ordering = ["-pk"]
    search_fields = ["request_id", "error_code", "take__text"]
    readonly_fields = ["over_the_wire"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Call]:
        rows = super().get_queryset(request)
        is_list = request.resolver_match and request.resolver_match.url_name == "projects_call_changelist"
        return rows if is_list else rows.select_related("record")

    @admin.display(description=_("request and answer"))
    def over_the_wire(self, call: Call) -> SafeString:
        return wire(call)


def wire(call: Call) -> SafeString:
    """The requests and answers of a call, as text: without the token, without sound."""
    record = getattr(call, "record", None)
    if record is None:
        return format_html(
            "<p>Nothing is kept of it: nothing was sent, or it is older than {} days.</p>", KEPT.days
        )
    return format_html_join("", "{}", ((_leg(leg),) for leg in record.legs))


def _leg(leg: dict[str, Any]) -> SafeString:
    status = "no answer" if leg["status"] is None else f"HTTP {leg['status']}"
    return format_html(
        '<div class="leg"><h3>{} {}</h3><pre>{}</pre><h3>{}, {} bytes, after {} ms</h3><pre>{}</pre></div>',
        leg["method"],
        leg["url"],
        _text(leg["headers"], leg["body"]),
        status,
        f"{leg['size']:,}",
        f"{leg['took_ms']:,}",
        _text(leg["answer_headers"], leg["answer"]),
    )


def _text(headers: dict[str, str], body: str) -> str:
    rows = "\n".join(f"{name}: {value}" for name, value in headers.items())
    return f"{rows}\n\n{body}".strip()
