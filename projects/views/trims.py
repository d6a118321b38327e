"""Trimming one take: the panel with its whole waveform, hearing a trim before it is kept, and keeping it."""

from dataclasses import asdict
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import reswap, retarget

from narrator import media, sentences
from narrator.teams.rights import Right
from narrator.web import Request, go
from projects import access
from projects.actions import trims
from projects.audio.trim import Impossible
from projects.forms.trims import TrimForm
from projects.models import Take
from projects.views.inspector import answer_both

GONE = gettext_lazy("The sound of this take is not in the store. Generate the line again.")


@require_http_methods(["GET", "HEAD", "POST"])
def take_trim(request: Request, take_id: int) -> HttpResponse:
    """The panel; a POST keeps the trim and answers with the inspector, or with the panel and why not."""
    take = access.take(request.user, take_id, least=Right.EDIT)
    if request.method != "POST":
        return render(request, "projects/trim.html", _panel(take, TrimForm(initial=asdict(take.trim))))
    form = TrimForm(request.POST)
    if form.is_valid():
        try:
            trims.trim(take, form.trim(), by=request.user)
        except Impossible as error:
            form.add_error(None, sentences.said(str(error)))
        except trims.NotThere:
            form.add_error(None, GONE)
    if form.errors:
        answer = render(request, "projects/trim.html", _panel(take, form), status=422)
        return reswap(retarget(answer, "#trimming"), "innerHTML")
    if not request.htmx:
        return go(request, f"{take.paragraph.script.get_absolute_url()}#line-{take.paragraph_id}")
    return answer_both(request, take.paragraph)


def _panel(take: Take, form: TrimForm) -> dict[str, Any]:
    try:
        whole_ms, room_db = trims.room(take)
    except trims.NotThere:
        raise Http404 from None
    return {"take": take, "form": form, "whole_ms": whole_ms, "room_db": room_db}


@require_safe
def take_trimmed(request: Request, take_id: int) -> HttpResponseBase:
    """The take as it would sound with the trim in the address."""
    take = access.take(request.user, take_id)
    form = TrimForm(request.GET)
    try:
        if not form.is_valid():
            raise Impossible(_("These are no numbers to trim by."))
        made = trims.heard(take, form.trim())
    except Impossible as error:
        return HttpResponse(sentences.said(str(error)), status=422, content_type="text/plain")
    except trims.NotThere:
        raise Http404 from None
    return media.serve_made(request, made, content_type="audio/wav")


@require_safe
def take_whole(request: Request, take_id: int) -> HttpResponse:
    """The waveform of the take as it came, whatever is trimmed of it; see ``take_waveform``."""
    take = access.take(request.user, take_id)
    try:
        peaks = trims.picture(take)
    except trims.NotThere:
        raise Http404 from None
    headers = {"Cache-Control": "private, max-age=31536000, immutable"}
    return HttpResponse(peaks, content_type="application/octet-stream", headers=headers)
