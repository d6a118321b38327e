"""A take: one effort to have a line spoken. Its row is the job, the record of what was sent, and the result."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from narrator.direct import Blank
from narrator.indexes import where_set
from narrator.teams.models import Team, User
from projects.audio.trim import Trim
from projects.models.direction import Direction
from projects.models.moves import Moves, MovingQuerySet
from projects.models.paragraphs import Paragraph
from projects.models.projects import Project
from projects.models.runs import Hold, Run, RunState
from projects.models.sounds import Sound
from projects.speech.line import Line
from projects.speech.voices import MODEL


class TakeStatus(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Generating")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    EMPTIED = "emptied", _("Sound removed")


class Source(models.TextChoices):
    """Where the audio of a take comes from."""

    GENERATED = "generated", _("Generated")
    RECORDED = "recorded", _("Recorded")
    UPLOADED = "uploaded", _("Uploaded")
    CLIP = "clip", _("Clip")


# From -> to. docs/states.md is written from this table, and `Take.move` obeys it.
MOVES: Moves = {
    TakeStatus.QUEUED: frozenset({TakeStatus.RUNNING, TakeStatus.FAILED, TakeStatus.CANCELLED}),
    TakeStatus.RUNNING: frozenset(
        {TakeStatus.READY, TakeStatus.QUEUED, TakeStatus.FAILED, TakeStatus.CANCELLED}
    ),
    TakeStatus.READY: frozenset({TakeStatus.EMPTIED}),
    TakeStatus.FAILED: frozenset({TakeStatus.QUEUED}),
    TakeStatus.CANCELLED: frozenset(),
    TakeStatus.EMPTIED: frozenset(),
}

ACTIVE = (TakeStatus.QUEUED, TakeStatus.RUNNING)


# Asked for by a person, one by one.
BY_HAND = Q(run=None, retake_of=None)


class Priority(models.IntegerChoices):
    """Lower goes first: a person who waits for one line, then whole scripts."""

    CLICK = 0
    BULK = 5


class TakeQuerySet(MovingQuerySet["Take"]):
    moves = MOVES

    def active(self) -> Self:
        return self.filter(status__in=ACTIVE)

    def kept(self) -> Self:
        """All but those that somebody has put aside."""
        return self.filter(discarded_at=None)

    def ripe(self, now: datetime | Blank) -> Self:
        """Queued, and not waiting for a later moment."""
        return self.filter(Q(not_before=None) | Q(not_before__lte=now), status=TakeStatus.QUEUED)

    def due(self, now: datetime | Blank) -> Self:
        """Ripe, and of no run or team whose queue stands still."""
        stopped = Run.objects.filter(pk=OuterRef("run"), state__in=[RunState.PAUSED, RunState.CANCELLED])
        return self.ripe(now).filter(~Exists(stopped), ~Exists(Hold.objects.filter(team=OuterRef("team"))))

    def expired(self, now: datetime) -> Self:
        """Claimed by a worker that has not kept its word."""
        return self.filter(status=TakeStatus.RUNNING, lease_until__lt=now)

    def retriable(self) -> Self:
        """Failed, and of a line that is there, is open, still says this and was not asked for again since."""
        of_line = Q(paragraph__latest=F("pk"), paragraph__digest=F("digest"), paragraph__removed=False)
        return self.filter(of_line, status=TakeStatus.FAILED, paragraph__is_locked=False)

    def speaking(self, digest: str) -> Self:
        """Finished takes of exactly this text and direction, the newest first."""
        return self.filter(status=TakeStatus.READY, digest=digest).order_by("-pk")

    def twins(self, *, project: Any, digest: Any, model: Any, host: Any, but: Any) -> Self:
        """Takes in a project, ``but`` one, that say the same by the same model of the same endpoint."""
        return self.filter(project=project, digest=digest, model=model, host=host).exclude(pk=but)

    def try_again(self) -> int:
        """Put those of these takes that failed back into the queue, as if they had never been tried."""
        blank = {"error_code": "", "error_reason": "", "error_detail": ""}
        return self.filter(status=TakeStatus.FAILED).move(
            to=TakeStatus.QUEUED, attempts=0, not_before=None, finished_at=None, **blank
        )

    def cancel(self, now: datetime) -> int:
        """Take back those of these takes that wait; one that a worker is claiming at this moment is left to it.

        So nobody waits for a row here while holding a script: a worker does it the other way round.
        """
        waiting = self.filter(status=TakeStatus.QUEUED).order_by()
        free = waiting.select_for_update(skip_locked=True, of=("self",)).values("pk")
        return Take.objects.filter(pk__in=free).move(to=TakeStatus.CANCELLED, finished_at=now)


class Take(Direction):
    """One effort for one line, frozen: what is spoken, how, and under which digest.

    Audio is mono, 24 kHz, 16 bit. ``peaks`` is the waveform, 50 pairs of signed bytes a second.
    """

    # Each index is written for every line, and by PostgreSQL anew with each move of its status. So none of the keys
    # has one of its own: Meta has what is asked for (docs/scale.md).
    paragraph = models.ForeignKey(Paragraph, models.CASCADE, related_name="takes", db_index=False)
    # Said again here because the queue asks for them with every claim.
    project = models.ForeignKey(Project, models.CASCADE, related_name="takes", db_index=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="+", db_index=False)
    run = models.ForeignKey(Run, models.SET_NULL, null=True, blank=True, related_name="takes", db_index=False)
    number = models.PositiveIntegerField()
    text = models.TextField()
    # What spoke, or is to speak: the model, and the host of the endpoint. No part of the digest.
    model = models.CharField(max_length=100, default=MODEL)
    host = models.CharField(max_length=255, blank=True)
    digest = models.CharField(max_length=64)
    status = models.CharField(max_length=10, choices=TakeStatus, default=TakeStatus.QUEUED)
    source = models.CharField(max_length=10, choices=Source, default=Source.GENERATED)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.BULK)
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(default=timezone.now)

    claim_token = models.UUIDField(null=True, blank=True)
    claimed_by = models.CharField(max_length=120, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    audio = models.CharField(max_length=100, blank=True)
    audio_sha256 = models.CharField(max_length=64, blank=True)
    sound = models.ForeignKey(Sound, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    frames = models.PositiveIntegerField(default=0)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    peak_dbfs = models.FloatField(null=True, blank=True)
    rms_dbfs = models.FloatField(null=True, blank=True)
    lead_silence_ms = models.PositiveIntegerField(null=True, blank=True)
    tail_silence_ms = models.PositiveIntegerField(null=True, blank=True)
    peaks = models.BinaryField(blank=True, default=b"")
    finished_at = models.DateTimeField(null=True, blank=True)
    # All of the above is of the sound that is heard. Where that is trimmed: how, and the sound as it came.
    trim_head_ms = models.PositiveIntegerField(default=0)
    trim_tail_ms = models.PositiveIntegerField(default=0)
    trim_fade_in_ms = models.PositiveIntegerField(default=0)
    trim_fade_out_ms = models.PositiveIntegerField(default=0)
    trim_gain_db = models.FloatField(default=0.0)
    whole = models.ForeignKey(Sound, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    # How often it was trimmed; with it the address of its sound changes.
    trim_count = models.PositiveIntegerField(default=0)
    trimmed_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    trimmed_at = models.DateTimeField(null=True, blank=True)
    # What the checks found: rows of code, text, at_ms, until_ms (audio/checks.py). Cleared: a person finds it good.
    findings = models.JSONField(default=list, blank=True)
    cleared_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    cleared_at = models.DateTimeField(null=True, blank=True)
    # Asked for by nobody: the checks flagged that take, and the project wants another then.
    retake_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    # One of several that were asked for at once, to choose from.
    is_alternative = models.BooleanField(default=False)
    # Put aside by a person: out of sight, never chosen by itself, and free to be deleted one day.
    discarded_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    discarded_at = models.DateTimeField(null=True, blank=True)

    # Since when nothing has a use for it, as the last round of retention saw it. Emptied: its sound was removed.
    idle_since = models.DateTimeField(null=True, blank=True)
    emptied_at = models.DateTimeField(null=True, blank=True)

    reused_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    request_id = models.CharField(max_length=200, blank=True)
    error_code = models.CharField(max_length=100, blank=True)
    error_reason = models.TextField(blank=True)
    error_detail = models.TextField(blank=True)

    objects = TakeQuerySet.as_manager()

    class Meta:
        ordering = ["paragraph", "number"]
        indexes = [
            models.Index(fields=["status", "priority", "team", "id"], name="take_queue"),
            models.Index(fields=["project", "digest"], name="take_of_digest"),
            models.Index(fields=["run", "status", "team", "id"], name="take_of_run"),
            # What the trail lists, of a project and of a team: few among many.
            models.Index(fields=["project", "created_at", "id"], condition=BY_HAND, name="take_by_hand"),
            models.Index(fields=["team", "created_at", "id"], condition=BY_HAND, name="take_by_hand_of_team"),
            where_set("sound", "take_of_sound"),
            where_set("whole", "take_of_whole"),
            where_set("retake_of", "take_retakes"),
            where_set("reused_from", "take_reuses"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["paragraph", "number"], name="take_number_once"),
            models.CheckConstraint(condition=Q(status__in=TakeStatus.values), name="take_status_known"),
            models.CheckConstraint(
                condition=~Q(status=TakeStatus.READY) | (~Q(audio="") & Q(frames__gt=0)),
                name="take_ready_has_audio",
            ),
            models.CheckConstraint(
                condition=~Q(status=TakeStatus.RUNNING)
                | Q(claim_token__isnull=False, lease_until__isnull=False),
                name="take_running_is_claimed",
            ),
            models.CheckConstraint(
                condition=~Q(status=TakeStatus.FAILED) | ~Q(error_reason=""), name="take_failed_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(status=TakeStatus.EMPTIED) | Q(emptied_at__isnull=False, audio="", sound=None),
                name="take_emptied_has_no_sound",
            ),
        ]

    def __str__(self) -> str:
        return f"Take {self.number} of line {self.paragraph_id}"

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

    @property
    def has_failed(self) -> bool:
        return self.status == TakeStatus.FAILED

    @property
    def kept_days(self) -> int | None:
        """After how many days its sound was removed; None where it is there, or never was."""
        ended = self.finished_at or self.created_at
        return (self.emptied_at - ended).days if self.emptied_at else None

    @property
    def speaker(self) -> str:
        """Who is heard: the voice, or that a person is."""
        return self.voice if self.source == Source.GENERATED else self.get_source_display()

    @property
    def is_flagged(self) -> bool:
        """Whether the checks found something that nobody has cleared."""
        return bool(self.findings) and self.cleared_at is None

    @property
    def places(self) -> str:
        """Where the findings are, for the waveform: ``4000-6800 9100-9300``, in ms."""
        return " ".join(f"{finding['at_ms']}-{finding['until_ms']}" for finding in self.findings)

    @property
    def trim(self) -> Trim:
        """How its sound is trimmed; an empty one where it is heard as it came."""
        return Trim(
            head_ms=self.trim_head_ms,
            tail_ms=self.trim_tail_ms,
            fade_in_ms=self.trim_fade_in_ms,
            fade_out_ms=self.trim_fade_out_ms,
            gain_db=self.trim_gain_db,
        )

    @property
    def line(self) -> Line:
        """What was, or will be, sent for this take."""
        return Line(
            text=self.text,
            voice=self.voice,
            language=self.language,
            instructions=self.instructions,
            optimize_instructions=self.optimize_instructions,
            model=self.model,
        )
