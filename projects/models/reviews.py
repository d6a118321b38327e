"""What reviewers say: verdicts on takes, comments on lines, and who is to hear which script."""

from typing import Self

from django.db import models
from django.db.models import OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from narrator.indexes import where_set
from narrator.teams.models import Team, User
from projects.models.guests import GuestLink
from projects.models.paragraphs import Paragraph
from projects.models.projects import Project
from projects.models.scripts import Script
from projects.models.takes import Take


def _who(person: User | None, guest: GuestLink | None) -> str:
    """The name that stands beside a word: a member's, or a guest's, and that it is one."""
    if person is not None:
        return str(person)
    return f"{guest} (guest)" if guest is not None else "somebody"


class Kind(models.TextChoices):
    APPROVED = "approved", _("Approved")
    PICKUP = "pickup", _("Pickup wanted")


class OfLine(models.Model):
    """What is said of a line. Its project and team are those of the line, said again here for the trail's indexes."""

    project = models.ForeignKey(Project, models.CASCADE, null=True, related_name="+", db_index=False)
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="+", db_index=False)
    guest = models.ForeignKey(
        GuestLink, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        abstract = True
        indexes = [
            models.Index(fields=["project", "at", "id"], name="%(class)s_of_project"),
            models.Index(fields=["team", "at", "id"], name="%(class)s_of_team"),
            where_set("guest", "%(class)s_of_guest"),
        ]

    @classmethod
    def place(cls) -> int:
        """Write down the project and team of those that lack them, which an older version of the studio wrote."""
        line = Paragraph.everything.filter(pk=OuterRef("paragraph"))
        return cls._default_manager.filter(project=None).update(
            project=line.values("script__project"), team=line.values("script__project__team")
        )


class Verdict(OfLine):
    """One judgement of what a line sounded like: this take with its trim, of this text and direction. Never changed.

    The newest one stands (``Paragraph.standing``) as long as the line has that take chosen and still says that. So an
    approval falls back by itself when anything changes, and comes back when the change is undone.
    """

    paragraph = models.ForeignKey(Paragraph, models.CASCADE, related_name="verdicts")
    take = models.ForeignKey(Take, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    # The sound that was heard: a trim makes another one of the same take.
    audio_sha256 = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=10, choices=Kind)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta(OfLine.Meta):
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="verdict_kind_known"),
            models.CheckConstraint(condition=~Q(kind=Kind.PICKUP) | ~Q(reason=""), name="pickup_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.reason}" if self.reason else self.get_kind_display()

    @property
    def who(self) -> str:
        return _who(self.by, self.guest)


class CommentQuerySet(models.QuerySet["Comment"]):
    def open(self) -> Self:
        return self.filter(resolved_at=None)

    def mentioning(self, user: User) -> Self:
        """The comments in which this person is named, on lines that are there, of teams she is still in."""
        return self.filter(
            mentions=user, paragraph__removed=False, paragraph__script__project__team__members=user
        )


class Comment(OfLine):
    """A remark on a line: on all of it, on some words of it, or on a moment of a take.

    The words are kept as they stood, so a comment still says what it was about when the text has changed.
    """

    paragraph = models.ForeignKey(Paragraph, models.CASCADE, related_name="comments")
    take = models.ForeignKey(Take, models.SET_NULL, null=True, blank=True, related_name="+")
    at_ms = models.PositiveIntegerField(null=True, blank=True)
    words = models.CharField(max_length=200, blank=True)
    text = models.TextField(max_length=2000)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    mentions = models.ManyToManyField(User, related_name="mentions", blank=True)
    resolved_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta(OfLine.Meta):
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(at_ms=None) | Q(take__isnull=False), name="moment_is_of_a_take"
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def who(self) -> str:
        return _who(self.by, self.guest)


class Assignment(models.Model):
    """A script that a person is to hear."""

    script = models.ForeignKey(Script, models.CASCADE, related_name="assignments")
    reviewer = models.ForeignKey(User, models.CASCADE, related_name="assignments")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["script", "reviewer"], name="assignment_once")]

    def __str__(self) -> str:
        return f"{self.script} for {self.reviewer}"
