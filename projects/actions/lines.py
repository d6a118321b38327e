"""What people do to whole lines: split, merge, insert, delete, move, pause. Each is one edit, which can be undone."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from narrator import direct
from narrator.teams.models import User
from projects.actions import paragraphs
from projects.actions.paragraphs import Done, Overtaken, hold, place, present, put
from projects.models import Change, Paragraph, Script
from projects.models.edits import EditKind
from projects.models.paragraphs import EDITED, LineKind
from projects.speech.line import is_speakable

BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")


class NoNeighbour(Exception):
    """There is no line on that side to merge with."""


class OtherProject(Exception):
    """The lines would go to a chapter of another project; ``str()`` is a sentence for people."""

    def __init__(self) -> None:
        super().__init__(_("Lines can only be moved to a chapter of the same project."))


def parted(text: str) -> list[str]:
    """Cut pasted text into the texts of lines, at blank lines; what has nothing to speak is left out."""
    parts = [part.strip() for part in BLANK_LINE.split(text.replace("\r\n", "\n"))]
    return [part for part in parts if is_speakable(part)]


def joined(first: str, second: str) -> str:
    """Put two texts into one: with a space between, but not in scripts that have none."""
    wide = all(unicodedata.east_asian_width(letter) in "WF" for letter in (first[-1], second[0]))
    return f"{first}{'' if wide else ' '}{second}"


@transaction.atomic
def split(script: Script, line_id: int, *, first: str, rest: str, opened: str, by: User | None) -> Done:
    """Cut a line in two. Its takes stay with the first part, as stale ones; pause and kind go with the second.

    Raises ``Overtaken`` where the line no longer says what it was ``opened`` with, ``Gone`` where it is gone.
    """
    versions = hold(script.pk)
    (line,) = present(script.pk, [line_id])
    if opened and opened != line.text_mark:
        raise Overtaken(line)
    if line.guarded:
        raise paragraphs.Locked([line])
    (position,) = place(script.pk, line.position, 1, version=versions[script.pk])
    kept = {name: getattr(line, name) for name in EDITED}
    new = _made(script, [{**kept, "text": rest}], [position], versions[script.pk], by=by)
    done = put(
        EditKind.SPLIT,
        [(line, {"text": first, "pause_ms": None, "kind": ""})],
        project=script.project,
        versions=versions,
        by=by,
    )
    add(done, script, EditKind.SPLIT, new, by=by)
    return Done(done.edit, [line, *new], done.outdated)


@transaction.atomic
def put_back(script: Script, line_id: int, *, text: str, by: User | None) -> Done:
    """Put a line that was deleted while somebody wrote back into its place, with what was written."""
    versions = hold(script.pk)
    line = Paragraph.everything.with_takes().get(script=script, pk=line_id)
    values = {"removed": False, "text": text}
    return put(EditKind.RESTORE, [(line, values)], project=script.project, versions=versions, by=by)


@transaction.atomic
def merge(script: Script, line_id: int, *, next: bool, by: User | None) -> Done:
    """Put a line and the one after it (or before it) into one, under the earlier one's direction.

    The takes stay with their own lines: those of the earlier one are stale, the later one is deleted with its
    own. Raises ``NoNeighbour`` at the ends of the script.
    """
    versions = hold(script.pk)
    (line,) = present(script.pk, [line_id])
    rows = Paragraph.objects.filter(script=script)
    if next:
        other = rows.filter(position__gt=line.position).order_by("position").first()
    else:
        other = rows.filter(position__lt=line.position).order_by("-position").first()
    if other is None:
        raise NoNeighbour
    earlier, later = present(script.pk, [line.pk, other.pk])
    if clips := [line for line in (earlier, later) if line.is_clip]:
        raise paragraphs.Locked(clips)
    text = joined(earlier.text, later.text)
    changes: list[tuple[Paragraph, paragraphs.Values]] = [
        (earlier, {"text": text, "pause_ms": later.pause_ms, "kind": later.kind}),
        (later, {"removed": True}),
    ]
    return put(EditKind.MERGE, changes, project=script.project, versions=versions, by=by)


@transaction.atomic
def insert(script: Script, texts: Sequence[str], *, after: int | None, by: User | None) -> Done:
    """Put new lines after the line ``after`` (None: at the start), with the project's direction."""
    version = hold(script.pk)[script.pk]
    start = present(script.pk, [after])[0].position if after is not None else 0
    positions = place(script.pk, start, len(texts), version=version)
    new = _made(script, [{"text": text} for text in texts], positions, version, by=by)
    return add(Done(), script, EditKind.INSERT, new, by=by)


