"""Locking lines: until it is unlocked, nobody changes a line's text, direction or chosen take, by whatever way.

What a lock forbids is kept where it is written: ``paragraphs.store`` and ``refresh``, ``takes``, ``recordings`` and
``rendering.finish``. A lock is an edit like any other, so it is in the line's history and can be undone.
"""

from collections.abc import Iterable

from django.db import transaction

from narrator.teams.models import User
from projects.actions.paragraphs import Done, Locked, hold, present, put
from projects.models import Paragraph, Script
from projects.models.edits import EditKind


class NothingToLock(Exception):
    """None of the lines has a take of what it says now."""


@transaction.atomic
def lock(script: Script, ids: Iterable[int], *, by: User | None) -> Done:
    """Lock those of these lines that have a take of what they say now; what waits of them is taken back.

    Raises ``NothingToLock`` where none has one, ``paragraphs.Gone`` where a line is gone.
    """
    versions = hold(script.pk)
    lines = [line for line in present(script.pk, ids) if line.chosen is not None and not line.is_stale]
    if not lines:
        raise NothingToLock
    rows = [(line, {"is_locked": True}) for line in lines]
    return put(EditKind.LOCK, rows, project=script.project, versions=versions, by=by)


@transaction.atomic
def unlock(script: Script, ids: Iterable[int], *, by: User | None) -> Done:
    """Unlock lines. What was changed meanwhile of the direction they inherit reaches them now."""
    versions = hold(script.pk)
    lines = present(script.pk, ids)
    rows = [(line, {"is_locked": False}) for line in lines if not line.is_clip or len(lines) == 1]
    return put(EditKind.UNLOCK, rows, project=script.project, versions=versions, by=by)


def check(paragraph_id: int) -> None:
    """Raise ``paragraphs.Locked`` where this line is locked; to be called while its script is held."""
    line = Paragraph.everything.select_related("locked_by").get(pk=paragraph_id)
    if line.is_locked:
        raise Locked([line])
