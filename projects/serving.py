"""Files for whoever may have them, the same for pages and programs: exports, their text, archives, sounds of takes.

Who may is access.py's to say; the answers are narrator.media's. What is not there is a 404.
"""

import io
from collections.abc import Callable, Sequence
from zipfile import ZIP_DEFLATED, ZipFile

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from narrator import media, tables
from narrator.teams.models import User
from projects.actions import archives, captions, chapters, exports, playing, spoken
from projects.actions.spoken import File
from projects.audio import tags
from projects.audio.assembly import BrokenTake
from projects.models import Archive, ArchiveStatus, Export, ExportStatus, Project, Script, Take, TakeStatus
from projects.models.archives import Way


def export(request: HttpRequest, row: Export, *, to: User) -> HttpResponseBase:
    """The file of a finished export, with byte ranges; that it was taken away is kept."""
    if row.status != ExportStatus.READY:
        raise Http404
    if media.from_the_start(request):
        exports.note_download(row, by=to)
    return media.serve(
        request, row.file, content_type=exports.media_type(row), filename=exports.file_name(row)
    )


def export_chapters(row: Export, kind: str) -> HttpResponse:
    """Where the chapters of a finished file begin, as one of ``chapters.KINDS``; only of one file."""
    if row.status != ExportStatus.READY or row.by_chapter or kind not in chapters.KINDS:
        raise Http404
    name, text = chapters.text(row, kind)
    return media.saved(text.encode(), name, f"{chapters.KINDS[kind].content_type}; charset=utf-8")


def export_text(row: Export, kind: str, *, to: User) -> HttpResponse:
    """The text of a finished export as one of ``captions.KINDS``.

    Of several files a ZIP of one for each; a plain transcript is of them all.
    """
    if row.status != ExportStatus.READY or kind not in captions.KINDS:
        raise Http404
    exports.note_download(row, by=to, what=captions.KINDS[kind].title)
    return _text(spoken.of_export(row), row.title, kind)


def script_text(row: Script, kind: str) -> HttpResponse:
    """The text of a chapter as it stands, its times those of a WAV of it."""
    if kind not in captions.KINDS:
        raise Http404
    try:
        return _text([spoken.of_script(row)], row.title, kind)
    except spoken.NothingSpoken:
        raise Http404 from None


def _text(files: Sequence[File], title: str, kind: str) -> HttpResponse:
    stem = tags.file_stem(title, "narration")
    if kind == "cues":
        return tables.answer(f"{stem}.csv", captions.CUES, captions.cues(files))
    made, how = captions.texts(files, title, kind), captions.KINDS[kind]
    if len(made) == 1:
        ((name, text),) = made
        return media.saved(text.encode(), name, f"{how.content_type}; charset=utf-8")
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as parcel:
        for name, text in made:
            parcel.writestr(name, text)
    return media.saved(packed.getvalue(), f"{stem}.{kind}.zip", "application/zip")


def archive(request: HttpRequest, row: Archive, *, to: User) -> HttpResponseBase:
    """The file of a finished archive; that it was taken away is kept."""
    if row.way != Way.OUT or row.status != ArchiveStatus.READY or not row.file:
        raise Http404
    archives.note_download(row, by=to)
    return media.serve(request, row.file, content_type="application/zip", filename=row.filename)


def cover(request: HttpRequest, project: Project) -> HttpResponseBase:
    """The project's cover picture."""
    if not project.cover:
        raise Http404
    with project.cover.open("rb") as file:
        is_png = file.read(4) == b"\x89PNG"
    return media.serve(request, project.cover.name, content_type="image/png" if is_png else "image/jpeg")


def take(request: HttpRequest, row: Take, *, immutable: bool = False) -> HttpResponseBase:
    """The sound of a finished take: WAV, mono, 24 kHz, 16 bit, with byte ranges."""
    if row.status != TakeStatus.READY:
        raise Http404
    return media.serve(request, row.audio, content_type="audio/wav", immutable=immutable)


def take_heard(request: HttpRequest, row: Take) -> HttpResponseBase:
    """A finished take as the project's files have it."""
    if row.status == TakeStatus.READY and not row.paragraph.script.project.finishing.mark:
        return media.serve(request, row.audio, content_type="audio/wav")
    return media.serve_made(request, made(row, playing.heard), content_type="audio/wav")


def made(row: Take, make: Callable[[Take], bytes]) -> bytes:
    """What is made of the sound of a finished take."""
    if row.status != TakeStatus.READY:
        raise Http404
    try:
        return make(row)
    except BrokenTake:
        raise Http404 from None
