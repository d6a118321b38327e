"""Assembling a project's chosen takes into one file."""

import shutil
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from narrator.storage import FinishedFile
from narrator.teams.models import User
from projects.actions import (
    activity,
    credits,
    deliveries,
    destinations,
    encoded,
    finishes,
    notifications,
    plans,
    progress,
    readalongs,
    tallies,
)
from projects.actions.progress import Cancelled, Progress
from projects.audio import encoding, formats, parcel, tags
from projects.audio.assembly import BrokenTake
from projects.audio.book import Unfit
from projects.audio.cover import BadCover
from projects.audio.parcel import Enclosed
from projects.models import ActKind, Export, ExportStatus, Paragraph, Project, Script
from projects.models.exports import ExportQuerySet
from projects.models.notifications import News
from projects.sentences import gettext_noop

CANCELLED = gettext_noop("cancelled the export %(name)s")
DOWNLOADED = gettext_noop("downloaded %(name)s")
DOWNLOADED_OF = gettext_noop("downloaded the %(said_what)s of %(name)s")
NOT_WRITTEN = gettext_noop("The file could not be written: %(said_why)s")
STOPPED = gettext_noop(
    "The worker stopped %(attempts)s times while it assembled this file. See the worker's log."
)
IS_READY = gettext_noop("%(name)s is ready")
NOT_MADE = gettext_noop("%(name)s could not be made")

# What an order says again where it is repeated; what is not here has its usual value then.
OPTIONS = ("format", "partial", "by_chapter", "title", "author", "narrator")
ATTEMPTS = 3


class NotReady(Exception):
    """Some lines have no chosen take of their present text and direction: ``lines``, in the book's order."""

    def __init__(self, lines: list[Paragraph]) -> None:
        super().__init__(_("%(count)s lines are not ready") % {"count": len(lines)})
        self.lines = lines


class NothingToExport(Exception):
    """Not one line of what was asked for has a take."""


def request(
    project: Project,
    scripts: Iterable[Script],
    *,
    format: str,
    by: User | None,
    partial: bool = False,
    approved: bool = False,
    by_chapter: bool = False,
    title: str = "",
    author: str = "",
    narrator: str = "",
    says_synthetic: bool = True,
) -> Export:
    """Freeze which takes go into the file and let a worker assemble it.

    ``approved``: a line whose take no reviewer has approved, as it is now, counts as lacking one; the plan keeps the
    verdict on which each went in (actions/approvals.py). ``says_synthetic``: the file says of its voices what is true.
    Raises ``NotReady`` when a line lacks a current take, unless ``partial`` asks for what there is: a stale
    or missing line is left out then, never filled with old audio. Raises ``NothingToExport`` for an empty file.
    """
    ids = [script.pk for script in scripts]
    lines = Paragraph.objects.filter(script__project=project, script__in=ids).order_by(
        "script__position", "position"
    )
    lacking = lines.exclude(pk__in=lines.judged("approved")) if approved else lines.missing()
    missing = list(lacking.select_related("script", "latest"))
    if missing and not partial:
        raise NotReady(missing)
    finish = finishes.settle(project)
    ready = lines.exclude(pk__in=[line.pk for line in missing])
    plan, total_ms = plans.make(project, approved, ready, finish)
    if not plan:
        raise NothingToExport
    return Export.objects.create(
        project=project,
        format=format,
        partial=partial,
        by_chapter=by_chapter or format == formats.EPUB,
        is_approved=approved,
        title=title or project.title,
        author=author or project.author,
        narrator=narrator,
        note=credits.note(ready.order_by().values("chosen")) if says_synthetic else "",
        plan=plan,
        finish={
            **finish.kept(),
            "chapter_pause_ms": project.chapter_pause_ms,
            **destinations.frozen(project, finish),
        },
        total_ms=total_ms,
        created_by=by,
    )


def again(export: Export) -> dict[str, Any]:
    """What ``request`` is asked for with to make an export once more, with what was set for the next one."""
    said = {name: getattr(export, name) for name in OPTIONS}
    return {**said, "approved": export.is_approved, "says_synthetic": bool(export.note), **export.again}


