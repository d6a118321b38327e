"""Lexicons as files: out as CSV, in from CSV or PLS with a look at it first."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from narrator import tables
from narrator.teams.rights import Right
from narrator.web import Request
from projects import access
from projects.actions import lexicons
from projects.actions.lexicons import Change, Scope
from projects.forms.lexicons import LexiconFileForm
from projects.lexicon import files
from projects.models import LexiconChange
from projects.views.lexicons import decide, saved


@require_safe
def lexicon_project_csv(request: Request, project_id: int) -> HttpResponse:
    """A project's own entries as CSV."""
    project = access.project(request.user, project_id)
    return _csv(Scope(project.team, project), f"lexicon-{project.pk}.csv")


@require_safe
def lexicon_team_csv(request: Request, team_id: int) -> HttpResponse:
    """A team's entries as CSV."""
    return _csv(Scope(access.team(request.user, team_id)), f"lexicon-team-{team_id}.csv")


def _csv(scope: Scope, name: str) -> HttpResponse:
    rows = ([row.said[field] for field in files.FIELDS] for row in scope.entries)
    return tables.answer(name, files.COLUMNS, rows)


@require_http_methods(["GET", "HEAD", "POST"])
def lexicon_project_import(request: Request, project_id: int) -> HttpResponse:
    """Import entries into a project's lexicon."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    return _import(request, Scope(project.team, project))


@require_http_methods(["GET", "HEAD", "POST"])
def lexicon_team_import(request: Request, team_id: int) -> HttpResponse:
    """Import entries into a team's lexicon."""
    return _import(request, Scope(access.team(request.user, team_id, least=Right.EDIT)))


def _import(request: Request, scope: Scope) -> HttpResponse:
    form = LexiconFileForm(request.POST or None, request.FILES or None)
    context = {"scope": scope, "team": scope.team, "project": scope.project, "form": form}
    if request.method == "POST" and form.is_valid():
        rows = form.cleaned_data["rows"]
        put, same = lexicons.entries_of(rows.rows, scope)
        new = sum(1 for row in put if row.pk is None)
        context |= {"rows": rows, "new": new, "different": len(put) - new, "same": same, "put": put[:20]}
        context["text"] = form.cleaned_data["text"]
        try:
            if put:
                made = decide(
                    request,
                    Change(scope, put),
                    lexicons.IMPORTED % {"count": len(put)},
                    ask=True,
                )
                if isinstance(made, LexiconChange):
                    return saved(request, made)
                context["question"] = made
        except lexicons.Unfit as error:
            form.add_error(None, str(error))
    status = 422 if form.errors else 200
    return render(request, "projects/lexicon_import.html", context, status=status)
