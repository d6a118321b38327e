"""The trail of a team: acts that leave no other row, each written once. What reads it all is actions/trail.py."""

from typing import Any, NoReturn

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from narrator.teams.models import Team, User
from narrator.teams.models.audit import WORDS, name_of
from projects.models.guests import GuestLink
from projects.models.paragraphs import Paragraph
from projects.models.projects import Project
from projects.models.scripts import Script


class ActKind(models.TextChoices):
    """What the trail may be filtered by. The first half are rows of their own, which the trail reads as they are."""

    TEXT = "text", _("Text")
    CAST = "cast", _("Cast")
    TAKES = "takes", _("Takes")
    RUNS = "runs", _("Generating")
    VERDICTS = "verdicts", _("Verdicts")
    COMMENTS = "comments", _("Comments")
    EXPORTS = "exports", _("Exports")
    IMPORTS = "imports", _("Imports and pickups")
    GUESTS = "guests", _("Guests")
    ASSIGNMENTS = "assignments", _("Assignments")
    SETTINGS = "settings", _("Direction and settings")
    MONEY = "money", _("Money")
    ENDPOINT = "endpoint", _("Speech endpoint")
    DOWNLOADS = "downloads", _("Downloads")


class Written(Exception):
    """The trail is written once: nothing in it is changed or taken away."""


class ActQuerySet(models.QuerySet["Act"]):
    """To add and to read. Whoever wants more has to leave Django for it."""

    def update(self, **values: Any) -> NoReturn:
        raise Written

    def bulk_update(self, *args: Any, **options: Any) -> NoReturn:
        raise Written

    def delete(self) -> NoReturn:
        raise Written

    def _raw_delete(self, using: str | None) -> NoReturn:
        raise Written


class Act(models.Model):
    """One act: ``who`` ``words``, as in "Edgar paused a run of 12 lines". Without a project it is the team's.

    The names in it are kept as text, so it still tells when the person, the line or the project is gone. Triggers in
    the database refuse what goes past this model (narrator/append_only.py).
    """

    team = models.ForeignKey(Team, models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False)
    project = name_of(Project)
    script = name_of(Script)
    paragraph = name_of(Paragraph)
    kind = models.CharField(max_length=12, choices=ActKind)
    by = name_of(User)
    guest = name_of(GuestLink)
    who = models.CharField(max_length=120)
    words = models.CharField(max_length=WORDS)
    at = models.DateTimeField(default=timezone.now)

    objects = ActQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["team", "at", "id"], name="act_of_team"),
            models.Index(fields=["project", "at", "id"], name="act_of_project"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=ActKind.values), name="act_kind_known")
        ]

    def __str__(self) -> str:
        return f"{self.who} {self.words}"

    def save(self, *args: Any, **options: Any) -> None:
        """Write the act, for the first and only time."""
        if not self._state.adding:
            raise Written
        super().save(*args, **{**options, "force_insert": True})

    def delete(self, *args: Any, **options: Any) -> NoReturn:
        raise Written
