"""Takes in the admin: heard in place, found by what is wrong with them, judged and requeued in bulk.

A take itself is history and never changes here. What changes goes through the same actions as in the studio, after
a confirmation, and leaves a row in the admin's log for each take.
"""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from narrator import media
from narrator.tags import money
from projects import tasks
from projects.actions import reviews
from projects.admin.history import LookOnly
from projects.audio.checks import CODES
from projects.models import Call, Take, TakeStatus

WAVE_HEIGHT = 60


class FlagFilter(admin.SimpleListFilter):
    """By what the checks found, or by whether they found anything."""

    title = "flag"
    parameter_name = "flag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("any", "any"), ("none", "none"), *((code, code) for code in CODES)]

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

    title = "cost"
    parameter_name = "cost"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("free", "nothing"), ("paid", "something"), ("dear", "more than one call")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Take]) -> QuerySet[Take]:
        paid = Q(cost_micro__gt=0)
        by_value = {"free": ~paid | Q(cost_micro=None), "paid": paid, "dear": paid & Q(call_count__gt=1)}
        value = self.value()
        return queryset.filter(by_value[value]) if value in by_value else queryset


class TakeAdmin(LookOnly):
    """See the module."""

    class Media:
        css = {"all": ["css/admin.css"]}

    ordering = ["-pk"]
    list_display = [
        "number_of_line",
        "heard",
        "words",
        "flags",
        "status",
        "error_code",
        "cost",
        "voice",
        "source",
        "project",
        "created_at",
    ]
    list_filter = ["status", FlagFilter, CostFilter, "source", "error_code", "voice", "team"]
    list_select_related = ["project"]
    list_per_page = 50
    date_hierarchy = "created_at"
    search_fields = ["text", "request_id", "error_code", "error_reason", "project__title"]
    fieldsets = [
        (None, {"fields": ["player", "found", "text", "project", "voice", "source", "status"]}),
        (
            "Request and answer",
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
            "How it came about",
            {
                "fields": [
                    *("number", "created_by", "created_at", "finished_at", "run", "retake_of", "reused_from"),
                    *("attempts", "claimed_by", "model", "host", "digest", "audio"),
                ]
            },
        ),
        (
            "Measured",
            {
                "fields": [
                    *("duration_ms", "peak_dbfs", "rms_dbfs", "lead_silence_ms", "tail_silence_ms"),
                    *("cleared_by", "cleared_at"),
                ]
            },
        ),
    ]
    readonly_fields = ["player", "found", "request_sent", "calls_made"]
    actions = ["approve", "reject", "requeue"]
    change_list_template = "admin/projects/take/change_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Take]:
        own = Call.objects.filter(take=OuterRef("pk")).order_by().values("take")
        cost = Subquery(own.annotate(sum=Sum("amount_micro")).values("sum"))
        count = Subquery(own.annotate(count=Count("pk")).values("count"))
        currency = Subquery(Call.objects.filter(take=OuterRef("pk")).values("currency")[:1])
        rows = super().get_queryset(request).defer("peaks")
        return rows.annotate(cost_micro=cost, currency=currency, call_count=count)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("causes/", self.admin_site.admin_view(self.causes), name="projects_take_causes"),
            path(
                "<path:object_id>/audio.wav",
                self.admin_site.admin_view(self.audio),
                name="projects_take_audio",
            ),
        ]
        return [*own, *super().get_urls()]

    @admin.display(description="take", ordering="number")
    def number_of_line(self, take: Take) -> str:
        return f"Take {take.number}"

    @admin.display(description="line")
    def words(self, take: Take) -> str:
        return take.text[:60]

    @admin.display(description="flags")
    def flags(self, take: Take) -> str:
        return ", ".join(dict.fromkeys(finding["code"] for finding in take.findings))

    @admin.display(description="cost", ordering="cost_micro")
    def cost(self, take: Any) -> str:
        return money(take.cost_micro, take.currency) if take.cost_micro else ""

    @admin.display(description="hear")
    def heard(self, take: Take) -> SafeString | str:
        if take.status != TakeStatus.READY:
            return ""
        return format_html('<audio controls preload="none" src="{}"></audio>', _audio(take))

    @admin.display(description="sound")
    def player(self, take: Take) -> SafeString | str:
        if take.status != TakeStatus.READY:
            return "None"
        return format_html(
            '{}<br><audio controls preload="metadata" src="{}"></audio>', _wave(take), _audio(take)
        )

    @admin.display(description="checks")
    def found(self, take: Take) -> SafeString | str:
        lines = ((finding["text"],) for finding in take.findings)
        return format_html_join("", "<div>{}</div>", lines) or "Nothing found"

    @admin.display(description="request")
    def request_sent(self, take: Take) -> SafeString:
        """As for one call; a line longer than a call may be goes out in parts. The token is no part of it."""
        return format_html("<pre>{}</pre>", json.dumps(take.line.body(), indent=2, ensure_ascii=False))

    @admin.display(description="calls and answers")
    def calls_made(self, take: Take) -> SafeString | str:
        rows = (
            (
                f"{call.at:%Y-%m-%d %H:%M:%S}",
                call.get_state_display(),
                f"{call.characters} characters",
                money(call.amount_micro, call.currency),
                "" if call.duration_ms is None else f"{call.duration_ms} ms",
                call.request_id,
                call.error_code,
            )
            for call in Call.objects.filter(take=take)
        )
        cells = "<tr>" + "<td>{}</td>" * 7 + "</tr>"
        made = format_html_join("", cells, rows)
        return format_html("<table>{}</table>", made) if made else "None"

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
            "title": "Failed takes by cause",
            "opts": self.opts,
        }
        context["groups"] = groups.order_by("-count", "error_code")
        return TemplateResponse(request, "admin/projects/take/causes.html", context)

    @admin.action(description="Approve the chosen ones", permissions=["judge"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Take]) -> HttpResponse | None:
        return self._confirmed(
            request, queryset, "approve", lambda take: _judge(take, "approved", "", request)
        )

    @admin.action(description="Reject the chosen ones: ask for pickups", permissions=["judge"])
    def reject(self, request: HttpRequest, queryset: QuerySet[Take]) -> HttpResponse | None:
        reason = request.POST.get("reason", "").strip()[:300]
        return self._confirmed(
            request, queryset, "reject", lambda take: _judge(take, "pickup", reason, request)
        )

    @admin.action(description="Put the failed ones back into the queue", permissions=["judge"])
    def requeue(self, request: HttpRequest, queryset: QuerySet[Take]) -> HttpResponse | None:
        return self._confirmed(request, queryset, "requeue", lambda take: _requeue(take, request))

    def has_judge_permission(self, request: HttpRequest) -> bool:
        """Whether the bulk acts are offered: they need Django's right to change takes."""
        return request.user.has_perm("projects.change_take")

    def _confirmed(
        self, request: HttpRequest, queryset: QuerySet[Take], name: str, act: Callable[[Take], bool]
    ) -> HttpResponse | None:
        """Ask first; then act on each take, write down what was done, and say how many it was."""
        wanted = list(queryset.select_related("paragraph"))
        lacks_reason = name == "reject" and not request.POST.get("reason", "").strip()
        if "confirmed" not in request.POST or lacks_reason:
            context = {**self.admin_site.each_context(request), "title": "Are you sure?", "opts": self.opts}
            context |= {
                "takes": wanted,
                "action": name,
                "lacks_reason": lacks_reason and "confirmed" in request.POST,
            }
            return TemplateResponse(request, "admin/projects/take/confirm.html", context)
        done = [take for take in wanted if act(take)]
        if done:
            LogEntry.objects.log_actions(request.user.pk or 0, done, CHANGE, change_message=f"{name} in bulk")
        left = len(wanted) - len(done)
        self.message_user(
            request,
            f"{len(done)} done, {left} left alone: not chosen, outdated or not failed.",
            messages.INFO,
        )
        return None


