"""Changing lines: what they say and how, and where they stand. Every change is kept, so that it can be undone.

Whole acts of people (splitting, moving, replacing …) are in lines.py and replacing.py, taking back in edits.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import F, Min, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from narrator import direct
from narrator.direct import Blank, Prepared
from narrator.teams.models import User
from projects.actions import runs
from projects.models import Change, Edit, Guide, LexiconEntry, Paragraph, Project, Script, Take, TakeStatus
from projects.models.edits import EditKind
from projects.models.paragraphs import EDITED, STEP
from projects.models.takes import TakeQuerySet

LOCKING = {"locked_by", "locked_at"}
# So many lines one statement names.
AT_ONCE = 5_000

Values = dict[str, Any]
"""New values of one line, by the names in ``EDITED``, or ``script_id``, ``position``, ``removed``, ``is_locked``."""


class Gone(Exception):
    """The line is not there any more: somebody deleted it or moved it to another script."""

    def __init__(self, line: Paragraph | None = None) -> None:
        super().__init__(_("This line was deleted or moved to another chapter since."))
        self.line = line


class Overtaken(Exception):
    """Somebody saved another text of this line (``line``) after the pen was opened; nothing was saved."""

    def __init__(self, line: Paragraph) -> None:
        super().__init__(
            _("%(name)s saved this line while you wrote.") % {"name": line.edited_by or _("Somebody")}
        )
        self.line = line


def _locked(first: Paragraph, more: int) -> str:
    if more:
        return ngettext(
            "“%(words)s” and %(count)s other line are locked. Unlock first; nothing was changed.",
            "“%(words)s” and %(count)s other lines are locked. Unlock first; nothing was changed.",
            more,
        )
    if first.locked_by:
        return _("“%(words)s” is locked by %(name)s. Unlock first; nothing was changed.")
    return _("“%(words)s” is locked. Unlock first; nothing was changed.")


class Locked(Exception):
    """Some of the lines are locked (``lines``), so nothing was changed; ``str()`` is a sentence for people.

    Whatever meets it in a request is answered with that sentence by views/locks.py.
    """

    def __init__(self, lines: Sequence[Paragraph]) -> None:
        first, more = lines[0], len(lines) - 1
        if first.is_clip:
            super().__init__(
                _("“%(text)s” is a clip. It has no text, direction or takes to change.")
                % {"text": first.text}
            )
            self.lines = lines
            return
        words = f"{first.text[:60]}…" if len(first.text) > 60 else first.text
        super().__init__(_locked(first, more) % {"words": words, "count": more, "name": first.locked_by})
        self.lines = lines


@dataclass
class Done:
    """What an act came to: its edit (None where nothing differed) and the lines it touched that are still there.

    ``outdated`` are those of them that now wait to be made with words they no longer have.
    """

    edit: Edit | None = None
    lines: list[Paragraph] = field(default_factory=list)
    outdated: list[Paragraph] = field(default_factory=list)


def refresh(lines: Iterable[Paragraph], project: Project, *, guide: Guide | None = None) -> list[Paragraph]:
    """Set ``digest`` of these lines of one project to that of what would be sent now; return those it changed of.

    Saves nothing. A locked line stays as it is. Wherever a line's text or direction, or what it inherits, changes,
    this is to be called. What is inherited comes from the ``guide``, else from the rows as they are now: four
    queries for any number of lines.
    """
    guide, lines = guide or Guide.of(project.pk), list(lines)
    digests = [line.line(guide).digest for line in lines]
    if guide.lexicon.too_slow:
        LexiconEntry.objects.stop(guide.lexicon)
        guide = guide.replacing(lexicon=LexiconEntry.objects.lexicon(project))
        digests = [line.line(guide).digest for line in lines]
    changed = []
    for line, digest in zip(lines, digests, strict=True):
        if digest != line.digest and not line.is_locked:
            line.digest = digest
            changed.append(line)
    return changed


@transaction.atomic
def edit(paragraph: Paragraph, *, project: Project, by: User | None, opened: str = "") -> bool:
    """Save a line whose fields a form has changed; return whether a take now waits for a text it no longer has.

    The line's takes stay. Where one of them speaks exactly the new text and direction (an edit taken back,
    say), it is chosen again; otherwise the chosen take becomes stale. ``opened`` names the text that the form
    was opened with: raises ``Overtaken`` where the line says something else by now, ``Gone`` where it is gone.
    """
    script_id, layers = paragraph.script_id, Guide.asking(project.pk)
    counted, asked = Script.counting_up(script_id), Paragraph.asking(paragraph.pk)
    direct.together(counted, asked, *layers)
    line: Paragraph | None = asked.first()
    if line is None or line.removed or line.script_id != script_id:
        raise Gone(line)
    if opened and opened != line.text_mark and line.text != paragraph.text:
        raise Overtaken(line)
    values = {name: getattr(paragraph, name) for name in EDITED}
    guide, versions = Guide.about(line.script.project, layers), {script_id: Script.version_of(counted)}
    done = put(_kind(line, values), [(line, values)], project=project, versions=versions, by=by, guide=guide)
    for name in ("digest", "chosen", "version", "edited_by", "edited_at"):
        setattr(paragraph, name, getattr(line, name))
    return bool(done.outdated)


def _kind(line: Paragraph, values: Values) -> str:
    differing = _differing(line, values)
    if "text" in differing:
        return EditKind.TEXT
    return EditKind.PAUSE if differing <= {"pause_ms", "kind"} else EditKind.DIRECTION


def hold(*script_ids: int) -> dict[int, int]:
    """Count up the versions of these scripts, in an order that is always the same; hold them until the commit."""
    return {script_id: Script.next_version(script_id) for script_id in sorted(set(script_ids))}


def present(script_id: int, ids: Iterable[int]) -> list[Paragraph]:
    """Read these lines of a script that is held, in its order. Raises ``Gone`` unless all of them are there."""
    wanted = set(ids)
    rows = Paragraph.objects.with_takes().select_related("edited_by").filter(script=script_id, pk__in=wanted)
    lines = list(rows.order_by("position"))
    if len(lines) < len(wanted):
        raise Gone(Paragraph.everything.filter(pk__in=wanted - {line.pk for line in lines}).first())
    return lines


def put(
    kind: str,
    rows: Sequence[tuple[Paragraph, Values]],
    *,
    project: Project,
    versions: dict[int, int],
    by: User | None,
    script: Script | None = None,
    guide: Guide | None = None,
) -> Done:
    """Give these lines of one project new values, and keep what changed as one edit of a script.

    ``versions`` is what ``hold`` returned; it has every script that is touched. Without ``script`` the edit
    belongs to the script of the first line. ``guide`` is the project's, where it was read under that hold.
    """
    changes, differing = [], []
    for line, values in rows:
        new = {name: value for name, value in values.items() if getattr(line, name) != value}
        if new:
            before = {name: getattr(line, name) for name in new}
            changes.append(Change(paragraph=line, before=before, after=new))
            differing.append((line, new))
    if not differing:
        return Done(lines=[line for line, _ in rows])
    script_id = script.pk if script is not None else differing[0][0].script_id
    done = store(differing, project=project, versions=versions, changes=changes, by=by, guide=guide)
    done.edit = log(script_id, kind, changes, by=by)
    return done


def log(script_id: int, kind: str, changes: Sequence[Change], *, by: User | None) -> Edit:
    """Keep these changes as one edit."""
    made = Edit(script_id=script_id, kind=kind, by=by, at=timezone.now())
    direct.insert(made)
    for change in changes:
        change.edit = made
    direct.insert_many(changes)
    return made


def store(
    rows: Sequence[tuple[Paragraph, Values]],
    *,
    project: Project,
    versions: dict[int, int],
    changes: Sequence[Change],
    by: User | None,
    guide: Guide | None = None,
) -> Done:
    """Write new values to lines, with all that follows from them; note in each row's change which script it left.

    Raises ``Locked`` for what would change a locked line, before anything is written.
    """
    if locked := [line for line, values in rows if line.guarded & _differing(line, values)]:
        raise Locked(locked)
    now = timezone.now()
    for (line, values), change in zip(rows, changes, strict=True):
        was, was_removed = line.script_id, line.removed
        for name, value in values.items():
            setattr(line, name, value)
        if not was_removed and (line.removed or line.script_id != was):
            change.left_id, change.left_version = was, versions[was]
        if "is_locked" in values:
            line.locked_by, line.locked_at = (by, now) if line.is_locked else (None, None)
        line.version, line.edited_by, line.edited_at = versions[line.script_id], by, now
    lines = [line for line, _ in rows]
    resaid = refresh(lines, project, guide=guide)
    rechosen = choose_fitting(lines)
    _write(rows, resaid, rechosen)
    _take_back([line for line in lines if line.removed or line.is_locked])
    kept = [line for line in lines if not line.removed]
    outdated = [
        line
        for line in kept
        if line.latest and line.latest.status == TakeStatus.QUEUED and line.latest.digest != line.digest
    ]
    return Done(lines=kept, outdated=outdated)


def _differing(line: Paragraph, values: Values) -> set[str]:
    return {name for name, value in values.items() if getattr(line, name) != value}


def _write(
    rows: Sequence[tuple[Paragraph, Values]], resaid: list[Paragraph], rechosen: list[Paragraph]
) -> None:
    """Save these lines: one by one update, many what is the same by a few and the rest row by row; and nothing else.

    A position is written only where it changes: ``place`` may have moved on the lines that somebody holds in memory.
    It is written with the script it is for, and by one statement for many lines: no line may stand for a moment
    where another one does.
    """
    lines = [line for line, _ in rows]
    if len(lines) == 1:
        changed = rows[0][1]
        names = {*changed, "version", "edited_by", "edited_at"} | ({"digest"} if resaid else set())
        names |= ({"chosen"} if rechosen else set()) | (LOCKING if "is_locked" in changed else set())
        direct.save_many(lines, *sorted(names))
        return
    own: dict[str, list[Paragraph]] = {"digest": resaid, "chosen": rechosen}
    same: Values = {"edited_by": lines[0].edited_by, "edited_at": lines[0].edited_at}
    names = {name for _, values in rows for name in values}
    if "is_locked" in names:
        same |= {"locked_by": lines[0].locked_by, "locked_at": lines[0].locked_at}
    if "position" in names:
        placed = [line for line, values in rows if "position" in values or "script_id" in values]
        Paragraph.everything.bulk_update(placed, ["position", "script_id"], batch_size=200)
    for name in names - {"position", "script_id"} if "position" in names else names:
        having = [line for line, values in rows if name in values]
        if len(having) == len(lines) and len({getattr(line, name) for line in lines}) == 1:
            same[name] = getattr(lines[0], name)
        else:
            own[name] = having
    for script_id, version in {(line.script_id, line.version) for line in lines}:
        ids = [line.pk for line in lines if line.script_id == script_id]
        for start in range(0, len(ids), AT_ONCE):
            some = Paragraph.everything.filter(pk__in=ids[start : start + AT_ONCE])
            some.update(version=version, **same)
    for name, having in own.items():
        direct.save_many(having, name)


def choose_fitting(lines: Iterable[Paragraph]) -> list[Paragraph]:
    """Of the lines that have no fitting take: choose the newest of their own that speaks just this; return those."""
    needy = {line.pk: line for line in lines if line.chosen is None or line.is_stale}
    ids, fitting = list(needy), {}
    for start in range(0, len(ids), AT_ONCE):
        for take_id, line_id, digest in _finished(ids[start : start + AT_ONCE]):
            if digest == needy[line_id].digest:
                fitting[line_id] = take_id
    for take in Take.objects.defer("peaks").in_bulk(fitting.values()).values() if fitting else ():
        needy[take.paragraph_id].chosen = take
    return [needy[line_id] for line_id in fitting]


def _finished(ids: list[int]) -> Iterable[tuple[int, int, str]]:
    """The finished takes of these lines that nobody has put aside: id, line and digest, the newest last."""
    if len(ids) == 1:
        return _finished_of_one().rows(paragraph=ids[0])
    return _said(Take.objects.filter(paragraph__in=ids))


@cache
def _finished_of_one() -> Prepared:
    return Prepared(_said(Take.objects.filter(paragraph=Blank(Take, "paragraph"))))


def _said(takes: TakeQuerySet) -> QuerySet[Any, Any]:
    finished = takes.kept().filter(status=TakeStatus.READY).order_by("pk")
    return finished.values_list("pk", "paragraph", "digest")


def _take_back(settled: list[Paragraph]) -> None:
    """Nobody wants what still waits of lines that were deleted or locked. What is being made is finished and kept."""
    if not settled:
        return
    waiting = Take.objects.filter(paragraph__in=settled, status=TakeStatus.QUEUED)
    in_runs = list(waiting.filter(run__isnull=False).values_list("run", flat=True).distinct())
    waiting.cancel(timezone.now())
    runs.end_empty(in_runs)


def place(script_id: int, after: int, count: int, *, version: int) -> list[int]:
    """Return ``count`` free positions after the position ``after`` (0: at the start) of a script that is held.

    Where the gap is too small all lines behind it are moved on by two updates, which changes nothing that
    people see; pages learn of it from ``spread_version``.
    """
    behind = Paragraph.everything.filter(script=script_id, position__gt=after)
    following = behind.aggregate(first=Min("position"))["first"]
    if following is None:
        return [after + STEP * n for n in range(1, count + 1)]
    gap = following - after
    if gap <= count:
        room = STEP * (count + 1)
        behind.update(position=-F("position") - room)  # past zero and back: no two lines may ever meet
        Paragraph.everything.filter(script=script_id, position__lt=0).update(position=-F("position"))
        Script.objects.filter(pk=script_id).update(spread_version=version)
        gap += room
    return [after + gap * n // (count + 1) for n in range(1, count + 1)]
