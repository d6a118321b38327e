"""Takes in the admin: the list and the page of one, heard in place, with all that was sent and answered.

A take itself is history and never changes here. Finding them is in filters.py, acting on many in bulk.py.
"""

import json
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, OuterRef, QuerySet, Subquery, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from narrator import media
from narrator.tags import money
from projects.admin import engine
from projects.admin.bulk import Bulk
from projects.admin.calls import wire
from projects.admin.filters import CodeFilter, CostFilter, FlagFilter
from projects.models import Call, Take, TakeStatus

WAVE_HEIGHT = 60


class TakeAdmin(Bulk):
    """See the module."""

    class Media:
        css = {"all": ["css/admin.css"]}

    ordering = ["-pk"]
    list_display = ["words", "heard", "state", "cost", "voice", "project", "created_at"]
    list_filter = ["status", FlagFilter, CostFilter, "source", CodeFilter, "voice", "team"]
    list_select_related = ["project"]
    list_per_page = 50
    date_hierarchy = "created_at"
    search_fields = ["text", "request_id", "error_code", "error_reason", "project__title"]
    fieldsets = [
        (None, {"fields": ["player", "found", "text", "project", "voice", "source", "status"]}),
        (
            _("Request and answer"),
            {
                "fields": [
                    "request_sent",
                    "calls_made",
                    "request_id",
                    "error_code",
                    "error_reason",
                    "error_detail",
                ]
            },
        ),
        (
            _("How it came about"),
            {
                "fields": [
                    *("number", "created_by", "created_at", "finished_at", "run", "retake_of", "reused_from"),
                    *("attempts", "claimed_by", "model", "host", "digest", "audio"),
                ]
            },
        ),
        (
            _("Measured"),
            {
                "fields": [
                    *("duration_ms", "peak_dbfs", "rms_dbfs", "lead_silence_ms", "tail_silence_ms"),
                    *("cleared_by", "cleared_at"),
                ]
            },
        ),
    ]
    readonly_fields = ["player", "found", "request_sent", "calls_made"]
    change_list_template = "admin/projects/take/change_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Take]:
        own = Call.objects.filter(take=OuterRef("pk")).order_by().values("take")
        cost = Subquery(own.annotate(sum=Sum("amount_micro")).values("sum"))
        count = Subquery(own.annotate(count=Count("pk")).values("count"))
        currency = Subquery(Call.objects.filter(take=OuterRef("pk")).values("currency")[:1])
        rows = super().get_queryset(request)
        return rows.annotate(cost_micro=cost, currency=currency, call_count=count)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("engine/", self.admin_site.admin_view(engine.page), name="projects_take_engine"),
            path("causes/", self.admin_site.admin_view(self.causes), name="projects_take_causes"),
            path(
                "<path:object_id>/audio.wav",
                self.admin_site.admin_view(self.audio),
                name="projects_take_audio",
            ),
        ]
        return [*own, *super().get_urls()]

    @admin.display(description=_("line and take"), ordering="paragraph")
    def words(self, take: Take) -> str:
        return f"{take.text[:60]} ({take.number})"

    @admin.display(description=_("state"), ordering="status")
    def state(self, take: Take) -> SafeString:
        """The status, and why: what it failed of, or what the checks found."""
        found = ", ".join(dict.fromkeys(finding["code"] for finding in take.findings))
        why = take.error_code or found
        return format_html(
            "{}{}", take.get_status_display(), format_html("<br><small>{}</small>", why) if why else ""
        )

    @admin.display(description=_("cost"), ordering="cost_micro")
    def cost(self, take: Any) -> str:
        return money(take.cost_micro, take.currency) if take.cost_micro else ""

    @admin.display(description=_("hear"))
    def heard(self, take: Take) -> SafeString | str:
        if take.status != TakeStatus.READY:
            return ""
        return format_html(
            '{}<audio controls preload="none" src="{}"></audio>', _wave(take, bars=60), _audio(take)
        )

    @admin.display(description=_("sound"))
    def player(self, take: Take) -> SafeString | str:
        if take.status != TakeStatus.READY:
            return "None"
        return format_html(
            '{}<br><audio controls preload="metadata" src="{}"></audio>', _wave(take), _audio(take)
        )

    @admin.display(description=_("checks"))
    def found(self, take: Take) -> SafeString | str:
        lines = ((finding["text"],) for finding in take.findings)
        return format_html_join("", "<div>{}</div>", lines) or "Nothing found"

    @admin.display(description=_("request"))
    def request_sent(self, take: Take) -> SafeString:
        """As for one call; a line longer than a call may be goes out in parts. The token is no part of it."""
        return format_html("<pre>{}</pre>", json.dumps(take.line.body(), indent=2, ensure_ascii=False))

    @admin.display(description=_("calls and answers"))
    def calls_made(self, take: Take) -> SafeString | str:
        calls = Call.objects.filter(take=take).select_related("record")
        told = format_html_join("", "{}", ((_call(call),) for call in calls))
        return told or "None"

    def audio(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The sound of any take, for who may look at takes here, whatever team they are in."""
        take = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, take):
            raise PermissionDenied
        if take is None or take.status != TakeStatus.READY:
            raise Http404
        return media.serve(request, take.audio, content_type="audio/wav")

    def causes(self, request: HttpRequest) -> HttpResponse:
        """Failed takes by what they failed of, the most frequent first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        failed = Take.objects.filter(status=TakeStatus.FAILED).order_by()
        groups = failed.values("error_code").annotate(
            count=Count("pk"),
            lines=Count("paragraph", distinct=True),
            newest=Max("finished_at"),
            reason=Max("error_reason"),
        )
        context = {
            **self.admin_site.each_context(request),
            "title": _("Failed takes by cause"),
            "opts": self.opts,
        }
        context["groups"] = groups.order_by("-count", "error_code")
        return TemplateResponse(request, "admin/projects/take/causes.html", context)


def _call(call: Call) -> SafeString:
    """One call in a line, and behind it what went over the wire."""
    told = (
        f"{call.at:%Y-%m-%d %H:%M:%S}",
        call.get_state_display(),
        f"{call.characters} characters",
        money(call.amount_micro, call.currency),
        "" if call.duration_ms is None else f"{call.duration_ms:,} ms",
        call.request_id,
        call.error_code,
    )
    summary = " · ".join(part for part in told if part)
    return format_html('<details class="call"><summary>{}</summary>{}</details>', summary, wire(call))


def _audio(take: Take) -> str:
    return reverse("admin:projects_take_audio", args=[take.pk])


def _wave(take: Take, bars: int = 240) -> SafeString:
    """The take's waveform as a picture, at most so many bars."""
    peaks = memoryview(bytes(take.peaks)).cast("b")
    each = max(1, -(-len(peaks) // 2 // bars))
    highest = [max(abs(peak) for peak in peaks[at : at + 2 * each]) for at in range(0, len(peaks), 2 * each)]
    drawn_at = (
        (3 * at, WAVE_HEIGHT * (128 - high) // 256, max(1, WAVE_HEIGHT * high // 128))
        for at, high in enumerate(highest)
    )
    drawn = format_html_join("", '<rect x="{}" y="{}" width="2" height="{}" fill="currentColor"/>', drawn_at)
    size = f"0 0 {3 * max(len(highest), 1)} {WAVE_HEIGHT}"
    picture = (
        '<svg class="wave" role="img" aria-label="Waveform" preserveAspectRatio="none" '
        'width="{}" height="60" viewBox="{}">{}</svg>'
    )
    return format_html(picture, 2 * bars, size, drawn)
