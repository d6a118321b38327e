"""The script page, where the work happens. How it follows what changes is in rows.py."""

from operator import attrgetter
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from narrator.direct import together
from narrator.teams.rights import Right
from narrator.web import Request, go, page_or_part
from projects import access, tasks
from projects.actions import asking, endpoint, takes, tallies
from projects.forms import LinesForm
from projects.models import Clip, Script
from projects.models.paragraphs import SPOKEN_KINDS
from projects.views import chapters, rows
from projects.views.endpoints import spoken_by
from projects.views.lines import first_error, refused

PAGE = "projects/script_detail.html"


@require_safe
def script_detail(request: Request, script_id: int) -> HttpResponse:
    """One script: its lines, with the other scripts at the side."""
    script = access.script(request.user, script_id)
    may_edit = access.may_edit(request.user, script.project)
    if request.htmx and request.GET.get("part") == "progress":
        context = {
            **rows.progress(script, may_edit),
            "project": script.project,
            "may_edit": may_edit,
            "back": True,
        }
        return render(request, f"{PAGE}#progress", context)
    shown = rows.asking(script.pk, rows.position(request.GET.get("from")) or 0, rows.LAST)
    siblings = Script.asking_of(script.project_id)
    clips = Clip.asking_within(script.project)
    together(shown, siblings, *([clips] if may_edit else []))
    progress = rows.progress(script, may_edit)
    others = tallies.with_counts(one for one in siblings.objects() if one.pk != script.pk)
    drawn = rows.drawn(shown.rows, may_edit)
    context = {
        **progress,
        "project": script.project,
        "chapters": _chapters(script, others),
        "rows": SafeString("".join([row.html for row in drawn[: rows.WINDOW]])),
        "rest_count": script.line_count - rows.WINDOW if len(drawn) > rows.WINDOW else 0,
        "rest_from": drawn[rows.WINDOW].position if len(drawn) > rows.WINDOW else None,
        "may_edit": may_edit,
        "places": chapters.rows("projects/line_acts.html#place", others) if may_edit else "",
        "kinds": SPOKEN_KINDS,
        "clips": clips.objects() if may_edit else [],
        "may_review": may_edit or access.may_review(request.user, script.project),
        **spoken_by(script.project.team),
    }
    return render(request, PAGE, context)


def _chapters(script: Script, others: list[Script]) -> SafeString:
    """The list at the side."""
    ordered = sorted([script, *others], key=attrgetter("position"))
    drawn = [chapters.row(f"{PAGE}#chapter", one, is_current=one.pk == script.pk) for one in ordered]
    return SafeString("".join([f"<li>{row}</li>" for row in drawn]))


@require_POST
def script_render(request: Request, script_id: int) -> HttpResponse:
    """Generate every line that has no take of its present text and direction; of the ``lines`` alone where named.

    Past what the team wants to be asked for, or what the caps leave, the answer is a question; ``agreed`` then
    says the amount that was agreed to, in millionths, and a run that became dearer meanwhile is asked about again.
    """
    script = access.script(request.user, script_id, least=Right.GENERATE)
    lines = script.paragraphs.missing()
    chosen = request.POST.get("lines", "")
    if chosen:
        form = LinesForm(request.POST)
        if not form.is_valid():
            return refused(request, script_id, first_error(form))
        lines = lines.filter(pk__in=form.cleaned_data["lines"])
        if not lines.exists():
            return refused(
                request, script_id, _("These lines are ready. For another take press R on one of them.")
            )
    agreed = request.POST.get("agreed", "")
    agreed_micro = int(agreed) if agreed.isdecimal() else None
    question = asking.before_generating(lines, script.project, agreed_micro=agreed_micro)
    if question is not None:
        asked = {"question": question.expected, "room_micro": question.room_micro, "chosen": chosen}
        return _ask(request, script, asked)
    tasks.queue_takes(script, lines, by=request.user)
    return _after(request, script_id)


def _ask(request: Request, script: Script, question: dict[str, Any]) -> HttpResponse:
    """The question before money is spent: under the head for htmx, a page of its own for everybody else."""
    is_standin = endpoint.is_standin(script.project.team_id)
    context = {"script": script, "project": script.project, "endpoint_is_standin": is_standin, **question}
    if not request.htmx:
        return render(request, "projects/render_confirm.html", context)
    context |= {**rows.progress(script, True), "may_edit": True}
    return render(request, f"{PAGE}#progress", context)


@require_POST
def script_stop(request: Request, script_id: int) -> HttpResponse:
    """Take back what waits; what is being generated now is finished and kept."""
    script = access.script(request.user, script_id, least=Right.GENERATE)
    takes.cancel_waiting(script, by=request.user)
    return _after(request, script_id)


def _after(request: Request, script_id: int) -> HttpResponse:
    """The head with its new figures for htmx (the poll brings the lines), the page for everybody else."""
    if not request.htmx:
        return go(request, "script-detail", script_id)
    script = access.script(request.user, script_id)
    context = {
        **rows.progress(script, True, seen=script.version),
        "project": script.project,
        "may_edit": True,
    }
    return page_or_part(request, PAGE, "progress", context)
