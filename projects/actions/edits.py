"""Undo, redo, and the history of a line. What an edit is made of is written by paragraphs.py."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from narrator import direct
from narrator.teams.models import User
from projects.actions import lines as acts
from projects.actions import paragraphs
from projects.actions.paragraphs import Done, hold
from projects.models import Change, Edit, Paragraph, Script, Take, TakeStatus
from projects.models.edits import EditKind
from projects.models.paragraphs import EDITED

UNDO = gettext_lazy(
    "%(name)s has changed “%(words)s” since. To undo would lose that, so nothing was changed. "
    "The history of the line has both."
)
REDO = gettext_lazy(
    "%(name)s has changed “%(words)s” since. To redo would lose that, so nothing was changed. "
    "The history of the line has both."
)


class NothingLeft(Exception):
    """This person has nothing to undo, or to redo, in this script."""


class ChangedSince(Exception):
    """Undoing would lose what somebody else did to ``line`` since; nothing was undone. ``str()`` is for people."""

    def __init__(self, line: Paragraph, by: User | None, *, way: str) -> None:
        words = f"{line.text[:60]}…" if len(line.text) > 60 else line.text
        super().__init__((UNDO if way == "undo" else REDO) % {"name": by or _("Somebody"), "words": words})
        self.line = line


@transaction.atomic
def undo(script: Script, *, by: User) -> Done:
    """Take back this person's last act in this script. Raises ``NothingLeft`` or ``ChangedSince``."""
    edit = Edit.objects.next_undo(script, by)
    if edit is None:
        raise NothingLeft
    return take_back(edit, by=by)


@transaction.atomic
def take_back(edit: Edit, *, by: User) -> Done:
    """Take back this very edit, whoever made it and whatever was done after it. Raises ``ChangedSince``."""
    done = _turn(edit, to="before", by=by)
    Edit.objects.filter(pk=edit.pk).update(undone_at=timezone.now())
    return done


@transaction.atomic
def redo(script: Script, *, by: User) -> Done:
    """Do again what this person took back last. Raises ``NothingLeft`` or ``ChangedSince``."""
    edit = Edit.objects.next_redo(script, by)
    if edit is None:
        raise NothingLeft
    done = _turn(edit, to="after", by=by)
    Edit.objects.filter(pk=edit.pk).update(undone_at=None)
    return done


def _turn(edit: Edit, *, to: str, by: User) -> Done:
    """Give the lines of an edit the values ``to`` which it is turned: those from "before" it, or from "after" it."""
    changes = list(edit.changes.all())
    if not changes:  # a revision of which nothing of the author's was wanted
        return Done(edit)
    ids = [change.paragraph_id for change in changes]
    standing = Paragraph.everything.filter(pk__in=ids).values_list("script", flat=True)
    named = {values["script_id"] for c in changes for values in (c.before, c.after) if "script_id" in values}
    versions = hold(edit.script_id, *standing, *named)
    lines = Paragraph.everything.with_takes().select_related("edited_by").in_bulk(ids)
    now = "after" if to == "before" else "before"
    _refuse_if_overtaken(edit, changes, lines, now=now, way="undo" if to == "before" else "redo")
    moved = [change for change in changes if _moves(change)]
    if moved:
        _keep_places(moved, now)
        _set_places(moved, to, lines, versions)
    done = paragraphs.store(
        [(lines[c.paragraph_id], _values(getattr(c, to))) for c in changes],
        project=edit.script.project,
        versions=versions,
        changes=changes,
        by=by,
    )
    direct.save_many(moved, "before", "after")
    for script_id, version in versions.items():
        left = [c.pk for c in changes if (c.left_id, c.left_version) == (script_id, version)]
        Change.objects.filter(pk__in=left).update(left=script_id, left_version=version)
    done.edit = edit
    return done


