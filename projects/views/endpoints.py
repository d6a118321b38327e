"""A team's own speech endpoint: its settings, its voices, trying it, leaving it; and voices that it does not have."""

import functools
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from narrator import media
from narrator.teams import access as teams
from narrator.teams.models import Team
from narrator.teams.rights import Right
from narrator.web import Request, go, page_or_part
from projects import access, tasks
from projects.actions import connecting, endpoint, trials, voices
from projects.forms.endpoints import EndpointForm, TrialForm, VoicesForm
from projects.models import Price, TeamEndpoint
from projects.speech.errors import SpeechError

PAGE = "projects/endpoint_edit.html"


def badge(request: Request) -> dict[str, Any]:
    """Tell every page what speaks for the person's teams; it is looked up only where the page shows it."""

    @functools.cache
    def name() -> str:
        hosts = sorted({host for _team, host in endpoint.hosts(request.user)} or {endpoint.default_host()})
        return hosts[0] if len(hosts) == 1 else _("%(count)s endpoints") % {"count": len(hosts)}

    return {
        "endpoint_is_standin": SimpleLazyObject(lambda: name() == endpoint.STANDIN),
        "endpoint_host": SimpleLazyObject(name),
    }


def spoken_by(team: Team) -> dict[str, Any]:
    """The same for a page of one team; no query where the team was read with its endpoint."""
    host = endpoint.host_for(team)
    return {"endpoint_is_standin": host == endpoint.STANDIN, "endpoint_host": host}


@require_safe
def endpoint_list(request: Request) -> HttpResponse:
    """What speaks for each of the person's teams; the page of the one team of whoever has one, and may set it there."""
    may = {team.pk for team in teams.teams_for(request.user, Right.CONNECT)}
    rows = [(team, host, team.pk in may) for team, host in endpoint.hosts(request.user)]
    if len(rows) == 1 and may:
        return _page(request, rows[0][0], "settings")
    return render(request, "projects/endpoint_list.html", {"rows": rows})


@sensitive_variables()
@sensitive_post_parameters("token")
@require_http_methods(["GET", "HEAD", "POST"])
def endpoint_edit(request: Request, team_id: int) -> HttpResponse:
    """A team's endpoint. What cannot be used is said at its field, and nothing is saved."""
    team = access.team(request.user, team_id, least=Right.CONNECT)
    form = EndpointForm(request.POST or None, instance=TeamEndpoint.of(team.pk) or TeamEndpoint(team=team))
    if request.method == "POST" and form.is_valid():
        try:
            connecting.connect(form.instance, token=form.new_token(), by=request.user)
        except connecting.Unfit as unfit:
            form.add_error(unfit.field, unfit.message)
        else:
            messages.info(request, _saved(form.instance, went_on=tasks.queue_team(team, by=request.user)))
            return go(request, "endpoint-edit", team.pk)
    return _page(request, team, "settings", form=form, status=422 if form.errors else 200)


def _saved(row: TeamEndpoint, *, went_on: bool) -> str:
    words = _("Connected to %(host)s.") % {"host": row.host}
    if found := len(row.voices):
        known = ngettext("%(words)s It has %(count)s voice.", "%(words)s It has %(count)s voices.", found)
        words = known % {"words": words, "count": found}
    return _("%(words)s The queue goes on.") % {"words": words} if went_on else words


def _page(request: Request, team: Team, part: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """The page, or the part of it that htmx asked to be renewed."""
    row = TeamEndpoint.of(team.pk)
    context = {
        "form": EndpointForm(instance=row or TeamEndpoint(team=team)),
        "trial_form": TrialForm(team_id=team.pk),
        "team": team,
        "row": row,
        "voices": endpoint.voices_of(row),
        "unknown": voices.unknown_of_team(team.pk),
        "price": Price.of(team.pk),
        "default_host": endpoint.default_host(),
        **context,
    }
    return page_or_part(request, PAGE, part, context, status=status)


@require_POST
def endpoint_voices(request: Request, team_id: int) -> HttpResponse:
    """Ask the team's endpoint for its voices again."""
    row = access.endpoint(request.user, team_id)
    said = failed = ""
    try:
        found = connecting.list_voices(row)
        said = (
            ngettext("It lists %(count)s voice.", "It lists %(count)s voices.", found) % {"count": found}
            if found
            else _("It has no list of voices.")
        )
    except connecting.Unfit as unfit:
        failed = unfit.message
    return _page(request, row.team, "voices", said=said, failed=failed, status=422 if failed else 200)


@require_POST
def endpoint_try(request: Request, team_id: int) -> HttpResponse:
    """Let the team's endpoint speak a sentence."""
    row = access.endpoint(request.user, team_id)
    form = TrialForm(request.POST, team_id=row.team_id)
    context: dict[str, Any] = {}
    if form.is_valid():
        try:
            context["trial"] = trials.speak(row, by=request.user, **form.cleaned_data)
        except SpeechError as error:
            context = {"trial_failed": connecting.reason(error), "trial_said": error.detail}
    failed = form.errors or "trial_failed" in context
    return _page(request, row.team, "trial", trial_form=form, status=422 if failed else 200, **context)


@require_safe
def endpoint_trial(request: Request, team_id: int, name: str) -> HttpResponseBase:
    """What the team's endpoint spoke when it was tried last."""
    team = access.team(request.user, team_id, least=Right.CONNECT)
    return media.serve(request, trials.place(team.pk, name), content_type="audio/wav", immutable=True)


@require_POST
def endpoint_leave(request: Request, team_id: int) -> HttpResponse:
    """Let the team speak through the installation's endpoint again."""
    team = access.team(request.user, team_id, least=Right.CONNECT)
    if connecting.leave(team, by=request.user):
        tasks.queue_team(team, by=request.user)
        messages.info(request, _("The team's own endpoint and its token are gone."))
    return go(request, "endpoint-edit", team.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def project_voices(request: Request, project_id: int) -> HttpResponse:
    """The voices of a project that its team's endpoint does not have, and others in their place."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    unknown = voices.counted(project)
    form = VoicesForm(request.POST or None, unknown=unknown, project=project)
    if request.method == "POST" and form.is_valid():
        instead = form.instead()
        by = request.user
        lines = tasks.queue_change(project, lambda: voices.replace(project, instead, by=by), by=by)
        messages.info(
            request,
            _("Changed. %(count)s lines are spoken by another voice now; their takes are kept.")
            % {"count": lines},
        )
        return go(request, project)
    context = {"project": project, "form": form, "may_connect": access.may_connect(request.user, project)}
    return page_or_part(
        request, "projects/project_voices.html", "form", context, status=422 if form.errors else 200
    )
