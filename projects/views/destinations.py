"""A team's own destinations: what somebody asks of its files whom the usual tables do not know."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from narrator.sentences import said
from narrator.teams.models import Team
from narrator.teams.rights import Right
from narrator.web import Request, go
from projects import access
from projects.actions import deliveries, destinations
from projects.audio.destinations import DESTINATIONS, Asked
from projects.forms.destinations import DestinationForm
from projects.models import Destination


@require_safe
def destination_list(request: Request, team_id: int) -> HttpResponse:
    """The team's own destinations, and what the usual ones ask."""
    team = access.team(request.user, team_id, least=Right.EXPORT)
    context = {
        "team": team,
        "own": [{"row": row, "asked": _told(row.asking)} for row in Destination.objects.filter(team=team)],
        "usual": [{"label": one.label, "asked": _told(one.asked)} for one in DESTINATIONS.values()],
    }
    return render(request, "projects/destination_list.html", context)


def _told(asked: list[Asked] | tuple[Asked, ...]) -> list[str]:
    return [
        _("%(rule)s: %(bounds)s") % {"rule": said(one.name), "bounds": deliveries.bounds(one)}
        for one in asked
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def destination_new(request: Request, team_id: int) -> HttpResponse:
    team = access.team(request.user, team_id, least=Right.EXPORT)
    return _edit(request, team, Destination(team=team))


@require_http_methods(["GET", "HEAD", "POST"])
def destination_edit(request: Request, destination_id: int) -> HttpResponse:
    """What a destination asks; its one other button, ``remove``, takes it away."""
    row = access.destination(request.user, destination_id)
    if "remove" in request.POST:
        destinations.remove(row, by=request.user)
        messages.info(
            request,
            _("%(name)s was removed. Files of projects that go there are not measured any more.")
            % {"name": row},
        )
        return go(request, "destination-list", row.team_id)
    return _edit(request, row.team, row)


def _edit(request: Request, team: Team, row: Destination) -> HttpResponse:
    form = DestinationForm(request.POST or None, row=row, team=team)
    if request.method == "POST" and form.is_valid():
        row.name = form.cleaned_data.get("name") or row.name
        destinations.save(team, row, form.asked(), by=request.user)
        messages.info(
            request, _("Saved. %(name)s can be chosen where the sound of exports is set.") % {"name": row}
        )
        return go(request, "destination-list", team.pk)
    context = {"team": team, "destination": row, "form": form}
    return render(request, "projects/destination_edit.html", context, status=422 if form.errors else 200)
