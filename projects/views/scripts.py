"""The script page, where the work happens, and the one poll by which it follows."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from narrator.teams.models import Role
from narrator.web import Request, go, page_or_part
from projects import access, tasks
from projects.actions import takes
from projects.models import Script

# More changed rows than this come with the next poll, so that one answer stays small.
ROWS_A_POLL = 60
POLL_BUSY_S = 2
POLL_IDLE_S = 15


@require_safe
def script_detail(request: Request, script_id: int) -> HttpResponse:
    """One script: its lines, with the other scripts at the side."""
    script = access.script(request.user, script_id)
    lines = list(script.paragraphs.for_page())
    context = {
        **_progress(script),
        "project": script.project,
        "scripts": script.project.scripts.with_counts(),
        "lines": lines,
        "since": script.version,
        "may_edit": access.may_edit(request.user, script.project),
    }
    return render(request, "projects/script_detail.html", context)


@require_safe
def script_changes(request: Request, script_id: int) -> HttpResponse:
    """What changed after ``since``: the changed lines and the progress, or 204 where nothing did.

    ``since`` is a version, or ``version-position`` of the last line that the page got of that version.
    """
    script = access.script(request.user, script_id)
    version, position = _cursor(request.GET.get("since", ""))
    if script.version <= version and position is None:
        return HttpResponse(status=204)
    lines = list(script.paragraphs.for_page().changed_since(version, position)[:ROWS_A_POLL])
    more = len(lines) == ROWS_A_POLL
    context = {
        **_progress(script),
        "project": script.project,
        "lines": lines,
        "since": f"{lines[-1].version}-{lines[-1].position}" if more else script.version,
        "may_edit": access.may_edit(request.user, script.project),
    }
    return render(request, "projects/script_detail.html#changes", context)


def _cursor(text: str) -> tuple[int, int | None]:
    version, _, position = text.partition("-")
    return int(version) if version.isdecimal() else 0, int(position) if position.isdecimal() else None


def _progress(script: Script) -> dict[str, Any]:
    """The figures at the head of the page and the pace of its poll."""
    counted = Script.objects.with_counts().select_related("project").get(pk=script.pk)
    return {
        "script": counted,
        "to_make_count": counted.line_count - counted.ready_count,
        "poll_s": POLL_BUSY_S if counted.active_count else POLL_IDLE_S,
    }


@require_POST
def script_render(request: Request, script_id: int) -> HttpResponse:
    """Generate every line that has no take of its present text and direction."""
    script = access.script(request.user, script_id, least=Role.EDITOR)
    tasks.queue_takes(script, script.paragraphs.missing(), by=request.user)
    return _after(request, script_id)


@require_POST
def script_stop(request: Request, script_id: int) -> HttpResponse:
    """Take back what waits; what is being generated now is finished and kept."""
    script = access.script(request.user, script_id, least=Role.EDITOR)
    takes.cancel_waiting(script)
    return _after(request, script_id)


def _after(request: Request, script_id: int) -> HttpResponse:
    """The head with its new figures for htmx (the poll brings the lines), the page for everybody else."""
    if not request.htmx:
        return go(request, "script-detail", script_id)
    script = access.script(request.user, script_id)
    context = {**_progress(script), "project": script.project, "may_edit": True}
    return page_or_part(request, "projects/script_detail.html", "progress", context)
