"""One take: choosing it, trying it again, hearing and seeing it."""

from collections.abc import Callable

from django.http import Http404, HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap

from narrator import media
from narrator.teams.rights import Right
from narrator.web import Request
from projects import access, serving, tasks
from projects.actions import checks, discards, live, seams, takes
from projects.models import Take, TakeStatus
from projects.views.inspector import answer_both
from projects.views.lines import refused


@require_POST
def take_choose(request: Request, take_id: int) -> HttpResponse:
    """Make a finished take the one that is heard and exported."""
    take = access.take(request.user, take_id, least=Right.GENERATE)
    takes.choose(take, script_id=take.paragraph.script_id, by=request.user)
    return answer_both(request, take.paragraph)


@require_POST
def take_discard(request: Request, take_id: int) -> HttpResponse:
    """Put a take aside, or with ``back`` take it back."""
    take = access.take(request.user, take_id, least=Right.GENERATE)
    try:
        (discards.bring_back if "back" in request.POST else discards.discard)(take, by=request.user)
    except discards.Needed as error:
        return reswap(refused(request, take.paragraph.script_id, str(error)), "none")
    return answer_both(request, take.paragraph)


@require_safe
def take_seam(request: Request, take_id: int) -> HttpResponseBase:
    """The take among its neighbours as a WAV, with byte ranges: 3 s before, the take, 3 s after, real pauses."""
    made = _seam(request, take_id, seams.of)
    return media.serve_made(request, made, content_type="audio/wav")


@require_safe
def take_seam_waveform(request: Request, take_id: int) -> HttpResponse:
    """The waveform of the seam; see ``take_waveform``."""
    peaks = _seam(request, take_id, seams.picture)
    headers = {"Cache-Control": "private, no-cache"}
    return HttpResponse(peaks, content_type="application/octet-stream", headers=headers)


def _seam(request: Request, take_id: int, make: Callable[[Take], bytes]) -> bytes:
    return serving.made(access.take(request.user, take_id), make)


@require_POST
def take_clear(request: Request, take_id: int) -> HttpResponse:
    """Say that a take which the checks flagged is good all the same."""
    take = access.take(request.user, take_id, least=Right.REVIEW)
    checks.clear(take, script_id=take.paragraph.script_id, by=request.user)
    return answer_both(request, take.paragraph)


@require_POST
def take_retry(request: Request, take_id: int) -> HttpResponse:
    """Put a failed take back into the queue."""
    take = access.take(request.user, take_id, least=Right.GENERATE)
    tasks.queue_retry(take, script_id=take.paragraph.script_id, by=request.user)
    return answer_both(request, take.paragraph)


@require_safe
def take_audio(request: Request, take_id: int) -> HttpResponseBase:
    """The take's WAV, with byte ranges. With ``v``, how often it was trimmed, the browser may keep it."""
    take = access.take(request.user, take_id)
    return serving.take(request, take, immutable=_is_named(request, take))


@require_safe
def take_heard(request: Request, take_id: int) -> HttpResponseBase:
    """The take as the project's files have it, with byte ranges; ``v`` names its trims and the finish."""
    take = access.take(request.user, take_id)
    response = serving.take_heard(request, take)
    mark = take.paragraph.script.project.finishing.mark
    is_named = bool(mark) and request.GET.get("v") == f"{take.trim_count}-{mark}"
    response["Cache-Control"] = f"private, {'max-age=31536000, immutable' if is_named else 'no-cache'}"
    return response


def _is_named(request: Request, take: Take) -> bool:
    """Whether the address names the take's sound as it is now; without ``v`` it means the untrimmed one."""
    return request.GET.get("v", "0") == str(take.trim_count)


@require_safe
def take_waveform(request: Request, take_id: int) -> HttpResponse:
    """The take's waveform: signed bytes, lowest and highest in turn, 50 pairs a second; ``v`` as for ``take_audio``."""
    take = access.take(request.user, take_id)
    if take.status != TakeStatus.READY:
        raise Http404
    may_keep = "private, max-age=31536000, immutable" if _is_named(request, take) else "private, no-cache"
    headers = {"Cache-Control": may_keep}
    return HttpResponse(bytes(take.peaks), content_type="application/octet-stream", headers=headers)


@require_safe
def take_live(request: Request, take_id: int) -> HttpResponse:
    """The sound of a take that is being made, after the place ``?after=``: raw s16le, mono, 24 kHz; perhaps none yet.

    Waits a second at most for something to come. Live-State is ``coming`` as long as it pays to ask again with
    Live-Next, else the status of the take; Live-Epoch changes when it is made anew, and what was heard is void.
    503: there is no live sound now; the finished take will be heard.
    """
    take = access.take(request.user, take_id)
    after = request.GET.get("after", live.START)
    if not live.is_place(after):
        return HttpResponseBadRequest("after= is no place in the sound.", content_type="text/plain")
    try:
        heard = live.listen(take.pk, after=after, wait=take.is_active)
    except live.Deaf:
        if take.is_active:
            return HttpResponse(status=503, headers={"Cache-Control": "no-store", "Retry-After": "5"})
        heard = live.Heard(b"", after, 0, waited=True)
    return HttpResponse(
        heard.pcm, content_type="application/octet-stream", headers=_live_headers(take, heard)
    )


def _live_headers(take: Take, heard: live.Heard) -> dict[str, str]:
    headers = {"Cache-Control": "no-store", "Live-Next": heard.place, "Live-Epoch": str(heard.epoch)}
    headers["Live-State"] = "coming" if take.is_active or heard.pcm else take.status
    if take.status == TakeStatus.READY:
        headers["Live-Audio"] = reverse("take-audio", args=[take.pk])
        headers["Live-Ms"] = str(take.duration_ms)
    if not heard.waited and not heard.pcm:
        headers["Retry-After"] = "1"
    return headers
