"""Changing what is said instead of what is written: what a change would come to, making it, taking it back.

A lexicon is a team's or a project's. What is sent is resolved in models/guides.py, how texts are looked through is in
projects/lexicon. A change marks exactly the lines whose spoken text it changes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from narrator.teams.models import Team, User
from projects.actions import estimates, reach
from projects.lexicon import expansions
from projects.lexicon.entries import Spoken
from projects.lexicon.lexicon import Lexicon
from projects.models import Guide, LexiconChange, LexiconEntry, Paragraph, Price, Project
from projects.models.lexicons import SAID, Kind, Slow
from projects.models.takes import ACTIVE
from projects.sentences import gettext_noop

LINES_A_QUERY = 5_000
# So many lines a preview shows; the one that is heard is the shortest of so many.
SHOWN, LOOKED_AT = 5, 200
ENTRIES_AT_MOST, PATTERNS_AT_MOST = 2_000, 50


# What the history of a lexicon says of a change.
IS_SAID = gettext_noop("“%(written)s” is said “%(spoken)s”")
IS_LEFT = gettext_noop("“%(written)s” is said as it is written")
IMPORTED = gettext_noop("Imported %(count)s entries")
TAKEN_BACK = gettext_noop("Taken back: %(said_change)s")
EXPANDED = gettext_noop("Spoken in full: %(said_all)s")
NOTHING_EXPANDED = gettext_noop("Nothing is spoken in full any more")


class Unfit(Exception):
    """A change that cannot be made; ``str()`` says why, and what to do."""


class Full(Unfit):
    """More entries than every line of every chapter can be looked through for."""

    def __init__(self) -> None:
        most = {"entries": f"{ENTRIES_AT_MOST:,}", "patterns": PATTERNS_AT_MOST}
        super().__init__(
            _("A lexicon has at most %(entries)s entries, %(patterns)s of them patterns. Remove some first.")
            % most
        )


class Taken(Unfit):
    """There is such an entry already."""

    def __init__(self, row: LexiconEntry) -> None:
        super().__init__(
            _("“%(written)s” is in this lexicon already: it is said “%(spoken)s”. Edit that entry.")
            % {"written": row.written, "spoken": row.spoken}
        )


class TooSlow(Unfit):
    """A pattern of the change takes too long on lines that are there."""

    def __init__(self) -> None:
        super().__init__(_("This pattern takes too long on the lines that are there. Make it simpler."))


@dataclass(frozen=True)
class Scope:
    """Whose lexicon it is: a team's, or of one of its projects."""

    team: Team
    project: Project | None = None

    @property
    def entries(self) -> Any:
        return LexiconEntry.objects.of(self.team.pk, self.project.pk if self.project else None)

    @property
    def projects(self) -> list[Project]:
        """The projects whose lines it is for."""
        if self.project is not None:
            return [self.project]
        return list(Project.objects.filter(team=self.team).select_related("team").order_by("pk"))

    @property
    def changes(self) -> Any:
        return LexiconChange.objects.filter(team=self.team, project=self.project)


@dataclass(frozen=True)
class Change:
    """What is to become of a lexicon: entries that come or are said differently, and those that go.

    ``expansions``: what the project is to speak in full instead of what it does now.
    """

    scope: Scope
    put: Sequence[LexiconEntry] = ()
    drop: Sequence[LexiconEntry] = ()
    expansions: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """A new entry is of this lexicon from the start: a project's goes before the team's in the preview, too."""
        for row in self.put:
            row.team, row.project = self.scope.team, self.scope.project

    def lexicon(self, project: Project) -> Lexicon:
        """The lexicon that the lines of a project would have."""
        gone = {row.pk for row in (*self.put, *self.drop)}
        present = LexiconEntry.objects.for_project(project.pk).filter(slow="").order_by("pk")
        kinds = project.expansions if self.expansions is None else self.expansions
        return _tried([*(row for row in present if row.pk not in gone), *self.put], tuple(kinds))

    def touching(self) -> Lexicon | None:
        """A lexicon of what the change is about: what it does not touch stays as it is. None: all may change."""
        if self.expansions is not None:
            return None
        ids = [row.pk for row in (*self.put, *self.drop) if row.pk]
        return _tried([*LexiconEntry.objects.filter(pk__in=ids), *self.put])


def _tried(rows: Iterable[LexiconEntry], kinds: tuple[str, ...] = ()) -> Lexicon:
    """A lexicon that is tried out: a new one each time, so that nothing is held against a pattern later."""
    return Lexicon((row.entry for row in rows), expansions.of(kinds))


@dataclass(frozen=True)
class Heard:
    """A line that would be spoken differently."""

    pk: int
    project_id: int
    spoken: Spoken
    is_locked: bool = False


