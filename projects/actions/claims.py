"""Who makes which waiting take: claims, and the sweep that frees those of workers that are gone.

A claim is one conditional update; it carries a token and a time. The finishing write (rendering.py) names the
token, so a slow first worker cannot overwrite the second.
"""

import random
import uuid
from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef
from django.utils import timezone

from projects.models import Hold, Paragraph, Run, RunState, Script, Take, TakeStatus
from projects.models.takes import Priority, TakeQuerySet

# A claim outlives the longest call by this much; a line of many parts renews it before each.
LEASE_MARGIN_S = 60
# How many workers a line may lose before it is given up.
LOST_WORKERS = 5


def claim(*, worker: str, among: TakeQuerySet | None = None) -> Take | None:
    """Take the most deserving waiting take (``among`` these, where given) for this worker; None when nothing is due."""
    for _ in range(20):
        take = _most_deserving(Take.objects.all() if among is None else among)
        if take is None:
            return None
        if _claim(take, worker):
            return take
    return None


def _most_deserving(among: TakeQuerySet) -> Take | None:
    """A person's single line first; then of the team with the fewest lines in the making the run with the fewest.

    Then the oldest. Between teams with equally many the lot decides, so that none starves where slots are few.
    """
    ripe = among.ripe(timezone.now()).order_by("id")
    held = Exists(Hold.objects.filter(team=OuterRef("team")))
    click = ripe.filter(~held, priority=Priority.CLICK).select_related("paragraph").first()
    if click is not None:
        return click
    # Read from the runs, of which there are few, rather than from the takes, of which thousands may wait.
    waits = Exists(ripe.filter(run=OuterRef("pk"), team=OuterRef("team")).order_by())
    runs = Run.objects.filter(~held, waits, state=RunState.ACTIVE).order_by().values_list("team", "pk")
    singles = ripe.filter(~held, run=None).order_by().values_list("team", "run").distinct()
    queues: list[tuple[int, int | None]] = [*runs, *singles]
    if not queues:
        return None
    team, run = _least_served(queues)
    return ripe.filter(run=run, team=team).select_related("paragraph").first()


def _least_served(queues: list[tuple[int, int | None]]) -> tuple[int, int | None]:
    """Choose among queues, each a team's run or (None) what it has outside of runs."""
    running = (
        Take.objects.filter(status=TakeStatus.RUNNING).values_list("team", "run").annotate(n=Count("pk"))
    )
    of_queue = Counter({(team, run): n for team, run, n in running.order_by()})
    of_team: Counter[int] = Counter()
    for (team, _), n in of_queue.items():
        of_team[team] += n
    lot = {team: random.random() for team, _ in queues}  # noqa: S311 - a lot is no secret
    return min(queues, key=lambda queue: (of_team[queue[0]], lot[queue[0]], of_queue[queue], queue[1] or 0))


def _claim(take: Take, worker: str) -> bool:
    token, now = uuid.uuid4(), timezone.now()
    with transaction.atomic():
        moved = (
            Take.objects.filter(pk=take.pk)
            .due(now)
            .move(
                to=TakeStatus.RUNNING,
                claim_token=token,
                claimed_by=worker,
                claimed_at=now,
                lease_until=now + lease(),
            )
        )
        if moved:
            touch(take)
    take.claim_token, take.claimed_at, take.status = token, now, TakeStatus.RUNNING
    return bool(moved)


def lease() -> timedelta:
    """Return how long a claim holds without being renewed."""
    return timedelta(seconds=settings.SPEECH_DEADLINE_S + LEASE_MARGIN_S)


def touch(take: Take, **changes: object) -> None:
    """Let pages see the line's change; to be called inside the transaction that makes it."""
    version = Script.next_version(take.paragraph.script_id)
    Paragraph.objects.filter(pk=take.paragraph_id).update(version=version, **changes)


def leave(take: Take, *, to: str, **values: object) -> int:
    """End this claim: give its take another status and these values, and let pages see it.

    Returns 1, or 0 where the claim was lost: then another worker has the take, and nothing is changed.
    """
    with transaction.atomic():
        moved = Take.objects.filter(pk=take.pk, claim_token=take.claim_token).move(
            to=to, claim_token=None, lease_until=None, **values
        )
        if moved:
            touch(take)
    return moved


def sweep() -> int:
    """Free takes whose worker is gone, so that another may claim them; return how many."""
    freed = 0
    for take in Take.objects.expired(timezone.now()).select_related("paragraph"):
        freed += free(take) if take.attempts + 1 < LOST_WORKERS else _give_up(take)
    return freed


def _give_up(take: Take) -> int:
    """Fail a line that its workers do not survive, before it is paid for again and again."""
    reason = f"The worker stopped {LOST_WORKERS} times while it made this line. See its log, then try again."
    return leave(
        take, to=TakeStatus.FAILED, finished_at=timezone.now(), error_code="worker_lost", error_reason=reason
    )


def waiting(among: TakeQuerySet, *, most: int) -> int:
    """Return how many of these takes could be claimed now, counted no further than ``most``."""
    return among.due(timezone.now()).order_by()[:most].count()


def idle(among: TakeQuerySet, *, slots: int) -> int:
    """Return for how many more workers there is use: those of these takes that wait, within the slots that are free."""
    running = among.filter(status=TakeStatus.RUNNING).order_by()[:slots].count()
    return waiting(among, most=slots - running) if running < slots else 0


def free(take: Take) -> int:
    """Put one claimed take back into the queue; its worker, if it lives, can no longer finish it."""
    return leave(take, to=TakeStatus.QUEUED, attempts=F("attempts") + 1)
