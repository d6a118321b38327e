"""Locking and unlocking lines, and the one answer to whatever meets a locked line."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django_htmx.http import reswap

from narrator.teams.rights import Right
from narrator.web import Request, say
from projects import access, tasks
from projects.actions import locks, paragraphs
from projects.forms import LinesForm
from projects.views.lines import answer, count, first_error, refused

LACKING = gettext_lazy("Only a line with a take of what it says now can be locked. Generate it first.")


class LockedLines:
    """Middleware: an act that a locked line refuses answers 409, and the page says why, whichever view it came to."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: Request, error: Exception) -> HttpResponse | None:
        if not isinstance(error, paragraphs.Locked):
            return None
        if not request.htmx:
            return HttpResponse(str(error), status=409, content_type="text/plain")
        return reswap(say(HttpResponse(status=409), str(error)), "none")


@require_POST
def lines_lock(request: Request, script_id: int) -> HttpResponse:
    """Lock lines: nobody changes what they say and how, or which take is heard, until they are unlocked."""
    script = access.script(request.user, script_id, least=Right.EDIT)
    form = LinesForm(request.POST)
    if not form.is_valid():
        return refused(request, script_id, first_error(form))
    chosen = form.cleaned_data["lines"]
    try:
        done = tasks.queue_act(locks.lock, script, chosen, by=request.user)
    except locks.NothingToLock:
        return refused(request, script_id, str(LACKING))
    except paragraphs.Gone as error:
        return refused(request, script_id, _("%(why)s Nothing was locked.") % {"why": error})
    left = len(set(chosen)) - len(done.lines)
    words = _("%(lines)s locked.") % {"lines": count(len(done.lines))}
    return answer(
        request,
        script,
        done,
        _("%(words)s %(lines)s without a current take left open.") % {"words": words, "lines": count(left)}
        if left
        else words,
    )


@require_POST
def lines_unlock(request: Request, script_id: int) -> HttpResponse:
    """Unlock lines; what they inherit reaches them again."""
    script = access.script(request.user, script_id, least=Right.EDIT)
    form = LinesForm(request.POST)
    if not form.is_valid():
        return refused(request, script_id, first_error(form))
    try:
        done = tasks.queue_act(locks.unlock, script, form.cleaned_data["lines"], by=request.user)
    except paragraphs.Gone as error:
        return refused(request, script_id, _("%(why)s Nothing was unlocked.") % {"why": error})
    return answer(request, script, done, _("%(lines)s unlocked.") % {"lines": count(len(done.lines))})
