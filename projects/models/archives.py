"""An archive: a project written into one file, or taken in from one. The row is the job."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from narrator.teams.models import Team, User
from projects.models.moves import Moves, MovingQuerySet
from projects.models.projects import Project


class Way(models.TextChoices):
    OUT = "out", pgettext_lazy("archive", "Written")
    IN = "in", pgettext_lazy("archive", "Taken in")


class ArchiveStatus(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Under way")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")


MOVES: Moves = {
    ArchiveStatus.QUEUED: frozenset({ArchiveStatus.RUNNING}),
    ArchiveStatus.RUNNING: frozenset({ArchiveStatus.READY, ArchiveStatus.FAILED, ArchiveStatus.QUEUED}),
    ArchiveStatus.READY: frozenset(),
    ArchiveStatus.FAILED: frozenset(),
}


class ArchiveQuerySet(MovingQuerySet["Archive"]):
    moves = MOVES

    def expired(self, now: datetime) -> Self:
        return self.filter(status=ArchiveStatus.RUNNING, lease_until__lt=now)


class Archive(models.Model):
    """``project`` is what is written, or what became of one that is taken in, whose ``file`` goes then."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, models.CASCADE, null=True, blank=True, related_name="archives")
    way = models.CharField(max_length=3, choices=Way)
    status = models.CharField(max_length=10, choices=ArchiveStatus, default=ArchiveStatus.QUEUED)
    filename = models.CharField(max_length=200)
    file = models.CharField(max_length=200, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    done_bytes = models.PositiveBigIntegerField(default=0)
    total_bytes = models.PositiveBigIntegerField(default=0)
    claim_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error_reason = models.TextField(blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ArchiveQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["status", "id"], name="archive_queue")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ArchiveStatus.values), name="archive_status_known"),
            models.CheckConstraint(condition=Q(way__in=Way.values), name="archive_way_known"),
            models.CheckConstraint(
                condition=~Q(status=ArchiveStatus.FAILED) | ~Q(error_reason=""),
                name="archive_failed_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.filename

    def get_absolute_url(self) -> str:
        return reverse("archive-detail", args=[self.pk])

    @property
    def is_active(self) -> bool:
        return self.status in (ArchiveStatus.QUEUED, ArchiveStatus.RUNNING)
