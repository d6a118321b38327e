"""Acts on lines of a script, many at once: insert, delete, move, pause. The page's poll then brings what changed."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from narrator.teams.rights import Right
from narrator.web import Request, go, say, tell
from projects import access, tasks
from projects.actions import lines, paragraphs
from projects.forms import InsertForm, LinesForm
from projects.models import Script


@require_POST
def lines_insert(request: Request, script_id: int) -> HttpResponse:
    """Put new lines after a line; a text with blank lines in it becomes as many lines."""
    form = InsertForm(request.POST)
    if not form.is_valid():
        return refused(request, script_id, first_error(form))
    texts = form.cleaned_data["text"]
    after = form.cleaned_data["after"]
    return act(
        request,
        script_id,
        lines.insert,
        texts,
        after=after,
        words=_("%(lines)s inserted.") % {"lines": count(len(texts))},
    )


@require_POST
def lines_remove(request: Request, script_id: int) -> HttpResponse:
    """Delete lines; their takes are kept for undo."""
    return _chosen(request, script_id, lines.remove, gettext_lazy("%(lines)s deleted."))


@require_POST
def lines_pause(request: Request, script_id: int) -> HttpResponse:
    """Set the pause after lines; an empty one is the project's."""
    return _chosen(request, script_id, lines.pause, gettext_lazy("%(lines)s given this pause."), "pause_ms")


@require_POST
def lines_mark(request: Request, script_id: int) -> HttpResponse:
    """Say what lines are: lines, titles, or the ends of scenes."""
    return _chosen(request, script_id, lines.mark, gettext_lazy("%(lines)s marked."), "kind")


@require_POST
def lines_move(request: Request, script_id: int) -> HttpResponse:
    """Move lines behind another one, or with ``to`` to another chapter of the project, there to the end."""
    script = access.script(request.user, script_id, least=Right.EDIT)
    form = LinesForm(request.POST)
    if not form.is_valid():
        return refused(request, script_id, first_error(form))
    chosen, after, to = form.cleaned_data["lines"], form.cleaned_data["after"], script
    words = _("%(lines)s moved.") % {"lines": count(len(chosen))}
    if form.cleaned_data["to"]:
        to = access.script(request.user, form.cleaned_data["to"], least=Right.EDIT)
        after = to.paragraphs.order_by("-position").values_list("pk", flat=True).first()
        words = _("%(lines)s moved to %(title)s.") % {"lines": count(len(chosen)), "title": to.title}
    try:
        return act(request, script_id, lines.move, chosen, after=after, to=to, words=words)
    except lines.OtherProject as error:
        return refused(request, script_id, str(error))


def _chosen(
    request: Request, script_id: int, do: Callable[..., paragraphs.Done], words: Any, *names: str
) -> HttpResponse:
    """Do something to the lines that the request names, with those of its fields that are wanted."""
    form = LinesForm(request.POST)
    if not form.is_valid():
        return refused(request, script_id, first_error(form))
    chosen = form.cleaned_data["lines"]
    options = {name: form.cleaned_data[name] for name in names}
    return act(request, script_id, do, chosen, words=words % {"lines": count(len(chosen))}, **options)


def act(
    request: Request,
    script_id: int,
    do: Callable[..., paragraphs.Done],
    *args: Any,
    words: str,
    **options: Any,
) -> HttpResponse:
    """Do an act on lines of a script that this person may edit; say what was done, or why not."""
    script = access.script(request.user, script_id, least=Right.EDIT)
    try:
        done = tasks.queue_act(do, script, *args, by=request.user, **options)
    except paragraphs.Gone as error:
        return refused(request, script_id, _("%(why)s Nothing was changed.") % {"why": error})
    return answer(request, script, done, words)


def answer(request: Request, script: Script, done: paragraphs.Done, words: str) -> HttpResponse:
    """Tell the page what was done, and which line to go to. Its poll brings the lines."""
    if not request.htmx:
        return go(request, "script-detail", script.pk)
    here = [line.pk for line in done.lines if line.script_id == script.pk]
    did = {"words": words, "select": here[0] if here else None, "lines": here[:500]}
    return tell(HttpResponse(status=204), "lines:done", did if done.edit else {"words": ""})


def refused(request: Request, script_id: int, sentence: str) -> HttpResponse:
    """Say why nothing was done. An act that clashes with another's changes nothing, and answers 409."""
    access.script(request.user, script_id, least=Right.EDIT)
    if not request.htmx:
        return HttpResponse(sentence, status=409, content_type="text/plain")
    return say(HttpResponse(status=409), sentence)


def first_error(form: Any) -> str:
    return next(iter(form.errors.values()))[0]


def count(lines: int) -> str:
    """So many lines, in words."""
    return ngettext("%(count)s line", "%(count)s lines", lines) % {"count": f"{lines:,}"}
