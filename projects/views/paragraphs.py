"""One line: its inspector, its text and direction, and making a take of it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from narrator.teams.models import Role
from narrator.web import Request
from projects import access, tasks
from projects.forms import DirectionForm, TextForm
from projects.models import Paragraph

PAGE = "projects/script_detail.html"
INSPECTOR = "projects/inspector.html"


@require_safe
def paragraph_detail(request: Request, paragraph_id: int) -> HttpResponse:
    """The inspector of a line: direction and the history of its takes. ``?part=line`` asks for the row instead."""
    line = access.paragraph(request.user, paragraph_id)
    if request.GET.get("part") == "line":
        return render(request, f"{PAGE}#line", line_context(request, line))
    return render(request, f"{INSPECTOR}#inspector", inspector_context(request, line))


def line_context(request: Request, line: Paragraph) -> dict[str, Any]:
    """What the row of a line needs."""
    project = line.script.project
    return {
        "line": line,
        "project": project,
        "may_edit": access.may_edit(request.user, project),
        "may_review": access.may_review(request.user, project),
    }


def inspector_context(request: Request, line: Paragraph, form: DirectionForm | None = None) -> dict[str, Any]:
    """What the inspector of a line needs, and its row beside it."""
    project = line.script.project
    takes = line.takes.select_related("created_by", "cleared_by").defer("peaks").order_by("-number")
    form = form or DirectionForm(instance=line, project=project)
    return {**line_context(request, line), "sent": line.line(project), "takes": takes, "form": form}


@require_http_methods(["GET", "HEAD", "POST"])
def paragraph_text(request: Request, paragraph_id: int) -> HttpResponse:
    """Edit a line's text in its place."""
    line = access.paragraph(request.user, paragraph_id, least=Role.EDITOR)
    form = TextForm(request.POST or None, instance=line)
    if request.method == "POST" and form.is_valid():
        tasks.queue_edit(form.save(commit=False), by=request.user)
        saved = access.paragraph(request.user, paragraph_id)
        return render(request, f"{PAGE}#line", line_context(request, saved))
    context = {**line_context(request, line), "form": form}
    return render(request, f"{PAGE}#edit", context, status=422 if form.errors else 200)


@require_POST
def paragraph_direction(request: Request, paragraph_id: int) -> HttpResponse:
    """Save a line's own direction; answers with the inspector, and the row out of band."""
    line = access.paragraph(request.user, paragraph_id, least=Role.EDITOR)
    form = DirectionForm(request.POST, instance=line, project=line.script.project)
    if not form.is_valid():
        return render(request, f"{INSPECTOR}#inspector", inspector_context(request, line, form), status=422)
    tasks.queue_edit(form.save(commit=False), by=request.user)
    return answer_both(request, paragraph_id)


@require_POST
def paragraph_render(request: Request, paragraph_id: int) -> HttpResponse:
    """Ask for a new take of one line, even of an unchanged one."""
    line = access.paragraph(request.user, paragraph_id, least=Role.EDITOR)
    tasks.queue_takes(line.script, [line], by=request.user, fresh=True)
    return answer_both(request, paragraph_id)


def answer_both(request: Request, paragraph_id: int, **more: Any) -> HttpResponse:
    """Answer with a line's inspector, and with its row to be put in place out of band."""
    line = access.paragraph(request.user, paragraph_id)
    context = {**inspector_context(request, line), **more}
    return render(request, f"{INSPECTOR}#inspector_and_line", context)
