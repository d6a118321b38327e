"""The direction of a whole chapter, and of many lines at once. That of one line is in the inspector."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from narrator.teams.rights import Right
from narrator.web import Request, go
from projects import access, tasks
from projects.actions import directing, projects, reach
from projects.forms.direction import LinesDirectionForm, ScriptDirectionForm
from projects.models import Guide, Paragraph, Script
from projects.speech.instructions import PRESETS
from projects.views.lines import act, count, first_error, refused

LINES = "projects/lines_direction.html"


@require_http_methods(["GET", "HEAD", "POST"])
def script_direction(request: Request, script_id: int) -> HttpResponse:
    """What a chapter changes of the project's direction. Over finished work the answer is a question."""
    script = access.script(request.user, script_id, least=Right.EDIT)
    guide, impact = Guide.of(script.project_id), None
    form = ScriptDirectionForm(
        request.POST or None, instance=script, inherited=guide.of_project, project=script.project
    )
    if request.method == "POST" and form.is_valid():
        directed = form.save(commit=False)
        lines = Paragraph.objects.filter(script=script)
        impact = reach.impact(guide.replacing(rows=[directed]), lines)
    if impact is not None and has_agreed(request, impact):
        changed = tasks.queue_change(
            script.project, lambda: projects.direct_script(directed, by=request.user), by=request.user
        )
        if changed:
            messages.info(request, _("Saved. %(change)s") % {"change": said(changed)})
        return go(request, script)
    context = {
        "script": script,
        "project": script.project,
        "form": form,
        "impact": impact,
        "presets": PRESETS,
    }
    return render(request, "projects/script_direction.html", context, status=422 if form.errors else 200)


@require_POST
def lines_direction(request: Request, script_id: int) -> HttpResponse:
    """Direct many lines at once. Named alone they bring the form; ``look`` asks what it would come to as filled in.

    The act itself is done where ``agreed`` says how many finished lines it makes stale; else that is shown first.
    """
    script = access.script(request.user, script_id, least=Right.EDIT)
    form = LinesDirectionForm(request.POST, project=script.project)
    is_valid = form.is_valid()
    if "lines" in form.errors:
        return refused(request, script_id, first_error(form))
    chosen = form.cleaned_data["lines"]
    locked = script.paragraphs.filter(pk__in=chosen, is_locked=True).count()
    context = {"script": script, "form": form, "count": len(chosen), "locked": locked, "presets": PRESETS}
    if "words" not in request.POST:
        return render(request, LINES, context)
    wish = form.wish() if is_valid else directing.Wish()
    if wish:
        context["impact"] = impact = directing.impact(script, chosen, wish)
    if request.POST.get("look"):
        return render(request, f"{LINES}#reach", context)
    if not wish or "agreed" not in request.POST or not has_agreed(request, impact):
        return render(request, LINES, context, status=200 if is_valid else 422)
    return _direct(request, script, chosen, wish, context)


def _direct(
    request: Request, script: Script, chosen: list[int], wish: directing.Wish, context: dict[str, Any]
) -> HttpResponse:
    """Do it; where the words do not fit behind those of a line, say which line that is."""
    words = _("%(lines)s directed.") % {"lines": count(len(chosen) - context["locked"])}
    if context["locked"]:
        left = {"words": words, "lines": count(context["locked"])}
        words = _("%(words)s Left as locked: %(lines)s.") % left
    try:
        return act(
            request,
            script.pk,
            directing.direct,
            chosen,
            wish,
            words=words,
        )
    except directing.TooLong as error:
        sentence = _("With these words the direction of line %(number)s is too long. Shorten them.") % {
            "number": error.line.number()
        }
        context["form"].add_error("instructions", sentence)
        del context["impact"]
        return render(request, LINES, context, status=422)


def has_agreed(request: Request, impact: reach.Impact) -> bool:
    """Whether nothing finished is reached, or the person has seen how much and wants it."""
    return not impact.finished or request.POST.get("agreed") == str(impact.finished)


def said(changed: int) -> str:
    """What a change did to so many lines."""
    words = ngettext(
        "One line would now be spoken differently; its takes are kept.",
        "%(count)s lines would now be spoken differently; their takes are kept.",
        changed,
    )
    return words % {"count": f"{changed:,}"}