def emptied(done: Done) -> int:
    """How many of these lines say now what only takes without a sound speak: it was removed (actions/retention.py)."""
    lacking = {line.pk: line.digest for line in done.lines if line.chosen is None or line.is_stale}
    gone = (
        Take.objects.filter(paragraph__in=lacking, status=TakeStatus.EMPTIED)
        if lacking
        else Take.objects.none()
    )
    told = gone.order_by().values_list("paragraph", "digest")
    return len({pk for pk, digest in told if lacking[pk] == digest})


def _values(kept: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kept.items() if name != "follows"}


def _moves(change: Change) -> bool:
    return "position" in change.after or "script_id" in change.after


def _refuse_if_overtaken(
    edit: Edit, changes: Sequence[Change], lines: dict[int, Paragraph], *, now: str, way: str
) -> None:
    """Raise ``ChangedSince`` where a line is no longer as the edit left it, or stands elsewhere by another's hand."""
    moved = [change.paragraph_id for change in changes if _moves(change)]
    others = Change.objects.filter(paragraph__in=moved, edit__gt=edit.pk, edit__undone_at=None)
    moved_on = {c.paragraph_id: c.edit.by for c in others.select_related("edit__by") if _moves(c)}
    for change in changes:
        line = lines[change.paragraph_id]
        kept = _values(getattr(change, now))
        kept.pop("position", None)
        if any(getattr(line, name) != value for name, value in kept.items()):
            raise ChangedSince(line, line.edited_by, way=way)
        if line.pk in moved_on and moved_on[line.pk] != edit.by:
            raise ChangedSince(line, moved_on[line.pk], way=way)


def _keep_places(moved: Sequence[Change], now: str) -> None:
    """Note behind which line each stands now, for the way back."""
    ids = {change.paragraph_id for change in moved}
    scripts = Paragraph.everything.filter(pk__in=ids).values_list("script", flat=True)
    follows: dict[int, int | None] = {}
    for script_id in set(scripts):
        follows |= acts.predecessors(script_id, ids)
    for change in moved:
        getattr(change, now)["follows"] = follows.get(change.paragraph_id)


def _set_places(moved: list[Change], to: str, lines: dict[int, Paragraph], versions: dict[int, int]) -> None:
    """Find these lines positions behind the lines that they followed, neighbours together; write them, too."""
    moved.sort(key=lambda change: getattr(change, to).get("position", lines[change.paragraph_id].position))
    groups: list[list[Change]] = []
    for change in moved:
        before = groups[-1][-1].paragraph_id if groups else None
        if before is not None and getattr(change, to).get("follows") == before:
            groups[-1].append(change)
        else:
            groups.append([change])
    for group in groups:
        script_id = getattr(group[0], to).get("script_id", lines[group[0].paragraph_id].script_id)
        start = _anchor(getattr(group[0], to), script_id)
        positions = paragraphs.place(script_id, start, len(group), version=versions[script_id])
        for change, position in zip(group, positions, strict=True):
            getattr(change, to)["position"] = position
            Paragraph.everything.filter(pk=change.paragraph_id).update(script=script_id, position=position)


def _anchor(kept: dict[str, Any], script_id: int) -> int:
    """The position behind which a line goes back: that of the line it followed, or where that stood."""
    rows = Paragraph.everything.filter(script=script_id)
    if kept.get("follows") is None:
        return 0
    followed = rows.filter(pk=kept["follows"]).first()
    if followed is None:
        followed = rows.filter(position__lte=kept.get("position", 0)).order_by("-position").first()
    return followed.position if followed else 0


def restore(change: Change, *, by: User | None) -> Done:
    """Give a line back what it said before a change. Raises ``paragraphs.Gone`` where the line is gone."""
    script = change.paragraph.script
    values = {name: value for name, value in change.before.items() if name in EDITED}
    with transaction.atomic():
        versions = hold(script.pk)
        rows = [(line, values) for line in paragraphs.present(script.pk, [change.paragraph_id])]
        return paragraphs.put(EditKind.RESTORE, rows, project=script.project, versions=versions, by=by)
