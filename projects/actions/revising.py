"""Taking over a revision as it was decided, as one edit of the whole project, and taking it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from narrator.teams.models import User
from projects.actions import edits, lines, paragraphs, reach, revisions
from projects.actions.paragraphs import Done
from projects.actions.revisions import Review
from projects.merging.matching import longest_rise
from projects.merging.ordering import Chapter, Item
from projects.models import Manuscript, Paragraph, Project, Revision, Script
from projects.models.edits import EditKind

# Past every chapter there may be: no two may ever have one position.
ASIDE = 1_000_000


class ChangedSince(Exception):
    """What would be done is not what the person saw: somebody changed lines, or decided. Nothing was done."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Something changed since you opened this page: a line, or a decision. Nothing was done. "
                "The page shows it as it is now; look at it, then take it over."
            )
        )


class Undecided(Exception):
    """Some differences wait for a person's word; nothing was done."""

    def __init__(self, count: int) -> None:
        words = ngettext(
            "%(count)s difference still waits for your decision. Nothing was done.",
            "%(count)s differences still wait for your decision. Nothing was done.",
            count,
        )
        super().__init__(words % {"count": f"{count:,}"})


class NotTheLast(Exception):
    """A later revision stands on this one; that one has to be taken back first."""

    def __init__(self) -> None:
        super().__init__(
            _("A later version of the manuscript was taken over after this one. Take that one back first.")
        )


@dataclass
class _Ready:
    """What taking over works with: the scripts by their place in the order, and the versions that hold them."""

    review: Review
    scripts: dict[Chapter, Script]
    versions: dict[int, int]
    by: User | None


@transaction.atomic
def apply(revision: Revision, *, seen: str, by: User | None) -> Done:
    """Change the project as a review shows it; ``seen`` is the name of what the person saw (``Review.seen``).

    Lines that stay keep their takes, comments and verdicts, moved ones too; those of removed lines are kept for the
    way back. A second call does nothing. Raises ``ChangedSince`` or ``Undecided``.
    """
    row = Revision.objects.select_for_update().get(pk=revision.pk)
    if row.edit_id is not None or row.discarded_at is not None:
        return Done()
    project = reach.hold(row.project_id)
    versions = paragraphs.hold(*project.scripts.values_list("pk", flat=True))
    review = revisions.review(row)
    if review.seen != seen:
        raise ChangedSince
    if review.undecided:
        raise Undecided(review.undecided)
    before = _state(project)
    ready = _Ready(review, _scripts(review, project, versions), versions, by)
    done = _lines(ready)
    _arrange(ready, project)
    _log(row, done, before, review, by=by)
    base = {"chapters": review.theirs.chapters}
    Manuscript.objects.filter(pk=row.manuscript_id).update(project=project, base=base)
    return done


def _log(row: Revision, done: Done, before: dict[str, list[Any]], review: Review, *, by: User | None) -> None:
    """Keep by which edit it was done, and what became of the chapters."""
    if done.edit is None:
        done.edit = paragraphs.log(review.scripts[0].pk, EditKind.REVISION, [], by=by)
    after = _state(row.project)
    changed = {pk: [before.get(pk), now] for pk, now in after.items() if before.get(pk) != now}
    now = timezone.now()
    Revision.objects.filter(pk=row.pk).update(edit=done.edit, chapters=changed, applied_at=now)


def _state(project: Project) -> dict[str, list[Any]]:
    """Title, position, and whether it was taken out, of each chapter."""
    rows = Script.everything.filter(project=project).values_list("pk", "title", "position", "removed")
    return {str(pk): list(state) for pk, *state in rows}


def _scripts(review: Review, project: Project, versions: dict[int, int]) -> dict[Chapter, Script]:
    """The chapters that are there, and the new ones, at the end for now."""
    found: dict[Chapter, Script] = {("ours", at): script for at, script in enumerate(review.scripts)}
    position = max((script.position for script in review.scripts), default=0)
    for chapter in review.order.chapters:
        if chapter not in found and review.order.lines.get(chapter):
            position += 1
            script = Script.objects.create(
                project=project, position=position, title=review.theirs.title(chapter[1])
            )
            found[chapter] = script
            versions[script.pk] = Script.next_version(script.pk)
    return found


def _lines(ready: _Ready) -> Done:
    """Give every line its text and its place, take out what goes, bring in what comes: one edit."""
    review = ready.review
    values: dict[int, paragraphs.Values] = {}
    for line, text in review.rewritten():
        values[line.pk] = {"text": text}
    for line in review.going():
        values[line.pk] = {"removed": True}
    moved, new = _places(ready)
    for line_pk, place in moved.items():
        values.setdefault(line_pk, {}).update(place)
    follows: dict[int, int | None] = {}
    for script in review.scripts if moved else ():
        follows |= lines.predecessors(script.pk, set(moved))
    project = review.revision.project
    rows = Paragraph.objects.with_takes().select_related("edited_by", "locked_by").in_bulk(list(values))
    changes = [(rows[pk], values[pk]) for pk in values]
    done = paragraphs.put(EditKind.REVISION, changes, project=project, versions=ready.versions, by=ready.by)
    lines.remember_places(done, follows)
    return _bring_in(ready, done, new)