def narrators(scripts: Iterable[Script]) -> str:
    """Return the names of the voices that speak the chosen takes, the most heard first, at most four."""
    heard = sorted(tallies.voices(scripts).items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(voice for voice, _ in heard[:4])


@transaction.atomic
def cancel(export: Export, *, by: User | None) -> bool:
    """Take an export back; False where it is finished already. A worker notices within a second."""
    if not Export.objects.filter(pk=export.pk).move(to=ExportStatus.CANCELLED, finished_at=timezone.now()):
        return False
    activity.note(ActKind.EXPORTS, CANCELLED % {"name": export}, by=by, project=export.project)
    return True


def note_download(export: Export, *, by: User, what: str = "") -> None:
    """Keep that somebody took the file away; or only ``what`` of it: its WebVTT."""
    told = DOWNLOADED % {"name": export} if not what else DOWNLOADED_OF % {"said_what": what, "name": export}
    activity.note(ActKind.DOWNLOADS, told, by=by, project=export.project)


def claim(export_id: int) -> Export | None:
    """Take a waiting export for this worker; None where another has it or it waits no more."""
    token, now = uuid.uuid4(), timezone.now()
    moved = Export.objects.filter(pk=export_id, status=ExportStatus.QUEUED).move(
        to=ExportStatus.RUNNING, claim_token=token, claimed_at=now, lease_until=progress.lease()
    )
    return Export.objects.select_related("project").get(pk=export_id) if moved else None


def assemble(export: Export) -> str:
    """Assemble a claimed export and settle its row; return the status it came to.

    Memory does not grow with the length. Nothing is served before it is whole: the file is written in the
    work folder, and its name is written to the row after it has been moved into the store.
    """
    folder = settings.DATA_DIR / "work" / "exports" / f"{export.pk}-{export.claim_token}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"book.{export.ending}"
        return _finish(export, path, _write(export, path))
    except Cancelled:
        return ExportStatus.CANCELLED
    except (BrokenTake, BadCover, Unfit, OSError) as error:
        return _fail(export, error)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        encoded.cache().evict()


def _write(export: Export, path: Path) -> list[Enclosed]:
    """Write the file, or a ZIP of one for each chapter; return what is in it."""
    book, format = plans.book(export), formats.of_sound(export.format)
    kept, ear = encoded.cache(), deliveries.ear(export)
    told = Progress(export, is_heard=bool(ear))
    listen = told.heard_by(ear)
    if export.by_chapter:
        chapters = parcel.by_chapter(book)
        around = readalongs.wrapping(export, book) if export.format == formats.EPUB else None
        return parcel.write(
            chapters, path, format, cache=kept, on_progress=told, listen=listen, wrapping=around
        )
    written = encoding.write(book, path, format, cache=kept, on_progress=told)
    length = written.duration_ms * 24
    found = listen(path, lambda: told(length, length)) if listen else None
    return [Enclosed(file_name(export), written, found)]


def _finish(export: Export, path: Path, inside: list[Enclosed]) -> str:
    name = f"exports/{export.pk}-{str(export.claim_token)[:8]}/{file_name(export)}"
    size_bytes = path.stat().st_size
    with open(path, "rb") as file:
        stored = default_storage.save(name, FinishedFile(file))
    timeline = plans.timeline(export, inside)
    duration_ms = sum(one.written.duration_ms for one in inside)
    with transaction.atomic():
        moved = Export.objects.filter(pk=export.pk, claim_token=export.claim_token).move(
            to=ExportStatus.READY,
            file=stored,
            size_bytes=size_bytes,
            duration_ms=duration_ms,
            done_ms=duration_ms,
            total_ms=duration_ms,
            marks=plans.marks(export, inside),
            timeline=timeline,
            delivery=deliveries.report(export, inside, timeline),
            finished_at=timezone.now(),
        )
        if moved:
            _tell(export, IS_READY % {"name": export})
    if not moved:
        default_storage.delete(stored)
    return ExportStatus.READY if moved else ExportStatus.CANCELLED


def _fail(export: Export, error: Exception) -> str:
    _end(
        Export.objects.filter(pk=export.pk, claim_token=export.claim_token),
        NOT_WRITTEN % {"said_why": error},
    )
    return ExportStatus.FAILED


@transaction.atomic
def _end(rows: ExportQuerySet, reason: str) -> None:
    """Let these exports have failed of this, and tell who ordered them."""
    for export in rows.select_related("project", "created_by").defer("plan", "timeline"):
        if rows.filter(pk=export.pk).move(
            to=ExportStatus.FAILED, error_reason=reason, finished_at=timezone.now()
        ):
            _tell(export, NOT_MADE % {"name": export}, quote=reason)


def _tell(export: Export, words: str, quote: str = "") -> None:
    people = [export.created_by]
    notifications.tell(News.EXPORT, people, words, quote=quote, project=export.project, export=export)


def file_name(export: Export) -> str:
    """Return a name for the file that every system and shop accepts: ``The Time Machine.m4b``."""
    return f"{tags.file_stem(export.title, 'narration')}.{export.ending}"


def media_type(export: Export) -> str:
    """Return what the file is on the web."""
    if export.format == formats.EPUB:
        return formats.EPUB_MEDIA_TYPE
    kind = formats.FORMATS[formats.of_sound(export.format)]
    return "application/zip" if export.by_chapter else kind.media_type


def of_ending(name: str) -> str | None:
    """Return the format of files whose names end so: ``.m4b``; None where there is none."""
    found = (format for format, kind in formats.FORMATS.items() if f".{kind.ending}" == name.lower())
    return next(found, None)


def sweep() -> list[int]:
    """Free exports whose worker is gone; return the ids of all that wait, so that their bell can be rung."""
    now = timezone.now()
    lost = Export.objects.expired(now)
    _end(
        lost.filter(attempts__gte=ATTEMPTS - 1),
        STOPPED % {"attempts": ATTEMPTS},
    )
    lost.move(to=ExportStatus.QUEUED, claim_token=None, attempts=F("attempts") + 1)
    return list(Export.objects.filter(status=ExportStatus.QUEUED).values_list("pk", flat=True))
