"""An export: one finished file of a project. Its row is the job, the frozen plan and the result."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from narrator.teams.models import User
from projects.models.moves import Moves, MovingQuerySet
from projects.models.projects import Project


class ExportStatus(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Assembling")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    EMPTIED = "emptied", _("File removed")


MOVES: Moves = {
    ExportStatus.QUEUED: frozenset({ExportStatus.RUNNING, ExportStatus.CANCELLED}),
    ExportStatus.RUNNING: frozenset(
        {ExportStatus.READY, ExportStatus.QUEUED, ExportStatus.FAILED, ExportStatus.CANCELLED}
    ),
    ExportStatus.READY: frozenset({ExportStatus.EMPTIED}),
    ExportStatus.FAILED: frozenset(),
    ExportStatus.CANCELLED: frozenset(),
    ExportStatus.EMPTIED: frozenset(),
}

ACTIVE = (ExportStatus.QUEUED, ExportStatus.RUNNING)


class Format(models.TextChoices):
    """As in audio.formats, which knows how each is written."""

    M4B = "m4b", _("M4B audiobook")
    MP3 = "mp3", _("MP3, 192 kb/s")
    MP3_128 = "mp3-128", _("MP3, 128 kb/s")
    MP3_VBR = "mp3-vbr", _("MP3, variable rate")
    M4A = "m4a", _("M4A")
    OPUS = "opus", _("Opus")
    FLAC = "flac", _("FLAC")
    WAV = "wav", _("WAV")
    EPUB = "epub", _("Read-along EPUB")


class ExportQuerySet(MovingQuerySet["Export"]):
    moves = MOVES

    def active(self) -> Self:
        return self.filter(status__in=ACTIVE)

    def expired(self, now: datetime) -> Self:
        return self.filter(status=ExportStatus.RUNNING, lease_until__lt=now)


class Export(models.Model):
    """One file. ``plan`` names the very takes that go in; later edits of the script do not reach it.

    ``plan`` is ``[{"title": str, "lines": [{"take": int, "pause_ms": int}]}]``, each line also with its sound, its
    written text, its character, whether it is a clip, how it is treated and, where only what is approved goes in, its
    verdict; ``finish`` is the project's then, with its ``chapter_pause_ms`` and what its destination asked. ``marks``
    is ``[{"title": str, "start_ms": int, "end_ms": int}]``; durations are those of the file.
    ``timeline`` is where everything stands, to the sample: ``{"rate_hz": int, "samples": int, "chapters": [{"title":
    str, "start": int, "lines": [{"take": int, "start": int, "end": int}]}]}``. Where each chapter is a file, marks and
    chapters name their ``file`` and count in it. ``delivery`` is the report of ``actions.deliveries``, ``again`` what
    is asked for otherwise when it is ordered again.
    While it is assembled ``done_ms`` of ``total_ms`` are; ``left_s`` is how long it will go on, None where nobody
    knows yet.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="exports")
    format = models.CharField(max_length=8, choices=Format)
    partial = models.BooleanField(default=False)
    by_chapter = models.BooleanField(default=False)
    is_approved = models.BooleanField(default=False)
    title = models.CharField(max_length=200)
    author = models.CharField(max_length=200, blank=True)
    narrator = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=200, blank=True)
    plan = models.JSONField()
    finish = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=10, choices=ExportStatus, default=ExportStatus.QUEUED)
    done_ms = models.PositiveBigIntegerField(default=0)
    total_ms = models.PositiveBigIntegerField(default=0)
    left_s = models.PositiveIntegerField(null=True, blank=True)
    claim_token = models.UUIDField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    file = models.CharField(max_length=200, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    duration_ms = models.PositiveBigIntegerField(null=True, blank=True)
    marks = models.JSONField(default=list, blank=True)
    timeline = models.JSONField(default=dict, blank=True)
    delivery = models.JSONField(default=dict, blank=True)
    again = models.JSONField(default=dict, blank=True)
    error_reason = models.TextField(blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # As for takes. The file of an emptied one goes a day later, and so does its name here.
    idle_since = models.DateTimeField(null=True, blank=True)
    emptied_at = models.DateTimeField(null=True, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["status", "id"], name="export_queue")]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ExportStatus.values), name="export_status_known"),
            models.CheckConstraint(
                condition=~Q(status=ExportStatus.READY) | ~Q(file=""), name="export_ready_has_file"
            ),
            models.CheckConstraint(
                condition=~Q(status=ExportStatus.FAILED) | ~Q(error_reason=""),
                name="export_failed_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status=ExportStatus.EMPTIED) | Q(emptied_at__isnull=False),
                name="export_emptied_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}.{self.ending}"

    def get_absolute_url(self) -> str:
        return reverse("export-detail", args=[self.pk])

    @property
    def kept_days(self) -> int | None:
        """After how many days its file was removed; None where it is there, or never was."""
        ended = self.finished_at or self.created_at
        return (self.emptied_at - ended).days if self.emptied_at else None

    @property
    def ending(self) -> str:
        """What its file's name ends with."""
        if self.format == Format.EPUB:
            return self.format
        return "zip" if self.by_chapter else self.format.partition("-")[0]