def _places(ready: _Ready) -> tuple[dict[int, dict[str, int]], dict[int, list[Paragraph]]]:
    """Where moved lines go, and new ones, by script: found for each run between two lines that stay."""
    moved: dict[int, dict[str, int]] = {}
    new: dict[int, list[Paragraph]] = {}
    for chapter, script in ready.scripts.items():
        items = ready.review.order.lines.get(chapter, [])
        for after, run in _runs(ready.review, chapter, items):
            start = Paragraph.everything.get(pk=after).position if after else 0
            free = paragraphs.place(script.pk, start, len(run), version=ready.versions[script.pk])
            for (kind, at), position in zip(run, free, strict=True):
                if kind == "line":
                    moved[ready.review.lines[at].pk] = {"position": position, "script_id": script.pk}
                    continue
                line = ready.review.made(at)
                line.script, line.position = script, position
                new.setdefault(script.pk, []).append(line)
    return moved, new


def _runs(review: Review, chapter: Chapter, items: Sequence[Item]) -> list[tuple[int, list[Item]]]:
    """What comes to a chapter in one place, behind which line that stays (0: at the start)."""
    kind, number = chapter
    here = [
        at for what, at in items if what == "line" and kind == "ours" and review.ours.chapter_of[at] == number
    ]
    rising = longest_rise(here)
    staying = {at for place, at in enumerate(here) if place in rising}
    after, run = 0, []
    runs: list[tuple[int, list[Item]]] = []
    for item in items:
        if item[0] == "new" or item[1] not in staying:
            run.append(item)
            continue
        if run:
            runs.append((after, run))
        after, run = review.lines[item[1]].pk, []
    return [*runs, (after, run)] if run else runs


def _bring_in(ready: _Ready, done: Done, new: dict[int, list[Paragraph]]) -> Done:
    project = ready.review.revision.project
    for script_id, made in new.items():
        for line in made:
            line.version, line.edited_by = ready.versions[script_id], ready.by
        paragraphs.refresh(made, project)
        Paragraph.objects.bulk_create(made, batch_size=500)
        done = lines.add(done, made[0].script, EditKind.REVISION, made, by=ready.by)
    return done


def _arrange(ready: _Ready, project: Project) -> None:
    """Give chapters their titles and their order; one in which nothing is left is taken out."""
    for one in ready.review.renamed:
        if one.choice == "theirs":
            Script.objects.filter(pk=one.script.pk).update(title=one.title)
    gone = {script.pk for script in ready.review.gone_chapters}
    Script.objects.filter(pk__in=gone).update(removed=True)
    there = [ready.scripts[chapter] for chapter in ready.review.order.chapters if chapter in ready.scripts]
    _number([script.pk for script in there if script.pk not in gone])


def _number(scripts: Sequence[int]) -> None:
    """Let these chapters of one project stand in this order: aside first, because no two may share a position."""
    for start in (ASIDE, 1):
        for position, pk in enumerate(scripts, start=start):
            Script.objects.filter(pk=pk).update(position=position)


@transaction.atomic
def take_back(revision: Revision, *, by: User) -> Done:
    """Undo a revision: lines, places and chapters are as before it, and it waits again with its decisions.

    A second call does nothing. Raises ``NotTheLast``, or ``edits.ChangedSince`` where somebody changed one of its
    lines since; nothing is done then.
    """
    row = Revision.objects.select_for_update().get(pk=revision.pk)
    if row.edit is None:
        return Done()
    project = reach.hold(row.project_id)
    if project.revisions.applied().first() != row:
        raise NotTheLast
    done = edits.take_back(row.edit, by=by)
    _chapters_back(project, row.chapters)
    Revision.objects.filter(pk=row.pk).update(edit=None, chapters={}, applied_at=None)
    Manuscript.objects.filter(pk=row.manuscript_id).update(project=None, base=None)
    return done


def _chapters_back(project: Project, chapters: dict[str, Any]) -> None:
    """Titles and places as they were; a chapter that came goes, unless somebody put lines into it since."""
    rows = Script.everything.filter(project=project).in_bulk()
    place = {pk: script.position for pk, script in rows.items()}
    for name, (before, after) in chapters.items():
        script = rows[int(name)]
        if before is None:
            script.removed = not Paragraph.objects.filter(script=script).exists()
        else:
            script.title = before[0] if script.title == after[0] else script.title
            place[script.pk], script.removed = before[1], before[2]
        Script.everything.filter(pk=script.pk).update(
            title=script.title, removed=script.removed, position=2 * ASIDE + script.pk
        )
    there = [pk for pk, script in rows.items() if not script.removed]
    _number(sorted(there, key=lambda pk: (place[pk], pk)))
