"""Activity: who did what and when, in a project or in all that a team has."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from narrator.teams.models import Team
from narrator.teams.rights import Right
from narrator.web import Request
from projects import access
from projects.actions import trail
from projects.forms.activity import TrailForm
from projects.models import Project
from projects.views import trail_html
from projects.views.endpoints import spoken_by


@require_safe
def project_activity(request: Request, project_id: int) -> HttpResponse:
    """What was done in a project, for all who are in its team."""
    project = access.project(request.user, project_id)
    may_see_team = access.may_connect(request.user, project)
    return _page(request, project.team, project, may_see_team=may_see_team, **spoken_by(project.team))


@require_safe
def team_activity(request: Request, team_id: int) -> HttpResponse:
    """What was done in all projects of a team and in its settings, for its admins."""
    return _page(request, access.team(request.user, team_id, least=Right.AUDIT), None)


def _page(request: Request, team: Team, project: Project | None, **context: Any) -> HttpResponse:
    form = TrailForm(request.GET, team_id=team.pk, project=project)
    page = trail.read(form.ask(request.GET.get("before", "")))
    context |= {
        "team": team,
        "project": project,
        "form": form,
        "page": page,
        "days": trail_html.days(page, in_project=project is not None),
        "address": without_place(request),
    }
    return render(request, "projects/activity.html", context)


def without_place(request: Request) -> str:
    """The filter as an address carries it, without the place."""
    query = request.GET.copy()
    query.pop("before", None)
    return query.urlencode()
