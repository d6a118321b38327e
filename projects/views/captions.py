"""Text of an export or of a chapter: captions, transcripts, labels and the cue sheet, each as a file to be saved."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from narrator.web import Request
from projects import access, serving
from projects.actions import captions


@require_safe
def export_text(request: Request, export_id: int, kind: str) -> HttpResponse:
    """The text of a finished export; see ``serving``."""
    return serving.export_text(access.export(request.user, export_id), kind, to=request.user)


@require_safe
def script_captions(request: Request, script_id: int) -> HttpResponse:
    """What text of a chapter may be had."""
    script = access.script(request.user, script_id)
    context = {
        "script": script,
        "project": script.project,
        "kinds": captions.KINDS,
        "line_count": script.paragraphs.count(),
        "current_count": script.paragraphs.current().count(),
    }
    return render(request, "projects/script_captions.html", context)


@require_safe
def script_text(request: Request, script_id: int, kind: str) -> HttpResponse:
    """The text of a chapter as it stands, its times those of a WAV of it."""
    return serving.script_text(access.script(request.user, script_id), kind)
