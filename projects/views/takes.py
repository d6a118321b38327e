"""One take: choosing it, trying it again, hearing and seeing it."""

from django.http import Http404, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_POST, require_safe

from narrator import media
from narrator.teams.models import Role
from narrator.web import Request
from projects import access, tasks
from projects.actions import takes
from projects.models import TakeStatus
from projects.views.paragraphs import answer_both


@require_POST
def take_choose(request: Request, take_id: int) -> HttpResponse:
    """Make a finished take the one that is heard and exported."""
    take = access.take(request.user, take_id, least=Role.EDITOR)
    takes.choose(take, script_id=take.paragraph.script_id)
    return answer_both(request, take.paragraph_id)


@require_POST
def take_retry(request: Request, take_id: int) -> HttpResponse:
    """Put a failed take back into the queue."""
    take = access.take(request.user, take_id, least=Role.EDITOR)
    tasks.queue_retry(take, script_id=take.paragraph.script_id)
    return answer_both(request, take.paragraph_id)


@require_safe
def take_audio(request: Request, take_id: int) -> HttpResponseBase:
    """The take's WAV, with byte ranges. It never changes, so the browser may keep it."""
    take = access.take(request.user, take_id)
    if take.status != TakeStatus.READY:
        raise Http404
    return media.serve(request, take.audio, content_type="audio/wav", immutable=True)


@require_safe
def take_waveform(request: Request, take_id: int) -> HttpResponse:
    """The take's waveform: signed bytes, lowest and highest in turn, 50 pairs a second."""
    take = access.take(request.user, take_id)
    if take.status != TakeStatus.READY:
        raise Http404
    headers = {"Cache-Control": "private, max-age=31536000, immutable"}
    return HttpResponse(bytes(take.peaks), content_type="application/octet-stream", headers=headers)
