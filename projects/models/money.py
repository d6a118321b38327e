"""What calls cost: a team's prices and caps, what is spent in a month, and a ledger row for each call.

Amounts are whole millionths of the currency (``_micro``), so that sums are exact and a cap can be held by one
conditional update. When a call is written down and when it is charged is decided in actions/money.py.
"""

from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from narrator.direct import Asked, Blank, Prepared
from narrator.teams.models import Team, User
from projects.models.moves import Moves, MovingQuerySet
from projects.models.projects import Project
from projects.models.takes import Take

MICRO = 1_000_000
# With these codes nothing was sent: no connection came about, or we did not even try.
NEVER_SENT = frozenset({"dns_failed", "unreachable", "empty_text", "over_budget", "claim_lost", "paused"})
# The "month" of what a project has spent over all time.
EVER = date(1970, 1, 1)


def month_of(moment: datetime) -> date:
    """The first day of the month, UTC, to which a call of this moment belongs."""
    return moment.astimezone(UTC).date().replace(day=1)


def bounds_of(month: date) -> tuple[datetime, datetime]:
    """When the month that begins with this day begins, UTC, and the next one."""
    start = datetime(month.year, month.month, 1, tzinfo=UTC)
    return start, datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=UTC)


class Price(models.Model):
    """A team's price table and its caps. A team without one pays the default price and has no caps."""

    team = models.OneToOneField(Team, models.CASCADE, primary_key=True, related_name="price")
    currency = models.CharField(max_length=3, default="CNY")
    # CNY 0.8 for 10,000 characters: the published price of the sibling model (contract 4.2).
    per_10k_micro = models.PositiveBigIntegerField(_("price of 10,000 billing characters"), default=800_000)
    confirm_above_micro = models.PositiveBigIntegerField(
        _("ask before a run costs more than"), default=5 * MICRO
    )
    monthly_cap_micro = models.PositiveBigIntegerField(_("at most in a month"), null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.team}: {self.per_10k_micro / MICRO:.2f} {self.currency} for 10,000 characters"

    @classmethod
    def of(cls, team_id: int, asked: Asked | None = None) -> "Price":
        """The team's prices, or the default ones, not saved, where it has none. One query, unless it was ``asked``."""
        return (asked or cls.asking(team_id)).first() or cls(team_id=team_id)

    @classmethod
    def asking(cls, team_id: int) -> Asked:
        """What is to be asked for ``of``."""
        return _prices().asking(team=team_id)


@cache
def _prices() -> Prepared:
    return Prepared(Price.objects.filter(team=Blank(Price, "team")))


def cost_micro(characters: int, per_10k_micro: int) -> int:
    """What so many billing characters cost, in whole millionths, a part of one counted whole."""
    return -(-characters * per_10k_micro // 10_000)


class Spend(models.Model):
    """What a team in a month, or one of its projects over all time, has spent or set aside in one currency.

    ``project`` null means the whole team.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, models.CASCADE, null=True, blank=True, related_name="+")
    month = models.DateField(
        help_text=_("the first day of the month, UTC; for a project's cap over all time: 1 January 1970")
    )
    # A team may change its currency; amounts of two currencies are never added.
    currency = models.CharField(max_length=3, default="CNY")
    amount_micro = models.BigIntegerField(default=0)
    characters = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "month", "currency"], condition=Q(project=None), name="spend_of_team_once"
            ),
            models.UniqueConstraint(
                fields=["team", "project", "month", "currency"],
                condition=~Q(project=None),
                name="spend_of_project_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team} {self.month:%Y-%m}: {self.amount_micro / MICRO:.2f} {self.currency}"


class CallState(models.TextChoices):
    OPEN = "open", _("Under way")
    CHARGED = "charged", _("Charged")
    FREE = "free", _("Not charged")
    UNKNOWN = "unknown", _("Perhaps charged")


# From -> to. What the sweep called unknown is settled after all by a worker that was only slow.
MOVES: Moves = {
    CallState.OPEN: frozenset({CallState.CHARGED, CallState.FREE, CallState.UNKNOWN}),
    CallState.UNKNOWN: frozenset({CallState.CHARGED, CallState.FREE, CallState.UNKNOWN}),
    CallState.CHARGED: frozenset(),
    CallState.FREE: frozenset(),
}


class CallQuerySet(MovingQuerySet["Call"]):
    moves = MOVES
    status_field = "state"

    def in_month(self, month: date) -> Self:
        """The calls of the month that begins with this day, UTC."""
        start, end = bounds_of(month)
        return self.filter(at__gte=start, at__lt=end)

    def sent(self) -> Self:
        """Without those of which nothing was sent after all."""
        return self.exclude(state=CallState.FREE, error_code__in=NEVER_SENT)

    def summed_by(self, *fields: str) -> models.QuerySet[Any, dict[str, Any]]:
        """One row for each combination of these fields and the currency, in that order, with what came together.

        ``calls``, ``billed`` characters, ``spent_micro``, and of it ``unsure_micro``: what may have been charged.
        """
        unsure = Q(state__in=[CallState.OPEN, CallState.UNKNOWN])
        return (
            self.values(*fields, "currency")
            .annotate(
                calls=models.Count("pk"),
                billed=models.Sum("characters"),
                spent_micro=models.Sum("amount_micro"),
                unsure_micro=models.Sum("amount_micro", filter=unsure, default=0),
            )
            .order_by(*fields, "currency")
        )


class Call(models.Model):
    """One call of the endpoint, in the order they were made; written before the call, settled after it.

    ``characters`` and ``amount_micro`` are what is set aside while the call is open, what was charged
    afterwards, and 0 for a call that cost nothing. ``duration_ms`` is how long the call took.
    """

    take = models.ForeignKey(Take, models.SET_NULL, null=True, related_name="+")
    # Beside the moment in call_of_team and call_of_project: an index of its own would be taken for a month's usage.
    team = models.ForeignKey(Team, models.CASCADE, related_name="+", db_index=False)
    # Null for a trial of the team's endpoint, which belongs to no project.
    project = models.ForeignKey(
        Project, models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    person = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=CallState, default=CallState.OPEN)
    voice = models.CharField(max_length=80)
    characters = models.PositiveIntegerField(_("billing characters"))
    per_10k_micro = models.PositiveBigIntegerField(_("price of 10,000 billing characters"), default=0)
    amount_micro = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    request_id = models.CharField(max_length=200, blank=True)
    error_code = models.CharField(max_length=100, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["team", "at"], name="call_of_team"),
            models.Index(fields=["project", "at"], name="call_of_project"),
            models.Index(fields=["at"], condition=Q(state="open"), name="call_open"),
            models.Index(fields=["at"], condition=~Q(error_code=""), name="call_failed"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CallState.values), name="call_state_known")
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.voice} {self.characters}"
