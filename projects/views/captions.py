"""Text of an export or of a chapter: captions, transcripts, labels and the cue sheet, each as a file to be saved."""

import io
from collections.abc import Sequence
from zipfile import ZIP_DEFLATED, ZipFile

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from narrator.web import Request
from projects import access
from projects.actions import captions, exports, spoken
from projects.actions.spoken import File
from projects.audio import tags
from projects.models import ExportStatus
from projects.views import downloads, tables


@require_safe
def export_text(request: Request, export_id: int, kind: str) -> HttpResponse:
    """The text of a finished export. Of several files a ZIP of one for each; a plain transcript is of them all."""
    export = access.export(request.user, export_id)
    if export.status != ExportStatus.READY or kind not in captions.KINDS:
        raise Http404
    exports.note_download(export, by=request.user, what=captions.KINDS[kind].title)
    return _answer(spoken.of_export(export), export.title, kind)


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
    script = access.script(request.user, script_id)
    if kind not in captions.KINDS:
        raise Http404
    try:
        return _answer([spoken.of_script(script)], script.title, kind)
    except spoken.NothingSpoken:
        raise Http404 from None


def _answer(files: Sequence[File], title: str, kind: str) -> HttpResponse:
    stem = tags.file_stem(title, "narration")
    if kind == "cues":
        return tables.answer(f"{stem}.csv", captions.CUES, captions.cues(files))
    made, how = captions.texts(files, title, kind), captions.KINDS[kind]
    if len(made) == 1:
        ((name, text),) = made
        return downloads.answer(text.encode(), name, f"{how.content_type}; charset=utf-8")
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as parcel:
        for name, text in made:
            parcel.writestr(name, text)
    return downloads.answer(packed.getvalue(), f"{stem}.{kind}.zip", "application/zip")
