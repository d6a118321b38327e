"""One line: its text, and making a take of it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import reswap

from narrator.teams.rights import Right
from narrator.web import Request, say, tell
from projects import access, tasks
from projects.actions import asking, lines, paragraphs
from projects.forms import SplitForm, TextForm
from projects.models import Paragraph
from projects.views.inspector import (
    INSPECTOR,
    PAGE,
    answer_both,
    inspector_context,
    line_context,
    line_row,
)
from projects.views.lines import act, refused


@require_safe
def paragraph_detail(request: Request, paragraph_id: int) -> HttpResponse:
    """The inspector of a line: direction and the history of its takes. ``?part=line`` asks for the row instead.

    A page may ask for a line that was deleted a moment ago: it gets the inspector all the same, and no row.
    """
    line = access.paragraph(request.user, paragraph_id, removed=True)
    if request.GET.get("part") == "line":
        if line.removed:
            return HttpResponse()
        return line_row(request, line)
    return render(request, f"{INSPECTOR}#inspector", inspector_context(request, line))


@require_http_methods(["GET", "HEAD", "POST"])
def paragraph_text(request: Request, paragraph_id: int) -> HttpResponse:
    """Edit a line's text in its place.

    Where somebody else saved or deleted the line meanwhile the answer is 409: the form, with both texts.
    """
    line = access.paragraph(request.user, paragraph_id, least=Right.EDIT, removed=True)
    if line.is_locked:
        raise paragraphs.Locked([line])
    if request.method != "POST":
        return edit_form(request, line, TextForm(instance=line), status=200)
    form = TextForm(request.POST, instance=line)
    if not form.is_valid():
        return edit_form(request, line, form, status=422)
    if line.removed and not form.cleaned_data["back"]:
        return edit_form(request, line, form, status=409)
    try:
        if line.removed:
            text = form.cleaned_data["text"]
            tasks.queue_act(lines.put_back, line.script, line.pk, text=text, by=request.user)
        else:
            tasks.queue_edit(form.line(), by=request.user, opened=form.cleaned_data["opened"])
    except (paragraphs.Overtaken, paragraphs.Gone):
        return edit_form(request, line, form, status=409)
    saved = access.paragraph(request.user, paragraph_id)
    return line_row(request, saved)


def edit_form(request: Request, line: Paragraph, form: TextForm, *, status: int) -> HttpResponse:
    """The form for a line's text. At 409 with what the line says now beside what the person has written."""
    # Whoever has sent the form sees what the line says by now.
    now = access.paragraph(request.user, line.pk, removed=True) if form.is_bound else line
    context = {
        **line_context(request, now),
        "form": form,
        "number": now.number(),
        "opened": now.text_mark if status in (200, 409) else form["opened"].value() or "",
        "theirs": now if status == 409 else None,
    }
    return render(request, f"{PAGE}#edit", context, status=status)


@require_POST
def paragraph_split(request: Request, paragraph_id: int) -> HttpResponse:
    """Cut a line in two where the cursor stands; answers with the row of its first part, the poll brings the other."""
    line = access.paragraph(request.user, paragraph_id, least=Right.EDIT, removed=True)
    form = SplitForm(request.POST, instance=line)
    if not form.is_valid():
        sentence = _("Put the cursor between two words, with something to speak on both sides.")
        return say(edit_form(request, line, form, status=422), sentence)
    parts = {"first": form.cleaned_data["text"], "rest": form.cleaned_data["rest"]}
    opened = form.cleaned_data["opened"]
    try:
        done = tasks.queue_act(lines.split, line.script, line.pk, opened=opened, by=request.user, **parts)
    except (paragraphs.Overtaken, paragraphs.Gone):
        whole = TextForm({"text": f"{parts['first']}\n{parts['rest']}"}, instance=line)
        return edit_form(request, line, whole, status=409)
    saved = access.paragraph(request.user, paragraph_id)
    response = line_row(request, saved)
    return tell(response, "lines:done", {"words": _("Line split."), "select": done.lines[-1].pk})


@require_POST
def paragraph_merge(request: Request, paragraph_id: int) -> HttpResponse:
    """Put a line and the one after it, or with ``way=before`` the one before it, into one."""
    line = access.paragraph(request.user, paragraph_id, least=Right.EDIT)
    after = request.POST.get("way") != "before"
    try:
        return act(request, line.script_id, lines.merge, line.pk, next=after, words=_("Two lines merged."))
    except lines.NoNeighbour:
        sentence = (
            _("There is no line after this one to merge it with.")
            if after
            else _("There is no line before this one to merge it with.")
        )
        return refused(request, line.script_id, sentence)


@require_POST
def paragraph_alternatives(request: Request, paragraph_id: int) -> HttpResponse:
    """Ask for three takes of one line, to choose from; not where the caps leave less than they cost."""
    line = access.paragraph(request.user, paragraph_id, least=Right.GENERATE)
    try:
        asking.check_alternatives(line)
    except asking.TooDear as error:
        return reswap(refused(request, line.script_id, str(error)), "none")
    tasks.queue_alternatives(line, by=request.user)
    return answer_both(request, line)


@require_POST
def paragraph_render(request: Request, paragraph_id: int) -> HttpResponse:
    """Ask for a new take of one line, even of an unchanged one."""
    line = access.paragraph(request.user, paragraph_id, least=Right.GENERATE)
    tasks.queue_takes(line.script, [line], by=request.user, fresh=True)
    return answer_both(request, line)
