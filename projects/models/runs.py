"""A run: one press of Generate for many lines, to be followed, paused, taken back. And what holds a whole team."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Case, Count, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from narrator.direct import Blank
from narrator.teams.models import Team, User
from projects.models.moves import Moves, MovingQuerySet
from projects.models.projects import Project
from projects.models.scripts import Script


class RunState(models.TextChoices):
    ACTIVE = "active", _("Generating")
    PAUSED = "paused", _("Paused")
    CANCELLED = "cancelled", _("Cancelled")
    DONE = "done", _("Done")


# From -> to; docs/states.md is written from this table.
MOVES: Moves = {
    RunState.ACTIVE: frozenset({RunState.PAUSED, RunState.CANCELLED, RunState.DONE}),
    RunState.PAUSED: frozenset({RunState.ACTIVE, RunState.CANCELLED, RunState.DONE}),
    RunState.CANCELLED: frozenset({RunState.ACTIVE}),
    RunState.DONE: frozenset({RunState.ACTIVE}),
}


OPEN = (RunState.ACTIVE, RunState.PAUSED)


class RunQuerySet(MovingQuerySet["Run"]):
    moves = MOVES
    status_field = "state"

    def of(self, user: User | Blank) -> Self:
        """The runs of the teams this person is in."""
        return self.filter(team__memberships__user=user)

    def open(self) -> Self:
        """Runs that still have something to make, or may have after a resume."""
        return self.filter(state__in=OPEN)

    def in_sight(self, since: datetime | Blank) -> Self:
        """Open runs, then those that ended since then; of each the newest first."""
        is_open = Case(When(state__in=OPEN, then=0), default=1, output_field=IntegerField())
        return self.filter(Q(state__in=OPEN) | Q(finished_at__gt=since)).order_by(is_open, "-pk")

    def with_counts(self) -> Self:
        """Each with waiting_count, running_count, ready_count, failed_count, ``failed_line`` and ``waits_for``.

        The last is what went wrong with the first line of it that waits for another try; "" for none.
        ``failed_line`` is the id of the first failed paragraph, None where none failed. Failures of what a line
        no longer says are not counted. The figures are read from the index take_of_run.
        """
        take: Any = Run._meta.get_field("takes").related_model
        takes = take.objects.filter(run=OuterRef("pk"))

        def count(rows: models.QuerySet) -> Coalesce:
            counted = rows.order_by().values("run").annotate(n=Count("pk")).values("n")
            return Coalesce(Subquery(counted, output_field=IntegerField()), 0)

        failed = takes.retriable()
        return self.annotate(
            waiting_count=count(takes.filter(status="queued")),
            running_count=count(takes.filter(status="running")),
            ready_count=count(takes.filter(status__in=["ready", "emptied"])),
            failed_count=count(failed),
            waits_for=Coalesce(
                Subquery(
                    takes.filter(status="queued")
                    .exclude(error_reason="")
                    .order_by("pk")
                    .values("error_reason")[:1]
                ),
                Value(""),
                output_field=models.TextField(),
            ),
            failed_line=Subquery(failed.order_by("paragraph__position").values("paragraph")[:1]),
        )

    def stand_still(self, length: timedelta) -> int:
        """Take this long off the run's own clock, and move what it promised by as much."""
        return self.update(paused_s=F("paused_s") + length.total_seconds(), ends_at=F("ends_at") + length)


class Run(models.Model):
    """One batch of takes. ``total`` is how many it asked for; its state says whether workers may take from it."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="+", db_index=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="runs")
    script = models.ForeignKey(Script, models.CASCADE, null=True, blank=True, related_name="runs")
    state = models.CharField(max_length=10, choices=RunState, default=RunState.ACTIVE)
    total = models.PositiveIntegerField()
    characters = models.PositiveBigIntegerField(_("billing characters estimated"), default=0)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    # Time spent paused so far does not count towards the pace.
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_s = models.FloatField(default=0)
    # What the panel last promised; the next promise may only be earlier, or say that it takes longer.
    ends_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    # Set by RunQuerySet.with_counts.
    waiting_count: int
    waits_for: str
    running_count: int
    ready_count: int
    failed_count: int
    failed_line: int | None

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["team", "state"], name="run_of_team")]
        constraints = [models.CheckConstraint(condition=Q(state__in=RunState.values), name="run_state_known")]

    def __str__(self) -> str:
        return f"{self.total} lines of {self.project}"

    def get_absolute_url(self) -> str:
        return f"{reverse('run-list')}#run-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class Hold(models.Model):
    """Why a team's whole queue stands still: its account cannot be used until a person does something."""

    team = models.OneToOneField(Team, models.CASCADE, primary_key=True, related_name="hold")
    code = models.CharField(max_length=100)
    reason = models.TextField()
    detail = models.TextField(blank=True)
    since = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.team}: {self.reason}"
