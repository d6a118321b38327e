"""The lexicons of teams and projects: what is said instead of what is written, and how each entry came about."""

import functools
from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from narrator.direct import Blank, Prepared
from narrator.teams.models import Team, User
from projects.lexicon import expansions
from projects.lexicon.entries import (
    ANY,
    EXACT,
    KEEP,
    PATTERN,
    SPOKEN_CHARACTERS,
    WORD,
    WRITTEN_CHARACTERS,
    Entry,
)
from projects.lexicon.lexicon import Lexicon
from projects.models.direction import LANGUAGE_CHOICES
from projects.models.projects import Project

LANGUAGES = [(name, words) for name, words in LANGUAGE_CHOICES if name != "Auto"]
# What an entry says, as its history keeps it.
SAID = ("written", "spoken", "kind", "case", "language")


class Kind(models.TextChoices):
    WORD = WORD, _("Whole word")
    PATTERN = PATTERN, _("Pattern")


class Case(models.TextChoices):
    KEEP = KEEP, _("In any case, a sentence keeps its capital")
    ANY = ANY, _("In any case")
    EXACT = EXACT, _("Exactly as written")


class Slow(models.TextChoices):
    """A pattern that takes too long: found out, and then with the lines spoken without it."""

    FOUND = "found"
    SETTLED = "settled"


class LexiconEntryQuerySet(models.QuerySet["LexiconEntry"]):
    def of(self, team_id: int, project_id: int | None) -> Self:
        """The lexicon of a project alone; for None that of its team."""
        return self.filter(team=team_id, project=project_id)

    def for_project(self, project: Any) -> Self:
        """What the lines of a project are spoken by: its own entries and its team's."""
        team = Project.objects.filter(pk=project).order_by().values("team")[:1]
        return self.filter(Q(project=project) | Q(project=None), team=team)

    def of_team(self, team_id: int) -> Lexicon:
        """What every project of a team is spoken by, those that are still to come with it. One query."""
        return made(self.of(team_id, None).filter(slow="").order_by("pk"))

    def stop(self, lexicon: Lexicon) -> int:
        """Say nothing any more by entries whose pattern took too long; ``actions.lexicons.sweep`` sees to the rest."""
        slow = [entry.pk for entry in lexicon.too_slow]
        return self.filter(pk__in=slow, slow="").update(slow=Slow.FOUND)

    def lexicon(self, project: Project) -> Lexicon:
        """The lexicon of a project's lines, the team's entries behind its own. One query."""
        return made(spoken_by().objects(project=project.pk), project.expansions)


class LexiconEntry(models.Model):
    """Say ``spoken`` where ``written`` stands, in the lines of one project or, without one, of the whole team.

    ``language`` blank means in lines of any language, Auto among them. ``slow``: its pattern took too long on lines
    that came later, so nothing is said by it until somebody edits it.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    project = models.ForeignKey(
        Project, models.CASCADE, null=True, blank=True, related_name="lexicon_entries"
    )
    written = models.CharField(max_length=WRITTEN_CHARACTERS)
    spoken = models.CharField("say", max_length=SPOKEN_CHARACTERS)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.WORD)
    case = models.CharField("capitals", max_length=10, choices=Case, default=Case.KEEP)
    language = models.CharField(max_length=20, choices=LANGUAGES, blank=True)
    slow = models.CharField(max_length=7, choices=Slow, blank=True, editable=False)
    edited_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    edited_at = models.DateTimeField(auto_now=True)

    objects = LexiconEntryQuerySet.as_manager()

    class Meta:
        ordering = ["written", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "kind", "written", "language"],
                condition=Q(project=None),
                name="lexicon_entry_of_team_once",
            ),
            models.UniqueConstraint(
                fields=["project", "kind", "written", "language"],
                condition=~Q(project=None),
                name="lexicon_entry_of_project_once",
            ),
            models.CheckConstraint(condition=~Q(written="") & ~Q(spoken=""), name="lexicon_entry_says"),
        ]

    def __str__(self) -> str:
        return f"{self.written} → {self.spoken}"

    @property
    def entry(self) -> Entry:
        """The entry as the engine takes it."""
        rank = 0 if self.project_id else 1
        return Entry(**self.said, rank=rank, pk=self.pk or 0)

    @property
    def said(self) -> dict[str, Any]:
        """What the entry says, as its history keeps it."""
        return {name: getattr(self, name) for name in SAID}


@functools.cache
def spoken_by() -> Prepared:
    """The entries of a project's lines, and of its team. Blank: project."""
    entries = LexiconEntry.objects.for_project(Blank(LexiconEntry, "project"))
    return Prepared(entries.filter(slow="").order_by("pk"))


def made(rows: Iterable[LexiconEntry], kinds: Iterable[str] = ()) -> Lexicon:
    """The lexicon of these entries and expansions. It is made once: laying it out takes a while."""
    return _made(tuple(row.entry for row in rows), tuple(kinds))


@functools.lru_cache(maxsize=64)
def _made(entries: tuple[Entry, ...], kinds: tuple[str, ...]) -> Lexicon:
    return Lexicon(entries, expansions.of(kinds))


class LexiconChange(models.Model):
    """One change of a lexicon: who made it, when, and what each entry said before and after; it can be taken back.

    ``rows`` are ``[[before, after], …]``, each as ``LexiconEntry.said`` or null where there was no such entry;
    ``expansions`` are ``[before, after]`` where they were changed.
    ``lines`` are those it reached that had a finished take: what is to be generated again because of it.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    project = models.ForeignKey(
        Project, models.CASCADE, null=True, blank=True, related_name="lexicon_changes"
    )
    words = models.CharField(max_length=300)
    rows = models.JSONField()
    expansions = models.JSONField(null=True)
    lines = models.JSONField(default=list)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["team", "project"], name="lexicon_change_of")]

    def __str__(self) -> str:
        return self.words
