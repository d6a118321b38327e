"""The script page, where the work happens, and the one poll by which it follows."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from narrator.teams.models import Role
from narrator.web import Request, go, page_or_part
from projects import access, tasks
from projects.actions import estimates, figures, money, takes
from projects.models import Script

# More changed rows than this come with the next poll, so that one answer stays small.
ROWS_A_POLL = 60
POLL_BUSY_S = 2
POLL_IDLE_S = 15


@require_safe
def script_detail(request: Request, script_id: int) -> HttpResponse:
    """One script: its lines, with the other scripts at the side."""
    script = access.script(request.user, script_id)
    may_edit = access.may_edit(request.user, script.project)
    if request.htmx and request.GET.get("part") == "progress":
        context = {
            **_progress(script, may_edit),
            "project": script.project,
            "may_edit": may_edit,
            "back": True,
        }
        return render(request, "projects/script_detail.html#progress", context)
    lines = list(script.paragraphs.for_page())
    context = {
        **_progress(script, may_edit),
        "project": script.project,
        "scripts": script.project.scripts.with_counts(),
        "lines": lines,
        "since": script.version,
        "may_edit": may_edit,
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
    may_edit = access.may_edit(request.user, script.project)
    context = {
        **_progress(script, may_edit),
        "project": script.project,
        "lines": lines,
        "since": f"{lines[-1].version}-{lines[-1].position}" if more else script.version,
        "may_edit": may_edit,
    }
    return render(request, "projects/script_detail.html#changes", context)


def _cursor(text: str) -> tuple[int, int | None]:
    version, _, position = text.partition("-")
    return int(version) if version.isdecimal() else 0, int(position) if position.isdecimal() else None


def _progress(script: Script, may_edit: bool) -> dict[str, Any]:
    """The figures at the head of the page, with the estimate for its Generate button, and the pace of its poll."""
    counted = Script.objects.with_counts().select_related("project").get(pk=script.pk)
    to_make_count = counted.line_count - counted.ready_count
    offered = may_edit and to_make_count > counted.active_count
    return {
        "script": counted,
        "heard": figures.of_script(counted, counted.project),
        "to_make_count": to_make_count,
        "estimate": estimates.estimate(script.paragraphs.missing(), script.project) if offered else None,
        "poll_s": POLL_BUSY_S if counted.active_count else POLL_IDLE_S,
    }


@require_POST
def script_render(request: Request, script_id: int) -> HttpResponse:
    """Generate every line that has no take of its present text and direction.

    Past what the team wants to be asked for, or what the caps leave, the answer is a question; ``agreed`` then
    says the amount that was agreed to, in millionths, and a run that became dearer meanwhile is asked about again.
    """
    script = access.script(request.user, script_id, least=Role.EDITOR)
    lines = script.paragraphs.missing()
    expected = estimates.estimate(lines, script.project)
    agreed = request.POST.get("agreed", "")
    if not (agreed.isdecimal() and expected.amount_micro <= int(agreed)):
        room_micro = money.room_micro(script.project)
        is_short = room_micro is not None and room_micro < expected.amount_micro
        if expected.asks_first or is_short:
            return _ask(
                request, script, {"question": expected, "room_micro": room_micro if is_short else None}
            )
    tasks.queue_takes(script, lines, by=request.user)
    return _after(request, script_id)


def _ask(request: Request, script: Script, question: dict[str, Any]) -> HttpResponse:
    """The question before money is spent: under the head for htmx, a page of its own for everybody else."""
    context = {"script": script, "project": script.project, **question}
    if not request.htmx:
        return render(request, "projects/render_confirm.html", context)
    context |= {**_progress(script, True), "may_edit": True}
    return render(request, "projects/script_detail.html#progress", context)


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
    context = {**_progress(script, True), "project": script.project, "may_edit": True}
    return page_or_part(request, "projects/script_detail.html", "progress", context)