def _made(
    script: Script,
    values: Sequence[paragraphs.Values],
    positions: Sequence[int],
    version: int,
    *,
    by: User | None,
) -> list[Paragraph]:
    """Make new lines at free positions of a script that is held."""
    lines = [
        Paragraph(script=script, position=position, version=version, edited_by=by, **given)
        for given, position in zip(values, positions, strict=True)
    ]
    paragraphs.refresh(lines, script.project)
    return Paragraph.objects.bulk_create(lines, batch_size=200)


def add(done: Done, script: Script, kind: str, new: Sequence[Paragraph], *, by: User | None) -> Done:
    """Keep it that these lines are new: in the edit of what is done, or in one of its own."""
    changes = [
        Change(
            paragraph=line,
            edit=done.edit,
            before={"removed": True},
            after={"removed": False, "text": line.text},
        )
        for line in new
    ]
    if done.edit is None:
        done.edit = paragraphs.log(script.pk, kind, changes, by=by)
    else:
        Change.objects.bulk_create(changes, batch_size=200)
    return Done(done.edit, [*done.lines, *new], done.outdated)


@transaction.atomic
def remove(script: Script, ids: Iterable[int], *, by: User | None) -> Done:
    """Delete lines. Their takes are kept with them, and come back when it is undone."""
    versions = hold(script.pk)
    rows = [(line, {"removed": True}) for line in present(script.pk, ids)]
    return put(EditKind.REMOVE, rows, project=script.project, versions=versions, by=by)


@transaction.atomic
def pause(script: Script, ids: Iterable[int], *, pause_ms: int | None, by: User | None) -> Done:
    """Set the pause after these lines; None: as the project says."""
    versions = hold(script.pk)
    rows = [(line, {"pause_ms": pause_ms}) for line in present(script.pk, ids)]
    return put(EditKind.PAUSE, rows, project=script.project, versions=versions, by=by)


@transaction.atomic
def mark(script: Script, ids: Iterable[int], *, kind: str, by: User | None) -> Done:
    """Say what these lines are in their chapter: lines, titles, or the last ones of a scene."""
    versions = hold(script.pk)
    rows = [(line, {"kind": LineKind(kind)}) for line in present(script.pk, ids)]
    return put(EditKind.PAUSE, rows, project=script.project, versions=versions, by=by)


@transaction.atomic
def move(script: Script, ids: Iterable[int], *, after: int | None, to: Script, by: User | None) -> Done:
    """Move lines, in their order, behind the line ``after`` of the script ``to`` (None: to its start).

    Takes, waiting ones too, go with their lines. Raises ``OtherProject``.
    """
    if to.project_id != script.project_id:
        raise OtherProject
    versions = hold(script.pk, to.pk)
    lines = present(script.pk, ids)
    moving = {line.pk for line in lines}
    start = _start(to, after, moving)
    if to == script and _stands_there(script, start, lines):
        return Done(lines=lines)
    follows = predecessors(script.pk, moving)
    positions = place(to.pk, start, len(lines), version=versions[to.pk])
    by_pk = {line.pk: line for line in present(script.pk, moving)}  # place may have moved them on
    rows = [
        (by_pk[line.pk], {"position": position, "script_id": to.pk})
        for line, position in zip(lines, positions, strict=True)
    ]
    done = put(EditKind.MOVE, rows, project=script.project, versions=versions, by=by)
    remember_places(done, follows)
    return done


def _start(to: Script, after: int | None, moving: set[int]) -> int:
    """The position behind which the lines go. Behind one of themselves means behind what stands before that."""
    if after is None:
        return 0
    (anchor,) = present(to.pk, [after])
    if anchor.pk not in moving:
        return anchor.position
    rows = Paragraph.objects.filter(script=to, position__lt=anchor.position).exclude(pk__in=moving)
    before = rows.order_by("-position").first()
    return before.position if before else 0


def _stands_there(script: Script, start: int, lines: Sequence[Paragraph]) -> bool:
    """Whether these lines already are the ones behind this position."""
    behind = Paragraph.objects.filter(script=script, position__gt=start).order_by("position")
    return list(behind.values_list("pk", flat=True)[: len(lines)]) == [line.pk for line in lines]


def predecessors(script_id: int, ids: set[int]) -> dict[int, int | None]:
    """For each of these lines the one before it; None for the first of the script."""
    found: dict[int, int | None] = {}
    before = None
    for pk in Paragraph.objects.filter(script=script_id).order_by("position").values_list("pk", flat=True):
        if pk in ids:
            found[pk] = before
        before = pk
    return found


def remember_places(done: Done, follows: dict[int, int | None]) -> None:
    """Keep in an edit behind which line each moved one stood: positions themselves do not last."""
    if done.edit is None or not follows:
        return
    changes = [change for change in done.edit.changes.all() if change.paragraph_id in follows]
    for change in changes:
        change.before["follows"] = follows[change.paragraph_id]
    direct.save_many(changes, "before")
