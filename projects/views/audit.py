"""The audit trail of a team: who did what that matters for its safety."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from narrator import tables
from narrator.teams.rights import Right
from narrator.web import Request
from projects import access
from projects.actions import audits
from projects.forms.activity import AuditForm
from projects.views import trail_html
from projects.views.activity import without_place

COLUMNS = ("at_utc", "who", "what", "kind", "project", "address")


@require_safe
def audit_list(request: Request, team_id: int) -> HttpResponse:
    """The trail, page by page, with its filter."""
    team = access.team(request.user, team_id, least=Right.AUDIT)
    form = AuditForm(request.GET, team_id=team.pk, project=None)
    page = audits.read(form.ask(request.GET.get("before", "")))
    context = {
        "team": team,
        "form": form,
        "page": page,
        "days": trail_html.days(page, in_project=False),
        "address": without_place(request),
    }
    return render(request, "projects/audit.html", context)


@require_safe
def audit_csv(request: Request, team_id: int) -> HttpResponse:
    """All of the trail that the filter lets through, as a table."""
    team = access.team(request.user, team_id, least=Right.AUDIT)
    form = AuditForm(request.GET, team_id=team.pk, project=None)
    rows = (
        (f"{one.at:%Y-%m-%dT%H:%M:%SZ}", one.who, one.words, one.kind, one.project, one.note)
        for one in audits.whole(form.ask(""))
    )
    return tables.answer(f"audit-{slugify(team.name) or team.pk}.csv", COLUMNS, rows)
