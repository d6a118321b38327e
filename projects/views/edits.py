"""Undo and redo, and the history of a line."""

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from narrator.teams.rights import Right
from narrator.web import Request
from projects import access, tasks
from projects.actions import edits, paragraphs
from projects.models import Change
from projects.views.lines import answer, refused

SHOWN = 50


@require_POST
def edit_undo(request: Request, script_id: int) -> HttpResponse:
    """Take back this person's last act in this script."""
    return _turn(request, script_id, edits.undo, _("Undone"), _("There is nothing of yours to undo here."))


@require_POST
def edit_redo(request: Request, script_id: int) -> HttpResponse:
    """Do again what this person took back last."""
    return _turn(
        request, script_id, edits.redo, _("Done again"), _("There is nothing of yours to redo here.")
    )


def _turn(
    request: Request, script_id: int, do: Callable[..., paragraphs.Done], word: str, nothing: str
) -> HttpResponse:
    script = access.script(request.user, script_id, least=Right.EDIT)
    try:
        done = tasks.queue_act(do, script, by=request.user)
    except edits.NothingLeft:
        return refused(request, script_id, nothing)
    except edits.ChangedSince as error:
        return refused(request, script_id, str(error))
    kind = done.edit.get_kind_display() if done.edit else ""
    told = _("%(word)s: %(what)s.") % {"word": word, "what": kind}
    return answer(request, script, done, told + _without_sound(done))


@require_safe
def edit_list(request: Request, paragraph_id: int) -> HttpResponse:
    """The history of a line: who changed what and when."""
    line = access.paragraph(request.user, paragraph_id, removed=True)
    cast = dict(line.script.project.characters.values_list("pk", "name"))
    context = {
        "line": line,
        "changes": [(change, change.direction(cast)) for change in Change.objects.of(line)[:SHOWN]],
        "may_edit": access.may_edit(request.user, line.script.project),
    }
    return render(request, "projects/edit_list.html", context)


@require_POST
def change_restore(request: Request, change_id: int) -> HttpResponse:
    """Give a line back what it was before a change."""
    change = access.change(request.user, change_id, least=Right.EDIT)
    script = change.paragraph.script
    try:
        done = tasks.queue_act(edits.restore, change, by=request.user)
    except paragraphs.Gone as error:
        return refused(request, script.pk, str(error))
    return answer(request, script, done, _("Restored as it was before.") + _without_sound(done))


def _without_sound(done: paragraphs.Done) -> str:
    """What to say where lines have come back and their takes have no sound any more."""
    count = edits.emptied(done)
    told = ngettext(
        "The sound of what %(count)d line says now was removed. Generate it again.",
        "The sound of what %(count)d lines say now was removed. Generate them again.",
        count,
    )
    return f" {told % {'count': count}}" if count else ""