def _audio(take: Take) -> str:
    return reverse("admin:projects_take_audio", args=[take.pk])


def _wave(take: Take) -> SafeString:
    """The take's waveform as a picture, one bar for each part of it."""
    peaks = memoryview(bytes(take.peaks)).cast("b")
    each = max(1, len(peaks) // 2 // 240)
    highest = [max(abs(peak) for peak in peaks[at : at + 2 * each]) for at in range(0, len(peaks), 2 * each)]
    bars = (
        (3 * at, WAVE_HEIGHT * (128 - high) // 256, max(1, WAVE_HEIGHT * high // 128))
        for at, high in enumerate(highest)
    )
    drawn = format_html_join("", '<rect x="{}" y="{}" width="2" height="{}" fill="currentColor"/>', bars)
    size = f"0 0 {3 * max(len(highest), 1)} {WAVE_HEIGHT}"
    return format_html(
        '<svg role="img" aria-label="Waveform" width="480" height="60" viewBox="{}">{}</svg>',
        size,
        drawn,
    )


def _judge(take: Take, kind: str, reason: str, request: HttpRequest) -> bool:
    try:
        reviews.judge(take.paragraph, take_id=take.pk, kind=kind, reason=reason, by=request.user)  # type: ignore[arg-type]
    except reviews.NotHeard:
        return False
    return True


def _requeue(take: Take, request: HttpRequest) -> bool:
    return tasks.queue_retry(take, script_id=take.paragraph.script_id, by=request.user)  # type: ignore[arg-type]
