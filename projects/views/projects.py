"""The list of projects, and one project: its scripts, its direction, its exports."""

from functools import cache

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from narrator.direct import Blank, Prepared, together
from narrator.teams import access as teams
from narrator.teams import members
from narrator.teams.models import Team
from narrator.teams.rights import Right
from narrator.web import Request, go
from projects import access, serving, tasks
from projects.actions import exports, figures, projects, reach, tallies, voices
from projects.forms import ProjectForm
from projects.forms import exports as export_forms
from projects.forms.exports import ExportForm
from projects.models import Export, Guide, Paragraph, Price, Project, Revision, Script
from projects.speech.instructions import PRESETS
from projects.views import chapters
from projects.views.directions import has_agreed, said
from projects.views.endpoints import spoken_by

PAGE = "projects/project_detail.html"


@require_safe
def project_list(request: Request) -> HttpResponse:
    """Every project of the person's teams, the newest first."""
    return _shelf(request, None)


@require_safe
def team_projects(request: Request, team_id: int) -> HttpResponse:
    """The projects of one team."""
    return _shelf(request, access.team(request.user, team_id))


def _shelf(request: Request, team: Team | None) -> HttpResponse:
    shelf, scripts = Project.asking_of(request.user), tallies.asking_scripts(request.user)
    asked = teams.asking_teams_for(request.user, Right.SEE)
    together(asked, shelf, scripts)
    mine = asked.objects()
    editable = [one for one in mine if teams.allows(one.role_of_user, Right.EDIT)]
    projects = [one for one in shelf.objects() if not team or one.team == team]
    context = {
        "projects": tallies.with_lines(projects, scripts.rows),
        "team": team,
        "teams": mine,
        "may_create": team in editable if team else bool(editable),
        "may_found": not mine and members.may_create(request.user),
    }
    return render(request, "projects/project_list.html", context)


@require_safe
def project_detail(request: Request, project_id: int) -> HttpResponse:
    """One project: scripts with their state, and the exports."""
    chapters_of, exported = Script.asking_of(project_id), _exports().asking(project=project_id)
    versions, voiced = _revisions().asking(project=project_id), voices.asking(project_id)
    project = access.project(request.user, project_id, beside=[chapters_of, exported, versions, voiced])
    may_edit = access.may_edit(request.user, project)
    scripts, latest = tallies.with_counts(chapters_of.objects()), exported.objects()
    line_count = sum(script.line_count for script in scripts)
    heard = figures.of_book(project, scripts, lines=line_count)
    for script in scripts:
        script.duration_ms = heard.chapters_ms.get(script.pk)
    context = {
        "project": project,
        "chapters": chapters.rows(f"{PAGE}#chapter", scripts, language=project.language),
        "exports": latest,
        "export_form": ExportForm(
            initial={
                **export_forms.as_before(latest[0] if latest else None),
                "narrator": exports.narrators(scripts),
            }
        ),
        "may_edit": may_edit,
        "revisions": versions.objects() if may_edit else [],
        "unknown": voices.unknown_of(project, voiced) if may_edit else [],
        **spoken_by(project.team),
        "line_count": line_count,
        "ready_count": sum(script.ready_count for script in scripts),
        "heard": heard,
    }
    return render(request, PAGE, context)


@cache
def _exports() -> Prepared:
    """The last exports of a project, without what only their making needs. Blank: project."""
    rows = Export.objects.filter(project=Blank(Export, "project")).select_related("created_by")
    return Prepared(rows.defer("plan", "timeline")[:20])


@cache
def _revisions() -> Prepared:
    """The last versions of a project's manuscript that nobody threw away. Blank: project."""
    rows = Revision.objects.filter(project=Blank(Revision, "project"), discarded_at=None)
    return Prepared(rows.select_related("manuscript").defer("manuscript__base")[:5])


@require_http_methods(["GET", "HEAD", "POST"])
def project_edit(request: Request, project_id: int) -> HttpResponse:
    """A project's name, pauses and direction. Where that changes over finished work the answer is a question."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    may_set_cap = access.may_set_cap(request.user, project)
    form, impact = ProjectForm(request.POST or None, instance=project, may_set_cap=may_set_cap), None
    if request.method == "POST" and form.is_valid():
        directed = form.save(commit=False)
        if projects.HEARD.intersection(form.changed_data):
            lines = Paragraph.objects.filter(script__project=project)
            impact = reach.impact(Guide.of(project.pk).replacing(project=directed), lines)
    if form.is_valid() and (impact is None or has_agreed(request, impact)):
        changed = tasks.queue_change(
            project, lambda: projects.direct(directed, by=request.user), by=request.user
        )
        if changed:
            messages.info(request, _("Saved. %(change)s") % {"change": said(changed)})
        return go(request, project)
    status = 422 if form.errors else 200
    context = {
        "project": project,
        "form": form,
        "impact": impact,
        "price": Price.of(project.team_id),
        "presets": PRESETS,
    }
    return render(request, "projects/project_edit.html", context, status=status)


@require_safe
def project_cover(request: Request, project_id: int) -> HttpResponseBase:
    """The project's cover picture."""
    return serving.cover(request, access.project(request.user, project_id))
