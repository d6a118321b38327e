"""What a team spent in a month: by project, by person, in all, and against its caps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db.models import Q
from django.utils import timezone

from narrator.direct import Asked, Blank, Prepared, Question, together
from narrator.teams.models import Team
from projects.models import Call, Price, Spend
from projects.models.money import EVER, bounds_of, month_of

PROJECT, PERSON = ("project", "project__title"), ("person", "person__name", "person__email")
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


def of(team: Team, month: date, *others: Question) -> Spent:
    """What a team spent in the month that begins with this day. Two queries, one roundtrip with the ``others``."""
    start, end = bounds_of(month)
    asked = {by: _summed(by).asking(team=team.pk, start=start, end=end) for by in (PROJECT, PERSON)}
    together(*asked.values(), *others)
    projects, people = (
        [dict(zip((*by, *SUMS), _whole(row, len(by)), strict=True)) for row in rows.rows]
        for by, rows in asked.items()
    )
    return Spent(projects, people, _totals(projects))


@cache
def _summed(by: tuple[str, ...]) -> Prepared:
    """Blanks: team, start, end."""
    calls = Call.objects.filter(
        team=Blank(Call, "team"), at__gte=Blank(Call, "at", "start"), at__lt=Blank(Call, "at", "end")
    )
    return Prepared(calls.summed_by(*by))


def _whole(row: Sequence[Any], names: int) -> list[Any]:
    """A row with its sums, behind names and currency, as numbers; PostgreSQL has them as decimals."""
    return [*row[: names + 1], *map(int, row[names + 1 :])]


def used(team: Team, price: Price, asked: Asked | None = None) -> dict[int | None, int]:
    """How far the caps that hold now are used, in millionths: of the team (None) in this month, of its projects.

    One query, unless it was ``asked`` with others.
    """
    accounts = (asked or asking_used(team.pk)).rows
    return {project: amount for project, currency, amount in accounts if currency == price.currency}


def asking_used(team_id: int) -> Asked:
    """What is to be asked for ``used``."""
    return _used().asking(team=team_id, month=this_month())


@cache
def _used() -> Prepared:
    """Blanks: team, month."""
    present = Q(project=None, month=Blank(Spend, "month")) | Q(month=EVER)
    accounts = Spend.objects.filter(present, team=Blank(Spend, "team"))
    return Prepared(accounts.values_list("project", "currency", "amount_micro"))


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