@dataclass(frozen=True)
class Preview:
    """What a change would come to: its impact, some of the lines, and the one that is best heard first.

    ``locked`` lines would hear it, too, but stay as they are.
    """

    impact: reach.Impact
    lines: list[Heard] = field(default_factory=list)
    locked: int = 0

    @property
    def shown(self) -> list[Heard]:
        return self.lines[:SHOWN]

    @property
    def sample(self) -> Heard | None:
        """The shortest of the lines: quick to hear, and cheap."""
        return min(self.lines[:LOOKED_AT], key=lambda one: len(one.spoken.text), default=None)


def preview(change: Change) -> Preview:
    """What a change would come to; nothing is saved. One pass over the lines. Raises ``TooSlow``."""
    price = Price.of(change.scope.team.pk)
    impacts: list[reach.Impact] = []
    lines: list[Heard] = []
    locked = 0
    for project in change.scope.projects:
        guide = Guide.of(project.pk)
        reached = list(_reached(guide, change.lexicon(project), change.touching()))
        found = [one for one in reached if not one.is_locked]
        locked += len(reached) - len(found)
        guide = guide.replacing(lexicon=change.lexicon(project))
        for some in _batches([one.pk for one in found]):
            impacts.append(reach.impact(guide, Paragraph.objects.filter(pk__in=some)))
        lines += found[: max(LOOKED_AT - len(lines), 0)]
    estimate = estimates.together((one.estimate for one in impacts), price)
    whole = reach.Impact(sum(one.lines for one in impacts), sum(one.finished for one in impacts), estimate)
    return Preview(whole, lines, locked)


def _reached(guide: Guide, new: Lexicon, touching: Lexicon | None) -> Iterator[Heard]:
    """The lines of a project that another lexicon would have spoken differently, in their order."""
    lines = Paragraph.objects.filter(script__project=guide.project)
    fields = ("pk", "text", "language", "script_id", "character_id", "is_locked")
    for line in lines.order_by("script__position", "position").values_list(*fields, named=True):
        language = guide.language(line)
        if touching is not None and not touching.touches(line.text, language):
            if touching.too_slow:
                raise TooSlow
            continue
        spoken = new.say(line.text, language)
        if new.too_slow:
            raise TooSlow
        if spoken.text != guide.lexicon.say(line.text, language).text:
            yield Heard(line.pk, guide.project.pk, spoken, line.is_locked)


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), LINES_A_QUERY):
        yield ids[start : start + LINES_A_QUERY]


def counts(scope: Scope) -> dict[int | str, int]:
    """In how many lines each entry, by its id, says something; one pass over the lines of each project.

    For a project also each kind of expansion, by its name: where it would, and no entry or kind before it has.
    """
    kinds = expansions.KINDS if scope.project else ()
    found: dict[int | str, int] = dict.fromkeys(kinds, 0)
    for project in scope.projects:
        guide = Guide.of(project.pk)
        lexicon = Lexicon(guide.lexicon.entries, expansions.of(kinds))
        lines = Paragraph.objects.filter(script__project=project).order_by()
        for line in lines.values_list("text", "language", "script_id", "character_id", named=True):
            changes = lexicon.say(line.text, guide.language(line)).changes
            for key in {change.entry.pk if change.entry else change.expansion for change in changes}:
                found[key] = found.get(key, 0) + 1
    return found


@transaction.atomic
def make(change: Change, words: str, *, by: User | None) -> LexiconChange:
    """Make a change and keep who made it; exactly the lines whose spoken text it changes are marked.

    Raises ``Unfit`` where an entry that comes is there already, is too slow or too many; then nothing is changed.
    """
    scope = change.scope
    # No key: whoever writes rows of this team at the same time, a worker for one, does not wait for us.
    Team.objects.select_for_update(no_key=True).get(pk=scope.team.pk)
    projects = [reach.hold(project.pk) for project in scope.projects]
    reached = {
        project.pk: [
            one.pk
            for one in _reached(Guide.of(project.pk), change.lexicon(project), change.touching())
            if not one.is_locked
        ]
        for project in projects
    }
    finished = [pk for ids in reached.values() for some in _batches(ids) for pk in _finished(some)]
    rows, before = _put(change, by=by), None
    if change.expansions is not None and scope.project is not None:
        before = [projects[0].expansions, list(change.expansions)]
        Project.objects.filter(pk=scope.project.pk).update(expansions=list(change.expansions))
    for project in projects:
        for some in _batches(reached[project.pk]):
            reach.settle(project, Paragraph.objects.filter(pk__in=some))
    kept = {"words": words[:300], "rows": rows, "expansions": before, "lines": finished}
    return LexiconChange.objects.create(team=scope.team, project=scope.project, created_by=by, **kept)


def _finished(ids: Sequence[int]) -> list[int]:
    return list(Paragraph.objects.current().filter(pk__in=ids).values_list("pk", flat=True))


