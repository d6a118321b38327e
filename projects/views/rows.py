"""How a script page follows: windows of rows, the order of all lines, and the one poll, with the head above them."""

from typing import Any

from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from narrator.web import Request
from projects import access
from projects.actions import estimates, figures, presence
from projects.models import Change, Script
from projects.views import runs

# More changed rows than this come with the next poll, at once, so that one answer stays small.
ROWS_A_POLL = 60
# A page begins with so many lines and fetches others as they come near; see static/js/rows.js.
WINDOW = 100
# Whatever anybody changes is to be seen within two seconds (docs/adr/0002 has what that costs).
POLL_S = 1.5


@require_safe
def script_window(request: Request, script_id: int) -> HttpResponse:
    """The rows of the lines between two positions, ``from`` and ``to`` included; at most so many as fit a window."""
    script = access.script(request.user, script_id)
    first, last = (position(request.GET.get(name)) for name in ("from", "to"))
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
    """The page's one poll: what differs from what it has, or 204 where nothing does.

    ``since`` is a version of the script, or ``version-position`` of the last line that the page got of that version;
    ``seen`` names what it shows of the queue, ``here`` whom it shows to be there, ``pen`` is the line under its pen.
    Lines come out of band, deleted and moved ones as ids; the queue and the people only where they changed.
    """
    script = access.script(request.user, script_id)
    since = _cursor(request.GET.get("since", ""))
    queue, people = _queue(request), _people(request, script)
    has_new_lines = script.version > since[0] or since[1] is not None
    if not has_new_lines and queue is None and people is None:
        return HttpResponse(status=204)
    context = {
        "project": script.project,
        "script": script,
        "since": request.GET.get("since", ""),
        "poll_s": POLL_S,
        "has_new_lines": has_new_lines,
        "queue": queue,
        "people": people,
        "here_seen": presence.digest(people) if people is not None else None,
    }
    if has_new_lines:
        context |= _changes(request, script, *since)
    return render(request, "projects/script_detail.html#changes", context)


def _changes(request: Request, script: Script, version: int, reached: int | None) -> dict[str, Any]:
    """The lines that changed, the head, and the cursor that they lead to."""
    lines = list(script.paragraphs.for_page().changed_since(version, reached)[:ROWS_A_POLL])
    more = len(lines) == ROWS_A_POLL
    left = set(Change.objects.gone_since(script, version).values_list("paragraph", flat=True))
    back = set(script.paragraphs.filter(pk__in=left).values_list("pk", flat=True)) if left else set()
    may_edit = access.may_edit(request.user, script.project)
    return {
        **progress(script, may_edit),
        "lines": lines,
        "since": f"{lines[-1].version}-{lines[-1].position}" if more else script.version,
        "more": more,
        "gone": sorted(left - back),
        "is_spread": script.spread_version > version,
        "may_edit": may_edit,
    }


def _queue(request: Request) -> dict[str, Any] | None:
    """What there is to see of the queue; None where the page did not ask for it or shows it already."""
    if "seen" not in request.GET:
        return None
    queue = runs.queue(request.user)
    return queue if queue["seen"] != request.GET["seen"] else None


def _people(request: Request, script: Script) -> list[presence.Person] | None:
    """Who else is at the script; None where the page did not ask for it or shows it already."""
    if "here" not in request.GET:
        return None
    people = presence.meet(script.pk, request.user, line=position(request.GET.get("pen")))
    return people if presence.digest(people) != request.GET["here"] else None


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


def position(text: str | None) -> int | None:
    """A position as an address has it; None for anything that cannot be one."""
    return int(text) if text and text.isdecimal() and len(text) < 19 else None


def _cursor(text: str) -> tuple[int, int | None]:
    version, _, reached = text.partition("-")
    return position(version) or 0, position(reached)


def progress(script: Script, may_edit: bool, *, counted: Script | None = None) -> dict[str, Any]:
    """The figures at the head of the page, with the estimate for its Generate button.

    ``counted`` is the script with its counts, where they are known already.
    """
    counted = counted or Script.objects.with_counts().get(pk=script.pk)
    counted.project = script.project
    to_make_count = counted.line_count - counted.ready_count
    offered = may_edit and to_make_count > counted.active_count
    return {
        "script": counted,
        "heard": figures.of_script(counted, counted.project),
        "to_make_count": to_make_count,
        "estimate": estimates.estimate(script.paragraphs.missing(), script.project) if offered else None,
        "poll_s": POLL_S,
    }
