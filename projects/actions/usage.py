"""What a team spent in a month: by project, by person, in all, and against its caps."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone

from narrator.teams.models import Team
from projects.models import Call, Price, Spend
from projects.models.money import EVER, month_of

SUMS = ("currency", "calls", "billed", "spent_micro", "unsure_micro")


@dataclass
class Total:
    """What a month came to in one currency."""

    currency: str
    calls: int = 0
    billed: int = 0
    spent_micro: int = 0
    unsure_micro: int = 0


@dataclass(frozen=True)
class Spent:
    """A month of a team: a row for each project and each person, as ``CallQuerySet.summed_by`` has them."""

    projects: list[dict[str, Any]]
    people: list[dict[str, Any]]
    totals: list[Total]


def of(team: Team, month: date) -> Spent:
    """What a team spent in the month that begins with this day. Two queries."""
    calls = Call.objects.filter(team=team).in_month(month)
    projects = list(calls.summed_by("project", "project__title"))
    people = list(calls.summed_by("person", "person__name", "person__email"))
    return Spent(projects, people, _totals(projects))


def used(team: Team, price: Price) -> dict[int | None, int]:
    """How far the caps that hold now are used, in millionths: of the team (None) in this month, of its projects."""
    present = Q(project=None, month=this_month()) | Q(month=EVER)
    accounts = Spend.objects.filter(present, team=team, currency=price.currency)
    return dict(accounts.values_list("project", "amount_micro"))


def this_month() -> date:
    return month_of(timezone.now())


def _totals(rows: list[dict[str, Any]]) -> list[Total]:
    """One total for each currency of these rows."""
    totals: dict[str, Total] = {}
    for row in rows:
        total = totals.setdefault(row["currency"], Total(row["currency"]))
        total.calls += row["calls"]
        total.billed += row["billed"]
        total.spent_micro += row["spent_micro"]
        total.unsure_micro += row["unsure_micro"]
    return list(totals.values())
