"""The script page, where the work happens, and the one poll by which it follows."""

from typing import Any

from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from narrator.teams.models import Role
from narrator.web import Request, go, page_or_part
from projects import access, tasks
from projects.actions import endpoint, estimates, figures, money, takes
from projects.forms import LinesForm
from projects.models import Change, Script
from projects.views.lines import first_error, refused

# More changed rows than this come with the next poll, so that one answer stays small.
ROWS_A_POLL = 60
# A page begins with so many lines and fetches others as they come near; see static/js/rows.js.
WINDOW = 100
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
    progress = _progress(script, may_edit)
    rows = script.paragraphs.for_page().filter(position__gte=_position(request.GET.get("from")) or 0)
    lines = list(rows.order_by("position")[: WINDOW + 1])
    context = {
        **progress,
        "project": script.project,
        "scripts": script.project.scripts.with_counts(),
        "lines": lines[:WINDOW],
        "rest_count": progress["script"].line_count - WINDOW if len(lines) > WINDOW else 0,
        "rest_from": lines[WINDOW].position if len(lines) > WINDOW else None,
        "since": script.version,
        "may_edit": may_edit,
    }
    return render(request, "projects/script_detail.html", context)


@require_safe
def script_window(request: Request, script_id: int) -> HttpResponse:
    """The rows of the lines between two positions, ``from`` and ``to`` included; at most so many as fit a window."""
    script = access.script(request.user, script_id)
    first, last = (_position(request.GET.get(name)) for name in ("from", "to"))
    if first is None or last is None:
        return HttpResponseBadRequest("from= and to= are positions.", content_type="text/plain")
    lines = script.paragraphs.for_page().filter(position__range=(first, last)).order_by("position")
    context = {
        "lines": lines[:WINDOW],
        "project": script.project,
        "may_edit": access.may_edit(request.user, script.project),
    }
    return render(request, "projects/script_detail.html#window", context)


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
    left = set(Change.objects.gone_since(script, version).values_list("paragraph", flat=True))
    back = set(script.paragraphs.filter(pk__in=left).values_list("pk", flat=True)) if left else set()
    may_edit = access.may_edit(request.user, script.project)
    context = {
        **_progress(script, may_edit),
        "project": script.project,
        "lines": lines,
        "since": f"{lines[-1].version}-{lines[-1].position}" if more else script.version,
        "more": more,
        "gone": sorted(left - back),
        "is_spread": script.spread_version > version,
        "may_edit": may_edit,
    }
    return render(request, "projects/script_detail.html#changes", context)


@require_safe
def script_order(request: Request, script_id: int) -> HttpResponse:
    """Every line of a script in few letters, in its order, for the page's scripts.

    JSON: ``version``, and ``lines`` as ``[id, position, mark, take, ms, pause in ms, length of the text]``; take and
    ms are 0 where there is none. The version is from before the lines were read, so nothing can be missed.
    """
    script = access.script(request.user, script_id)
    project = script.project
    rows = script.paragraphs.for_order()
    lines = [
        [
            line.pk,
            line.position,
            line.mark,
            line.chosen_id or 0,
            line.chosen.duration_ms if line.chosen else 0,
            line.pause_after_ms(project),
            line.length,
        ]
        for line in rows
    ]
    return JsonResponse({"version": script.version, "lines": lines})


def _position(text: str | None) -> int | None:
    """A position as an address has it; None for anything that cannot be one."""
    return int(text) if text and text.isdecimal() and len(text) < 19 else None


def _cursor(text: str) -> tuple[int, int | None]:
    version, _, position = text.partition("-")
    return _position(version) or 0, _position(position)


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
    """Generate every line that has no take of its present text and direction; of the ``lines`` alone where named.

    Past what the team wants to be asked for, or what the caps leave, the answer is a question; ``agreed`` then
    says the amount that was agreed to, in millionths, and a run that became dearer meanwhile is asked about again.
    """
    script = access.script(request.user, script_id, least=Role.EDITOR)
    lines = script.paragraphs.missing()
    chosen = request.POST.get("lines", "")
    if chosen:
        form = LinesForm(request.POST)
        if not form.is_valid():
            return refused(request, script_id, first_error(form))
        lines = lines.filter(pk__in=form.cleaned_data["lines"])
        if not lines.exists():
            return refused(
                request, script_id, "These lines are ready. For another take press R on one of them."
            )
    expected = estimates.estimate(lines, script.project)
    agreed = request.POST.get("agreed", "")
    if not (agreed.isdecimal() and expected.amount_micro <= int(agreed)):
        room_micro = money.room_micro(script.project)
        is_short = room_micro is not None and room_micro < expected.amount_micro
        if expected.asks_first or is_short:
            asked = {"question": expected, "room_micro": room_micro if is_short else None, "chosen": chosen}
            return _ask(request, script, asked)
    tasks.queue_takes(script, lines, by=request.user)
    return _after(request, script_id)


def _ask(request: Request, script: Script, question: dict[str, Any]) -> HttpResponse:
    """The question before money is spent: under the head for htmx, a page of its own for everybody else."""
    is_standin = endpoint.is_standin(script.project.team_id)
    context = {"script": script, "project": script.project, "endpoint_is_standin": is_standin, **question}
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
