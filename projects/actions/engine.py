"""How the engine stands: queues, accounts, errors, money, workers, assembling, the store.

One place for the admin's page of it (projects/admin/engine.py) and for /metrics (metrics.py): both say the same, read
from the rows. The number of queries does not grow with what there is; of accounts a few are asked about in Redis.
"""

import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count, DurationField, ExpressionWrapper, F, Max, Min, Q, Sum
from django.utils import timezone

from narrator.teams.models import Team
from projects.actions import accounts, workers
from projects.actions.accounts import Account
from projects.models import Call, Export, ExportStatus, Hold, Pruning, Spend, Take, TakeStatus, TeamEndpoint
from projects.models.money import month_of
from projects.models.takes import ACTIVE
from projects.pacing.pace import PaceState

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Each costs a question to Redis, which may be slow to answer.
MOST_ACCOUNTS = 12


@dataclass(frozen=True)
class Queue:
    """What waits and is made of one team. ``oldest_s``: how long the oldest waits that could be made now."""

    team_id: int
    name: str
    waiting: int
    running: int
    oldest_s: float | None
    held: str


@dataclass(frozen=True)
class Lane:
    """An endpoint account: who speaks, for which teams (none named: for all others), and its pace now.

    No pace: Redis is away, as the account before it has shown.
    """

    host: str
    teams: list[str]
    pace: PaceState | None


@dataclass(frozen=True)
class Fault:
    """A class of errors of calls: how many in the last hour and day, and when the newest was."""

    code: str
    hour: int
    day: int
    newest: datetime


@dataclass(frozen=True)
class Worker:
    """A process that makes lines, by its name; ``running``: how many it has claimed. Is it one of this machine?"""

    name: str
    running: int
    is_here: bool


@dataclass(frozen=True)
class Assembly:
    """Exports by status; how much sound was assembled, and how long that took."""

    counts: dict[str, int]
    heard_s: float
    worked_s: float

    @property
    def speed(self) -> float | None:
        """Seconds of sound in a second of work; None where nothing was assembled."""
        return self.heard_s / self.worked_s if self.worked_s else None


def queues(now: datetime) -> list[Queue]:
    """One row for each team with takes that wait or are made, or whose queue is held. Four queries."""
    counts: dict[int, Counter[str]] = {}
    active = Take.objects.filter(status__in=ACTIVE).order_by()
    for team_id, status, count in active.values_list("team", "status").annotate(Count("pk")):
        counts.setdefault(team_id, Counter())[status] = count
    due = Take.objects.due(now).order_by().values_list("team").annotate(oldest=Min("created_at"))
    oldest = dict(due.values_list("team", "oldest"))
    holds = dict(Hold.objects.values_list("team", "reason"))
    names = dict(Team.objects.filter(pk__in={*counts, *holds}).values_list("pk", "name"))
    found = [
        Queue(
            team_id,
            name,
            counts.get(team_id, Counter())[TakeStatus.QUEUED],
            counts.get(team_id, Counter())[TakeStatus.RUNNING],
            (now - oldest[team_id]).total_seconds() if team_id in oldest else None,
            holds.get(team_id, ""),
        )
        for team_id, name in names.items()
    ]
    return sorted(found, key=lambda one: (not one.held, -(one.oldest_s or 0), one.name))


def lanes(busy: Iterable[int]) -> list[Lane]:
    """The installation's account, then those of teams: first those with work (``busy``). Two queries; a few of many."""
    named: dict[str, list[TeamEndpoint]] = {}
    for row in TeamEndpoint.objects.select_related("team").order_by("team__name"):
        named.setdefault(row.account, []).append(row)
    working = {account for account, rows in named.items() if {row.team_id for row in rows} & set(busy)}
    order = sorted(accounts.every(), key=lambda one: (one.team_id is not None, one.name not in working))
    found: list[Lane] = []
    is_known = True
    for one in order[:MOST_ACCOUNTS]:
        rows = named.get(one.name, []) if one.team_id is not None else []
        pace = one.pace.state() if is_known else None
        is_known = pace is not None and pace.shared  # while Redis is away each question would cost seconds
        found.append(Lane(_host(one, rows), [row.team.name for row in rows], pace))
    return found


def _host(account: Account, rows: list[TeamEndpoint]) -> str:
    address = rows[0].address if rows else settings.SPEECH_URL
    return urlsplit(address).netloc.rpartition("@")[2]


def faults(now: datetime) -> list[Fault]:
    """Errors of calls in the last day, the most frequent first. One query, of the index of calls that failed."""
    failed = Call.objects.exclude(error_code="").filter(at__gt=now - DAY).order_by()
    found = failed.values_list("error_code").annotate(
        hour=Count("pk", filter=Q(at__gt=now - HOUR)), day=Count("pk"), newest=Max("at")
    )
    return sorted((Fault(*row) for row in found), key=lambda one: (-one.day, one.code))


def spent(now: datetime) -> dict[str, int]:
    """What all teams have spent this month, in millionths, by currency. One query."""
    rows = Spend.objects.filter(project=None, month=month_of(now)).order_by("currency")
    return dict(rows.values_list("currency").annotate(Sum("amount_micro")))


def at_work() -> list[Worker]:
    """The workers that live on this machine, and those of others that have claimed something. One query."""
    running = Take.objects.filter(status=TakeStatus.RUNNING).order_by().values_list("claimed_by")
    claimed = dict(running.annotate(Count("pk")))
    here = set(workers.known()) - set(workers.gone())
    return [Worker(name, claimed.get(name, 0), name in here) for name in sorted({*claimed, *here})]


def assembly() -> Assembly:
    """How assembling goes. One query."""
    took = ExpressionWrapper(F("finished_at") - F("claimed_at"), output_field=DurationField())
    counts: dict[str, int] = {}
    heard_s = worked_s = 0.0
    rows = Export.objects.order_by().values_list("status")
    for status, count, ms, length in rows.annotate(Count("pk"), Sum("duration_ms"), took=Sum(took)):
        counts[status] = count
        if status in (ExportStatus.READY, ExportStatus.EMPTIED):
            heard_s += (ms or 0) / 1000
            worked_s += length.total_seconds() if length else 0
    return Assembly(counts, heard_s, worked_s)


def disk() -> tuple[int, int]:
    """What is free on the disk of the data folder, and how large it is, in bytes."""
    usage = shutil.disk_usage(settings.DATA_DIR)
    return usage.free, usage.total


def last_pruning() -> Pruning | None:
    """The last round of the retention that came to its end: it has added up the store. One query."""
    return Pruning.objects.exclude(finished_at=None).first()


def look() -> dict[str, object]:
    """All of it, for the page."""
    now = timezone.now()
    found = queues(now)
    free, size = disk()
    return {
        "now": now,
        "queues": found,
        "waiting": sum(one.waiting for one in found),
        "running": sum(one.running for one in found),
        "oldest_s": max((one.oldest_s for one in found if one.oldest_s is not None), default=None),
        "lanes": lanes(one.team_id for one in found),
        "faults": faults(now),
        "spent": spent(now),
        "workers": at_work(),
        "swept": workers.last_sweep(),
        "assembly": assembly(),
        "disk_free": free,
        "disk_size": size,
        "pruning": last_pruning(),
    }
