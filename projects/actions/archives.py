"""Archives as jobs: asked for, claimed by a worker, written or taken in with progress, served while of use."""

import shutil
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from narrator.storage import FinishedFile
from narrator.teams.models import Team, User
from projects.actions import activity, archiving, unarchiving
from projects.archive.manifest import BadArchive
from projects.archive.reading import Reader
from projects.archive.writing import Writer
from projects.audio import tags
from projects.models import ActKind, Archive, ArchiveStatus, Project
from projects.models.archives import Way
from projects.sentences import gettext_noop

DOWNLOADED = gettext_noop("downloaded %(name)s")
STOPPED = gettext_noop("The worker stopped %(attempts)s times over this archive. See the worker's log.")
REFUSED = gettext_noop("The disk refused: %(why)s. Make room, and ask again.")

LEASE_S = 120
ATTEMPTS = 3
ENDING = ".narrator.zip"


class Lost(Exception):
    """Another worker has this archive by now."""


@transaction.atomic
def request(project: Project, *, by: User | None) -> Archive:
    """Ask for an archive of a project. One that waits already is returned; those before it stay until it is ready."""
    waiting = Archive.objects.filter(project=project, way=Way.OUT, status=ArchiveStatus.QUEUED).first()
    if waiting:
        return waiting
    activity.note(
        ActKind.EXPORTS, gettext_noop("asked for an archive of the project"), by=by, project=project
    )
    name = f"{tags.file_stem(project.title, 'project')}{ENDING}"
    return Archive.objects.create(
        team=project.team, project=project, way=Way.OUT, filename=name, created_by=by
    )


def keep(file: File, filename: str, *, team: Team, by: User | None) -> Archive:
    """Keep an archive that somebody hands in, if it looks like one. Raises BadArchive with a sentence."""
    stored = default_storage.save(f"archives/in/{uuid.uuid4().hex}.zip", file)
    try:
        with default_storage.open(stored) as kept, Reader(cast(BinaryIO, kept)) as reader:
            total = reader.manifest.sound_bytes
        return Archive.objects.create(
            team=team,
            way=Way.IN,
            filename=Path(filename).name[:200],
            file=stored,
            size_bytes=default_storage.size(stored),
            total_bytes=total,
            created_by=by,
        )
    except BaseException:
        default_storage.delete(stored)
        raise


def note_download(archive: Archive, *, by: User) -> None:
    """Keep that somebody took the file away."""
    activity.note(ActKind.DOWNLOADS, DOWNLOADED % {"name": archive}, by=by, project=archive.project)


def claim(archive_id: int) -> Archive | None:
    """Take a waiting archive for this worker; None where another has it or it waits no more."""
    moved = Archive.objects.filter(pk=archive_id, status=ArchiveStatus.QUEUED).move(
        to=ArchiveStatus.RUNNING, claim_token=uuid.uuid4(), lease_until=_lease()
    )
    rows = Archive.objects.select_related("project", "team", "created_by")
    return rows.get(pk=archive_id) if moved else None


def _lease() -> datetime:
    return timezone.now() + timedelta(seconds=LEASE_S)


def run(archive: Archive) -> str:
    """Write a claimed archive, or take it in, and settle its row; return the status it came to."""
    try:
        return (_write if archive.way == Way.OUT else _take_in)(archive)
    except Lost:
        return ArchiveStatus.QUEUED
    except (archiving.Incomplete, BadArchive) as error:
        return _fail(archive, str(error))
    except OSError as error:
        return _fail(archive, REFUSED % {"why": error.strerror or error})


def _mine(archive: Archive) -> Any:
    return Archive.objects.filter(pk=archive.pk, claim_token=archive.claim_token)


def _progress(archive: Archive) -> Callable[[int, int], None]:
    """Renews the claim and keeps the progress once a second; Lost where the claim is another's."""
    last = 0.0

    def tick(done_bytes: int, total_bytes: int) -> None:
        nonlocal last
        if time.monotonic() - last < 1:
            return
        last = time.monotonic()
        held = _mine(archive).filter(status=ArchiveStatus.RUNNING)
        if not held.update(done_bytes=done_bytes, total_bytes=total_bytes, lease_until=_lease()):
            raise Lost

    return tick


def _write(archive: Archive) -> str:
    folder = settings.DATA_DIR / "work" / "archives" / f"{archive.pk}-{archive.claim_token}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "project.zip"
        write_to(path, archive.project, by=archive.created_by, tick=_progress(archive))  # type: ignore[arg-type]
        return _serve(archive, path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_to(
    path: Path,
    project: Project,
    *,
    by: User | None,
    tick: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Write an archive of a project to a path; where that fails no file is left."""
    with Writer(path, archiving.about(project, by=by, at=timezone.now())) as writer:
        archiving.write(project, writer, tick=tick)


def _serve(archive: Archive, path: Path) -> str:
    size_bytes = path.stat().st_size
    with path.open("rb") as file:
        stored = default_storage.save(
            f"archives/out/{archive.pk}-{str(archive.claim_token)[:8]}.zip", FinishedFile(file)
        )
    if not _settle(archive, file=stored, size_bytes=size_bytes, done_bytes=F("total_bytes")):
        default_storage.delete(stored)
        return ArchiveStatus.QUEUED
    before = Archive.objects.filter(project=archive.project, way=Way.OUT, pk__lt=archive.pk).exclude(file="")
    for old in before:
        _drop(old)
    return ArchiveStatus.READY


def _take_in(archive: Archive) -> str:
    def settle(project: Project) -> None:
        if not _settle(archive, project=project, done_bytes=F("total_bytes")):
            raise Lost

    with default_storage.open(archive.file) as kept, Reader(cast(BinaryIO, kept)) as reader:
        unarchiving.take_in(
            reader, team=archive.team, by=archive.created_by, tick=_progress(archive), settle=settle
        )
    _drop(archive)
    return ArchiveStatus.READY


def _settle(archive: Archive, **values: Any) -> bool:
    return bool(_mine(archive).move(to=ArchiveStatus.READY, finished_at=timezone.now(), **values))


def _fail(archive: Archive, reason: str) -> str:
    _mine(archive).move(to=ArchiveStatus.FAILED, error_reason=reason, finished_at=timezone.now())
    if archive.way == Way.IN:
        _drop(archive)
    return ArchiveStatus.FAILED


def _drop(archive: Archive) -> None:
    """Forget the file of an archive."""
    name = archive.file
    if Archive.objects.filter(pk=archive.pk).update(file="") and name:
        default_storage.delete(name)


def sweep() -> list[int]:
    """Free archives whose worker is gone; return the ids of all that wait, so that their bell can be rung."""
    now = timezone.now()
    lost = Archive.objects.expired(now)
    lost.filter(attempts__gte=ATTEMPTS - 1).move(
        to=ArchiveStatus.FAILED,
        error_reason=STOPPED % {"attempts": ATTEMPTS},
        finished_at=now,
    )
    lost.move(to=ArchiveStatus.QUEUED, claim_token=None, attempts=F("attempts") + 1)
    return list(Archive.objects.filter(status=ArchiveStatus.QUEUED).values_list("pk", flat=True))
