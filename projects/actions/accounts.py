"""The endpoint accounts of this installation: whose lines are spoken through each, at which pace.

Teams whose endpoint has the same address and token share an account; teams without one share the installation's.
"""

import functools
import random
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef

from projects.actions.roster import Roster
from projects.models import Take, TeamEndpoint
from projects.models.takes import TakeQuerySet
from projects.pacing.pace import Pace
from projects.pacing.quota import account_of

# A team that comes new to a queue is seen by a worker within so long.
ROSTER_KEEPS_S = 0.25


@dataclass(frozen=True)
class Account:
    """One account. ``team_id``: a team that uses it by an endpoint of its own; None for the installation's."""

    name: str
    team_id: int | None
    concurrency: int
    requests_per_minute: int | None

    @property
    def pace(self) -> Pace:
        """What all threads, processes and machines that use the account keep to."""
        return shared_pace(settings.REDIS_URL, self.name, self.concurrency, self.requests_per_minute)

    @property
    def takes(self) -> TakeQuerySet:
        """The takes that are made through it, as the teams' endpoints are when the query runs."""
        if self.team_id is None:
            return Take.objects.filter(~Exists(TeamEndpoint.objects.filter(team=OuterRef("team"))))
        return Take.objects.filter(team__in=TeamEndpoint.objects.filter(account=self.name).values("team"))

    @property
    def roster(self) -> Roster:
        """Whose turn it is among those takes, as the threads of this process know it."""
        return _roster(self)


def of(team_id: int | None) -> Account:
    """The account through which a team's lines are spoken now; for None the installation's."""
    row = None if team_id is None else TeamEndpoint.of(team_id)
    if row is None:
        return installation()
    return _shared([row, *TeamEndpoint.objects.filter(account=row.account).exclude(pk=row.pk)])


def every() -> list[Account]:
    """All accounts, the installation's first. One query."""
    rows: dict[str, list[TeamEndpoint]] = {}
    for row in TeamEndpoint.objects.order_by("pk"):
        rows.setdefault(row.account, []).append(row)
    return [installation(), *map(_shared, rows.values())]


def with_work() -> list[Account]:
    """The accounts through which something is to be made now, in any order."""
    own = dict(TeamEndpoint.objects.values_list("team", "account"))
    names = {own.get(team) for team in everybody().teams()}
    found = [one for one in every() if (None if one.team_id is None else one.name) in names]
    return random.sample(found, len(found))


def installation() -> Account:
    """The account of the settings' endpoint."""
    return Account(
        _name(settings.SPEECH_URL, settings.SPEECH_TOKEN),
        None,
        settings.SPEECH_CONCURRENCY,
        settings.SPEECH_REQUESTS_PER_MINUTE,
    )


def are_several() -> bool:
    """Whether any team has an account of its own, so that workers have to share themselves out. One query."""
    return TeamEndpoint.objects.exists()


def _shared(rows: list[TeamEndpoint]) -> Account:
    """The account of these rows, which all name it: the lowest of their limits holds for all of them."""
    rates = [row.requests_per_minute for row in rows if row.requests_per_minute]
    concurrency = min(row.concurrency for row in rows)
    return Account(rows[0].account, rows[0].pk, concurrency, min(rates, default=None))


@functools.lru_cache(maxsize=4)
def _name(url: str, token: str) -> str:
    return account_of(url, token)


@functools.cache
def everybody() -> Roster:
    """Who waits at all, whatever the account: one a process."""
    return Roster(keeps_s=ROSTER_KEEPS_S)


@functools.lru_cache(maxsize=256)
def _roster(account: Account) -> Roster:
    return Roster(account.takes, keeps_s=ROSTER_KEEPS_S)


@functools.lru_cache(maxsize=256)
def shared_pace(redis_url: str, account: str, concurrency: int, requests_per_minute: int | None) -> Pace:
    """One ``Pace`` a process for each account and its limits."""
    return Pace(redis_url, account, concurrency=concurrency, requests_per_minute=requests_per_minute)
