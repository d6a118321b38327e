"""The cover of a project: the picture that its files and its page carry."""

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from narrator.teams.models import User
from projects.actions import activity
from projects.audio import cover
from projects.models import ActKind, Project
from projects.sentences import gettext_noop

GAVE_COVER = gettext_noop("gave the project a cover of %(width)s × %(height)s pixels")


@transaction.atomic
def give(project: Project, data: bytes, *, by: User | None) -> None:
    """Give a project this picture. Raises ``cover.BadCover``, with a sentence, for what files cannot carry."""
    found = cover.check(data)
    if (name := keep(data)) != project.cover.name:
        _set(project, name)
        told = GAVE_COVER % {"width": found.width_px, "height": found.height_px}
        activity.note(ActKind.SETTINGS, told, by=by, project=project)


@transaction.atomic
def remove(project: Project, *, by: User | None) -> None:
    """Take the cover off; the picture stays in the store, where another project may have it, too."""
    if project.cover:
        _set(project, "")
        activity.note(ActKind.SETTINGS, gettext_noop("took the project's cover off"), by=by, project=project)


def keep(data: bytes) -> str:
    """Put a picture into the store, once; returns its name."""
    name = f"covers/{hashlib.sha256(data).hexdigest()[:32]}"
    return name if default_storage.exists(name) else default_storage.save(name, ContentFile(data))


def _set(project: Project, name: str) -> None:
    project.cover = name
    Project.objects.filter(pk=project.pk).update(cover=name)
