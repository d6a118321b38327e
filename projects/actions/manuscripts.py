"""From a file that somebody hands in to a project with scripts and paragraphs."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from narrator.teams.models import Team, User
from projects.actions import paragraphs
from projects.audio import cover
from projects.manuscript import reading
from projects.manuscript.manuscript import Chapter
from projects.manuscript.manuscript import Manuscript as Reading
from projects.models import Manuscript, Paragraph, Project, Script
from projects.models.characters import NAME_CHARACTERS
from projects.models.paragraphs import STEP

# What BCP 47 calls the ten languages of the endpoint; any other language is sent as Auto.
ENDPOINT_LANGUAGE = {
    "zh": "Chinese",
    "en": "English",
    "de": "German",
    "it": "Italian",
    "pt": "Portuguese",
    "es": "Spanish",
    "ja": "Japanese",
    "ko": "Korean",
    "fr": "French",
    "ru": "Russian",
}


def endpoint_language(tag: str) -> str:
    """Return the endpoint's name for a BCP 47 tag such as ``en-GB``, or ``Auto``."""
    return ENDPOINT_LANGUAGE.get(tag.split("-")[0].lower(), "Auto")


def keep(data: bytes, filename: str, *, team: Team, by: User | None) -> tuple[Manuscript, Reading]:
    """Read a manuscript and keep its file, not yet part of any project.

    Raises ``manuscript.Unreadable`` with a sentence for the person; nothing is kept then.
    """
    read = reading.read_bytes(data, filename)
    sha256 = hashlib.sha256(data).hexdigest()
    row = Manuscript(team=team, filename=Path(filename).name[:200], sha256=sha256, created_by=by)
    row.file.save(f"{sha256[:32]}{Path(filename).suffix[:10].lower()}", ContentFile(data), save=False)
    row.save()
    return row, read


def read(manuscript: Manuscript) -> Reading:
    """Read a kept manuscript again."""
    with manuscript.file.open("rb") as file:
        return reading.read_bytes(file.read(), manuscript.filename)


@transaction.atomic
def make_project(
    manuscript: Manuscript,
    read: Reading,
    *,
    chapters: Mapping[int, str],
    by: User | None,
    **fields: object,
) -> Project:
    """Make a project of the chosen chapters.

    ``chapters`` maps the index of a chapter in ``read`` to its title; ``fields`` are the project's own.
    A manuscript that already is a project makes no second one: that project is returned.
    """
    locked = Manuscript.objects.select_for_update().get(pk=manuscript.pk)
    if locked.project is not None:
        return locked.project
    project = Project.objects.create(team=manuscript.team, created_by=by, **fields)
    _keep_cover(project, read.cover)
    for index in sorted(chapters):
        add_script(project, read.chapters[index], title=chapters[index])
    Manuscript.objects.filter(pk=manuscript.pk).update(project=project)
    return project


def _keep_cover(project: Project, data: bytes) -> None:
    """Give the project the manuscript's cover where a finished file can carry it: a whole JPEG or PNG."""
    try:
        cover.check(data)
    except cover.BadCover:
        return
    name = f"covers/{hashlib.sha256(data).hexdigest()[:32]}"
    project.cover = name if default_storage.exists(name) else default_storage.save(name, ContentFile(data))
    project.save(update_fields=["cover"])


def add_script(project: Project, chapter: Chapter, *, title: str = "") -> Script:
    """Append a script with a chapter's paragraphs to a project."""
    position = project.scripts.count() + 1
    script = Script.objects.create(
        project=project, position=position, title=(title or chapter.title or f"Chapter {position}")[:300]
    )
    spoken = [passage for passage in chapter.passages if passage.is_spoken]
    lines = [
        Paragraph(
            script=script,
            position=n * STEP,
            text=passage.text if passage.speaker else passage.whole,
            speaker=passage.speaker[:NAME_CHARACTERS],
            speaker_sure=round(100 * passage.confidence),
            is_labelled=bool(passage.speaker),
        )
        for n, passage in enumerate(spoken, start=1)
    ]
    paragraphs.refresh(lines, project)
    Paragraph.objects.bulk_create(lines, batch_size=500)
    return script


def forget_unused() -> int:
    """Remove manuscripts that were uploaded two days ago and never became a project; return how many."""
    old = Manuscript.objects.filter(project=None, created_at__lt=timezone.now() - timedelta(days=2))
    for manuscript in old:
        if not Manuscript.objects.filter(file=manuscript.file.name).exclude(pk=manuscript.pk).exists():
            manuscript.file.delete(save=False)
        manuscript.delete()
    return len(old)
