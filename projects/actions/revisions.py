"""A new version of a manuscript, compared with what the project says: what the author changed, and what that costs.

Nothing of the project is changed here; taking a revision over, and back again, is revising.py's.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property, lru_cache

from django.db import transaction
from django.utils import timezone

from narrator.teams.models import User
from projects.actions import activity, differences, estimates, manuscripts
from projects.actions.differences import Choice, Difference, Renamed
from projects.actions.estimates import Estimate
from projects.manuscript.arrangement import Arrangement
from projects.manuscript.manuscript import Chapter, Passage, Unreadable
from projects.manuscript.manuscript import Manuscript as Reading
from projects.merging import units, words
from projects.merging.book import Book
from projects.merging.ordering import Order, order
from projects.merging.units import Comparison, State, Unit
from projects.models import Guide, Manuscript, Paragraph, Project, Revision, Script
from projects.models.activity import ActKind
from projects.models.paragraphs import LineKind
from projects.sentences import gettext_noop

DISCARDED_THE_NEW = gettext_noop("discarded the new version %(filename)s")

# So many comparisons each process remembers: the page asks for one with every press of a button.
REMEMBERED = 2
LINE_FIELDS = ("text", "script", "position", "voice", "language", "instructions", "character", "is_locked")


def start(project: Project, data: bytes, filename: str, *, by: User | None) -> Revision:
    """Read a new version of a project's manuscript and keep it beside the project, which stays as it is.

    It is arranged as the version before was: chapters ticked, named, merged and split, and what is spoken in them.
    The same file again is the revision that waits already. Raises ``manuscript.Unreadable`` with a sentence for the
    person.
    """
    row, read = manuscripts.keep(data, filename, team=project.team, by=by)
    waiting = project.revisions.pending().filter(manuscript__sha256=row.sha256).first()
    if waiting is not None:
        manuscripts.forget(row)
        return waiting
    if (plan := _like_before(project, read)) is not None:
        row.plan = plan.as_json()
        row.save(update_fields=["plan"])
    return Revision.objects.create(project=project, manuscript=row, created_by=by)


def _like_before(project: Project, read: Reading) -> Arrangement | None:
    """The plan of a new version, arranged as the version before was; None where nobody knows how that was."""
    before = previous(project)
    if before is None or not before.plan.get("sections"):
        return None
    try:
        old = manuscripts.read(before)
    except (OSError, Unreadable):
        return None
    return Arrangement.of(read).like(manuscripts.arrangement(before, old), old, read)


def previous(project: Project) -> Manuscript | None:
    """The manuscript that the project was last made like."""
    newest = project.revisions.applied().first()
    if newest is not None:
        return newest.manuscript
    return project.manuscripts.filter(revision=None).order_by("pk").first()


@transaction.atomic
def decide(revision: Revision, choices: Mapping[str, Choice]) -> None:
    """Keep decisions about differences, by their marks. Of a revision that was taken over it decides nothing."""
    row = Revision.objects.select_for_update().get(pk=revision.pk)
    if row.edit_id is None:
        row.choices |= choices
        row.save(update_fields=["choices"])
    revision.choices = row.choices


@transaction.atomic
def discard(revision: Revision, *, by: User | None) -> bool:
    """Put away a revision that waits; it is forgotten with its file two days later. False where it waits no more."""
    waiting = Revision.objects.filter(pk=revision.pk, edit=None, discarded_at=None)
    discarded = waiting.update(discarded_at=timezone.now())
    if discarded:
        words = DISCARDED_THE_NEW % {"filename": revision.manuscript.filename}
        activity.note(ActKind.IMPORTS, words, by=by, project=revision.project)
    return bool(discarded)


@dataclass
class Review:
    """A comparison, with what has been decided about it so far.

    ``lines`` are those of ours; ``new`` is what those of theirs would be made of, and ``cast`` who speaks for whom.
    """

    revision: Revision
    books: tuple[Book, Book, Book]
    found: Comparison
    scripts: list[Script]
    lines: list[Paragraph]
    new: list[tuple[Passage, LineKind]]
    cast: dict[str, int]
    differences: list[Difference]
    renamed: list[Renamed]

    @property
    def ours(self) -> Book:
        return self.books[1]

    @property
    def theirs(self) -> Book:
        return self.books[2]

    @cached_property
    def _choices(self) -> dict[Unit, Choice]:
        return {one.unit: one.choice for one in self.differences}

    def says(self, unit: Unit) -> Sequence[str] | None:
        """What a unit is to say, line by line; None where it stays as it is. What we have split stays split."""
        if self._choices.get(unit) != "theirs":
            return None
        mine = [self.ours.texts[at] for at in unit.ours]
        if unit.state is State.MOVED:
            return mine
        texts = [self.theirs.texts[at] for at in unit.theirs]
        if len(mine) < 2 or len(mine) == len(texts):
            return texts
        return words.parted_like(mine, differences.whole(texts)) if texts else []

    @cached_property
    def order(self) -> Order:
        return order(self.ours, self.theirs, self.found, self.says)

    def rewritten(self) -> Iterator[tuple[Paragraph, str]]:
        """The lines that will say something else, and what."""
        for unit in self._choices:
            for at, text in zip(unit.ours, self.says(unit) or (), strict=False):
                if self.lines[at].text != text:
                    yield self.lines[at], text

    def going(self) -> list[Paragraph]:
        """The lines that will go."""
        return [
            self.lines[at]
            for unit in self._choices
            if (says := self.says(unit)) is not None
            for at in unit.ours[len(says) :]
        ]

    def coming(self) -> list[Paragraph]:
        """The lines that will come in."""
        return [self.made(at) for items in self.order.lines.values() for kind, at in items if kind == "new"]

    def made(self, at: int) -> Paragraph:
        """A line of theirs, for the character that was made of its speaker; of no script yet."""
        line = manuscripts.line_of(*self.new[at])
        line.character_id = self.cast.get(line.speaker)
        return line

    @cached_property
    def counts(self) -> dict[State, int]:
        """How many lines stay as they are, and how many differences of each kind there are."""
        counted = Counter(one.state for one in self.differences)
        kept = sum(len(unit.ours) for unit in self.found.units if unit.state is State.KEPT)
        return {state: counted[state] for state in State} | {State.KEPT: kept}

    @cached_property
    def undecided(self) -> int:
        return sum(not one.choice for one in self.differences)

    @cached_property
    def new_chapters(self) -> list[str]:
        order = self.order
        return [
            self.theirs.title(at)
            for kind, at in order.chapters
            if kind == "new" and order.lines.get((kind, at))
        ]

    @cached_property
    def gone_chapters(self) -> list[Script]:
        """The chapters in which nothing will be left."""
        held = sorted(set(self.ours.chapter_of))
        return [self.scripts[at] for at in held if not self.order.lines[("ours", at)]]

    @cached_property
    def is_reordered(self) -> bool:
        """Whether the chapters will stand in another order."""
        old = [at for kind, at in self.order.chapters if kind == "ours"]
        return old != sorted(old)

    @property
    def is_same(self) -> bool:
        """Whether the author changed nothing that the project does not say already."""
        return not (self.differences or self.renamed or self.is_reordered)

    @cached_property
    def seen(self) -> str:
        """A short name for exactly what taking it over would do now."""
        decided = [(one.mark, one.choice) for one in self.differences]
        decided += [(one.mark, one.choice) for one in self.renamed]
        return differences.mark(repr(decided), repr(self.order.chapters))

    @cached_property
    def expected(self) -> Estimate:
        """What has to be generated once it is taken over as decided: words of which there is no audio yet."""
        guide = Guide.of(self.revision.project_id)
        wanted = [_saying(line, text) for line, text in self.rewritten()] + self.coming()
        return estimates.of_lines((line.line(guide) for line in wanted), guide.project)


def _saying(line: Paragraph, text: str) -> Paragraph:
    """The line as it would be with this text; it is not saved."""
    changed = copy(line)
    changed.text = text
    return changed


def review(revision: Revision) -> Review:
    """Compare a revision with the project as it stands. About a dozen queries, however many lines."""
    project = revision.project
    scripts = list(project.scripts.order_by("position"))
    lines = _lines(scripts)
    chapters = _chapters(revision.manuscript)
    ours = Book(tuple((script.title, tuple(line.text for line in lines[script.pk])) for script in scripts))
    theirs = _book(chapters)
    books = (_base(project) or ours, ours, theirs)
    found = _compared(*books)
    flat = [line for script in scripts for line in lines[script.pk]]
    approved = Paragraph.objects.filter(script__project=project).judged("approved")
    rows = differences.listed(revision, books, found, flat, set(approved.values_list("pk", flat=True)))
    return Review(
        revision,
        books,
        found,
        scripts,
        flat,
        [said for chapter in chapters for said in manuscripts.passages_of(chapter)],
        dict(project.speakers.exclude(character=None).values_list("name", "character")),
        rows,
        differences.renamed(revision, books[0], theirs, found, scripts),
    )


@lru_cache(maxsize=REMEMBERED)
def _compared(base: Book, ours: Book, theirs: Book) -> Comparison:
    return units.compare(base, ours, theirs)


def _lines(scripts: Iterable[Script]) -> dict[int, list[Paragraph]]:
    """The lines of each script, in order, with what it takes to say how they are sent."""
    found: dict[int, list[Paragraph]] = {script.pk: [] for script in scripts}
    for line in Paragraph.objects.filter(script__in=list(found)).order_by("position").only(*LINE_FIELDS):
        found[line.script_id].append(line)
    return found


def _book(chapters: Iterable[Chapter]) -> Book:
    return Book(
        tuple(
            (one.title, tuple(manuscripts.text_of(said) for said, _ in manuscripts.passages_of(one)))
            for one in chapters
        )
    )


def _chapters(manuscript: Manuscript) -> list[Chapter]:
    """What a kept manuscript would be made of, by its plan."""
    read = manuscripts.read(manuscript)
    found = manuscripts.spoken(manuscripts.arrangement(manuscript, read), read)
    return [manuscripts.titled(chapter, number) for number, chapter in enumerate(found, start=1)]


def _base(project: Project) -> Book | None:
    """What the project was last made like: as kept with its manuscript, else as its file reads today.

    None where neither is there: whatever differs then is the author's doing.
    """
    before = previous(project)
    if before is None:
        return None
    if before.base is not None:
        return Book(tuple((title, tuple(texts)) for title, texts in before.base["chapters"]))
    try:
        found = _chapters(before)
    except (OSError, Unreadable):
        return None
    return _book(found)