def _put(change: Change, *, by: User | None) -> list[list[dict[str, Any] | None]]:
    """Write the entries; return what each said before and says now."""
    entries, rows = change.scope.entries, []
    before = {
        row.pk: row.said for row in entries.filter(pk__in=[row.pk for row in (*change.put, *change.drop)])
    }
    for row in change.drop:
        if row.pk in before:
            rows.append([before[row.pk], None])
            entries.filter(pk=row.pk).delete()
    for row in change.put:
        same = entries.filter(kind=row.kind, written=row.written, language=row.language).exclude(pk=row.pk)
        if there := same.first():
            raise Taken(there)
        row.edited_by, row.slow = by, ""
        rows.append([before.get(row.pk), row.said])
        row.save()
    patterns = entries.filter(kind=Kind.PATTERN).count()
    if entries.count() > ENTRIES_AT_MOST or patterns > PATTERNS_AT_MOST:
        raise Full
    return rows


def undoing(change: LexiconChange) -> tuple[Change, int]:
    """What takes a change back, and how many of its entries were changed again since and stay."""
    scope = Scope(change.team, change.project)
    put, drop, kept, back = [], [], 0, None
    if change.expansions is not None and change.project is not None:
        was, now = change.expansions
        back = tuple(was) if change.project.expansions == now else None
        kept += back is None
    for before, after in change.rows:
        if after is None:
            row = LexiconEntry(**before)
            is_there = scope.entries.filter(
                **{name: before[name] for name in ("kind", "written", "language")}
            )
            put += [] if is_there else [row]
            kept += is_there.exists()
        elif (there := scope.entries.filter(**after).first()) is None:
            kept += 1
        elif before is None:
            drop.append(there)
        else:
            for name in SAID:
                setattr(there, name, before[name])
            put.append(there)
    return Change(scope, put, drop, back), kept


def is_said(row: LexiconEntry) -> str:
    """What an entry says, as a change that puts it."""
    return IS_SAID % {"written": row.written, "spoken": row.spoken}


def expanded(kinds: list[str]) -> str:
    """What is spoken in full from now on, as a change; ``kinds`` in words."""
    return EXPANDED % {"said_all": ", ".join(kinds)} if kinds else NOTHING_EXPANDED


@transaction.atomic
def undo(change: LexiconChange, *, by: User | None) -> tuple[LexiconChange, int] | None:
    """Take a change back; None where somebody did already. What was changed again since stays as it is.

    Returns the change that this is itself, and how many entries stayed.
    """
    if not LexiconChange.objects.filter(pk=change.pk, undone_at=None).update(undone_at=timezone.now()):
        return None
    back, kept = undoing(change)
    return make(back, TAKEN_BACK % {"said_change": change.words}, by=by), kept


def to_render(change: LexiconChange) -> list[Paragraph]:
    """The lines that had a finished take before a change, have none of their present text, and do not wait for one."""
    found: list[Paragraph] = []
    for some in _batches(change.lines):
        rows = Paragraph.objects.missing().filter(pk__in=some, chosen__isnull=False)
        rows = rows.exclude(latest__status__in=ACTIVE, latest__digest=F("digest"))
        found += rows.select_related("script__project").order_by("script", "position")
    return found


def left(change: LexiconChange) -> tuple[list[Paragraph], estimates.Estimate]:
    """What a change leaves to be generated again: those lines, and what they call for."""
    lines, price = to_render(change), Price.of(change.team_id)
    parts = []
    for project in {line.script.project for line in lines}:
        ids = [line.pk for line in lines if line.script.project_id == project.pk]
        parts.append(estimates.estimate(Paragraph.objects.filter(pk__in=ids), project))
    return lines, estimates.together(parts, price)


def sweep() -> int:
    """Let the lines be spoken without the patterns that were found to take too long; return how many there were."""
    found = list(LexiconEntry.objects.filter(slow=Slow.FOUND).select_related("team", "project"))
    for row in found:
        with transaction.atomic():
            for project in Scope(row.team, row.project).projects:
                reach.settle(reach.hold(project.pk))
            LexiconEntry.objects.filter(pk=row.pk, slow=Slow.FOUND).update(slow=Slow.SETTLED)
    return len(found)


def entries_of(rows: Iterable[dict[str, Any]], scope: Scope) -> tuple[list[LexiconEntry], int]:
    """Entries that come from a file: new ones, and those that say it differently now; and how many say the same."""
    there = {(row.kind, row.written, row.language): row for row in scope.entries}
    put, same = [], 0
    for said in rows:
        key = (said["kind"], said["written"], said["language"])
        row = there.get(key)
        if row is not None and row.said == said:
            same += 1
            continue
        row = row or LexiconEntry()
        for name in SAID:
            setattr(row, name, said[name])
        put.append(row)
        there[key] = row
    return put, same
