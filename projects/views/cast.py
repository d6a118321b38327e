"""The cast of a project: who speaks how much, and who was found in the manuscript. One character: characters.py."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from narrator.sentences import said
from narrator.teams.rights import Right
from narrator.web import Request, go
from projects import access, tasks
from projects.actions import cast, cast_changes, parts, speakers
from projects.forms.direction import DecisionForm
from projects.models import Paragraph, Project
from projects.views.directions import has_agreed

CHANGES_SHOWN = 5


@require_safe
def cast_detail(request: Request, project_id: int) -> HttpResponse:
    """Who speaks in a project, with how much, and who was found and is nobody's character yet."""
    project = access.project(request.user, project_id)
    return render(request, "projects/cast_detail.html", _cast(request, project))


def _cast(request: Request, project: Project, form: DecisionForm | None = None) -> dict[str, Any]:
    may_edit = access.may_edit(request.user, project)
    found = speakers.undecided(project)
    return {
        "project": project,
        "may_edit": may_edit,
        "people": parts.of(project),
        "found": found,
        "form": form or DecisionForm(project=project, names=[one.name for one in found]),
        "line_count": Paragraph.objects.filter(script__project=project).count(),
        "changes": project.cast_changes.select_related("created_by").filter(undone_at=None)[:CHANGES_SHOWN],
    }


@require_POST
def cast_find(request: Request, project_id: int) -> HttpResponse:
    """Look through the whole manuscript for who speaks."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    count = tasks.queue_change(project, lambda: speakers.find(project), by=request.user)
    if not count:
        messages.info(
            request, _("Nobody was found: no label, and no speech in quotation marks that says whose it is.")
        )
    return go(request, "cast-detail", project_id)


@require_POST
def cast_decide(request: Request, project_id: int) -> HttpResponse:
    """Say who is behind the names that are ticked: a character, a new one each, or nobody."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    form = DecisionForm(
        request.POST, project=project, names=[one.name for one in speakers.undecided(project)]
    )
    if not form.is_valid():
        return render(request, "projects/cast_detail.html", _cast(request, project, form), status=422)
    decision = form.decision()
    impact = cast.impact_of_decision(project, **decision)
    if not has_agreed(request, impact):
        return render(
            request, "projects/cast_detail.html", {**_cast(request, project, form), "impact": impact}
        )
    try:
        moved = tasks.queue_change(
            project, lambda: cast.decide(project, by=request.user, **decision), by=request.user
        )
    except cast.NameTaken as error:
        form.add_error(
            None,
            _("There is a character %(taken)s already. Choose it instead of a new one.") % {"taken": error},
        )
        return render(request, "projects/cast_detail.html", _cast(request, project, form), status=422)
    messages.info(
        request,
        ngettext(
            "Done: %(count)s line changed hands. You can undo it below.",
            "Done: %(count)s lines changed hands. You can undo it below.",
            moved,
        )
        % {"count": f"{moved:,}"},
    )
    return go(request, "cast-detail", project_id)


@require_POST
def cast_undo(request: Request, change_id: int) -> HttpResponse:
    """Take back a change of the cast."""
    row = access.cast_change(request.user, change_id)
    undone = tasks.queue_change(row.project, lambda: cast_changes.undo(row), by=request.user)
    if undone is None:
        messages.info(request, _("Somebody took this back already."))
    elif undone.kept:
        taken_back = ngettext(
            "Taken back: %(change)s. %(count)s line changed again since and stayed as they are.",
            "Taken back: %(change)s. %(count)s lines changed again since and stayed as they are.",
            undone.kept,
        )
        messages.info(request, taken_back % {"change": said(str(row)), "count": f"{undone.kept:,}"})
    else:
        messages.info(request, _("Taken back: %(change)s.") % {"change": said(str(row))})
    return go(request, "cast-detail", row.project_id)
