"""What a team spends: the usage of a month, its calls as CSV, and the form for prices and caps."""

import csv
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from narrator import tables
from narrator.direct import Blank, Prepared
from narrator.tags import money
from narrator.teams import access as teams
from narrator.teams.models import Team
from narrator.teams.rights import Right
from narrator.web import Request, go
from projects import access
from projects.actions import endpoint, prices
from projects.actions import usage as usage_of
from projects.forms import PriceForm
from projects.models import Call, Price, Project, TeamEndpoint
from projects.models.money import MICRO, month_of

COLUMNS = (
    "at_utc",
    "project",
    "person",
    "take",
    "voice",
    "state",
    "characters",
    "amount",
    "currency",
    "request_id",
    "error_code",
    "duration_ms",
)


@require_safe
def usage(request: Request) -> HttpResponse:
    """What one of the person's teams spent in a month: by project, by person, and against its caps."""
    mine = teams.teams_for(request.user, Right.SEE)
    if not mine:
        return render(request, "projects/usage.html", {"teams": mine})
    team, month = _team(request, mine), _month(request)
    prices, accounts = Price.asking(team.pk), usage_of.asking_used(team.pk)
    own, capped = TeamEndpoint.asking(team.pk), _capped().asking(team=team.pk)
    spent = usage_of.of(team, month, prices, accounts, own, capped)
    price, later = Price.of(team.pk, prices), _later(month)
    used = usage_of.used(team, price, accounts)
    context = {
        "teams": mine,
        "team": team,
        "month": month,
        "earlier": (month - timedelta(days=1)).replace(day=1),
        "later": later,
        "projects": spent.projects,
        "people": spent.people,
        "totals": spent.totals,
        "price": price,
        "endpoint_is_standin": endpoint.is_standin(team.pk, own),
        "may_change": teams.allows(team.role_of_user, Right.MONEY),  # type: ignore[attr-defined]
        "team_used_micro": used.get(None, 0),
        "show_cap": price.monthly_cap_micro is not None and later is None,
        "capped": [{"project": row, "used_micro": used.get(row.pk, 0)} for row in capped.objects()],
    }
    return render(request, "projects/usage.html", context)


def _team(request: Request, mine: list[Team]) -> Team:
    """The team that ``?team=`` names, one of the person's own; else the first of them."""
    wanted = request.GET.get("team", "")
    for team in mine:
        if wanted in ("", str(team.pk)):
            return team
    raise Http404


def _month(request: Request) -> date:
    """The month of ``?month=2026-11``, or the present one."""
    try:
        return datetime.strptime(request.GET.get("month", ""), "%Y-%m").date()  # noqa: DTZ007 - a day, no moment
    except ValueError:
        return month_of(timezone.now())


def _later(month: date) -> date | None:
    """The month after this one; None after the present one."""
    later = (month + timedelta(days=31)).replace(day=1)
    return later if later <= month_of(timezone.now()) else None


@cache
def _capped() -> Prepared:
    """The projects of a team that have a cap of their own. Blank: team."""
    rows = Project.objects.filter(team=Blank(Project, "team"), cap_micro__isnull=False)
    return Prepared(rows.order_by("title", "pk"))


@require_safe
def usage_csv(request: Request) -> StreamingHttpResponse:
    """Every call of one team in a month, the oldest first; amounts in units of the currency."""
    mine = teams.teams_for(request.user, Right.SEE)
    if not mine:
        raise Http404
    team, month = _team(request, mine), _month(request)
    calls = Call.objects.filter(team=team).in_month(month).select_related("project", "person")
    name = f"narrator-calls-{team.pk}-{month:%Y-%m}.csv"
    return StreamingHttpResponse(
        _lines(calls.iterator(chunk_size=500)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


class _Line:
    """Where the writer puts a line, to be handed on at once."""

    def write(self, text: str) -> str:
        return text


def _lines(calls: Iterator[Call]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield tables.MARK + writer.writerow(COLUMNS)
    for call in calls:
        yield writer.writerow([tables.cell(value) for value in _values(call)])


def _values(call: Call) -> tuple[object, ...]:
    return (
        f"{call.at:%Y-%m-%dT%H:%M:%SZ}",
        call.project.title if call.project else "",
        call.person or "",
        call.take_id,
        call.voice,
        call.get_state_display(),
        call.characters,
        f"{call.amount_micro // MICRO}.{call.amount_micro % MICRO:06}",
        call.currency,
        call.request_id,
        call.error_code,
        call.duration_ms,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def price_edit(request: Request, team_id: int) -> HttpResponse:
    """A team's prices and its monthly cap."""
    team = access.team(request.user, team_id, least=Right.MONEY)
    form = PriceForm(request.POST or None, instance=Price.of(team.pk))
    if request.method == "POST" and form.is_valid():
        price = form.save(commit=False)
        prices.save(price, by=request.user)
        messages.info(request, _saved(price, moved="currency" in form.changed_data))
        return go(request, f"{reverse('usage')}?team={team.pk}")
    status = 422 if form.errors else 200
    return render(request, "projects/price_edit.html", {"team": team, "form": form}, status=status)


def _saved(price: Price, *, moved: bool) -> str:
    cap = price.monthly_cap_micro
    held = (
        _("No monthly cap.")
        if cap is None
        else _("At most %(cap)s in a month.") % {"cap": money(cap, price.currency)}
    )
    if moved:
        held = _(
            "%(held)s Caps of projects are read in %(currency)s from now on; what was spent before is kept apart."
        ) % {"held": held, "currency": price.currency}
    return _("Saved. %(held)s") % {"held": held}
