"""Who makes which waiting take: claims, and the sweep that frees those of workers that are gone.

A claim is one conditional update; it carries a token and a time. The finishing write (rendering.py) names the
token, so a slow first worker cannot overwrite the second.
"""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from narrator import direct
from narrator.direct import Plus
from projects.actions import workers
from projects.actions.roster import Queue, Roster
from projects.models import Paragraph, Take, TakeStatus
from projects.models.moves import sources
from projects.models.takes import MOVES, TakeQuerySet
from projects.sentences import gettext_noop

STOPPED = gettext_noop(
    "The worker stopped %(count)s times while it made this line. See its log, then try again."
)

# A claim outlives the longest call by this much; a line of many parts renews it before each.
LEASE_MARGIN_S = 60
# How many workers a line may lose before it is given up.
LOST_WORKERS = 5
# What an effort before this one came to says nothing of it.
NO_ERROR = {"error_code": "", "error_reason": "", "error_detail": ""}


def claim(*, worker: str, roster: Roster | None = None, among: TakeQuerySet | None = None) -> Take | None:
    """Take the most deserving waiting take for this worker; None when nothing is due.

    roster: who goes next, where the caller keeps one; else it is read now (of ``among`` these, where given).
    """
    roster = roster or Roster(among)
    is_fresh = roster.look()
    while True:
        queue = roster.next()
        take = _claim(roster, queue, worker)
        if take is not None:
            roster.served(queue, (take.team_id, take.run_id))
            return take
        if queue is not None:
            roster.missed(queue)
        elif is_fresh:
            return None
        else:
            is_fresh = roster.look(again=True)


def claim_click(*, worker: str, roster: Roster) -> Take | None:
    """Take the single line that a person has waited for longest; None when nobody waits."""
    take = _claim(roster, None, worker)
    if take is not None:
        roster.served(None, (take.team_id, take.run_id))
    return take


def _claim(roster: Roster, queue: Queue | None, worker: str) -> Take | None:
    """Claim a person's single line, else the first of this queue: one statement, so that nobody else gets it too."""
    now = timezone.now()
    set_, params = direct.setting(
        Take,
        status=TakeStatus.RUNNING,
        claim_token=uuid.uuid4(),
        claimed_by=worker,
        claimed_at=now,
        lease_until=now + lease(),
        **NO_ERROR,
    )
    with transaction.atomic():
        first, more = roster.first(queue, now)
        sql = f"{set_} WHERE status = %s AND id = {first} RETURNING {direct.columns(Take)}"
        claimed = [direct.made(Take, row) for row in direct.fetch(sql, [*params, TakeStatus.QUEUED, *more])]
        for take in claimed:
            touch(take)
    return claimed[0] if claimed else None


def lease() -> timedelta:
    """Return how long a claim holds without being renewed."""
    return timedelta(seconds=settings.SPEECH_DEADLINE_S + LEASE_MARGIN_S)


def renew(take: Take) -> bool:
    """Hold the claim for a full lease from now; False where it was lost."""
    held = {"pk": take.pk, "claim_token": take.claim_token, "status": TakeStatus.RUNNING}
    return bool(direct.update(Take, held, lease_until=timezone.now() + lease()))


def touch(take: Take) -> None:
    """Let pages see the line's change; to be called inside the transaction that makes it."""
    Paragraph.touch(take.paragraph_id)


def leave(take: Take, *, to: str, **values: object) -> int:
    """End this claim: give its take another status and these values, and let pages see it.

    Returns 1, or 0 where the claim was lost: then another worker has the take, and nothing is changed.
    """
    held = {"pk": take.pk, "claim_token": take.claim_token, "status": sources(MOVES, to)}
    with transaction.atomic(savepoint=False):
        moved = direct.update(Take, held, status=to, claim_token=None, lease_until=None, **values)
        if moved:
            touch(take)
    return moved


def sweep() -> int:
    """Free takes whose worker is gone, so that another may claim them; return how many."""
    freed = sum(_free(take) for take in Take.objects.expired(timezone.now()))
    for worker in workers.gone():
        held = Take.objects.filter(status=TakeStatus.RUNNING, claimed_by=worker)
        freed += sum(_free(take) for take in held)
        workers.forget(worker)
    return freed


def _free(take: Take) -> int:
    return free(take) if take.attempts + 1 < LOST_WORKERS else _give_up(take)


def _give_up(take: Take) -> int:
    """Fail a line that its workers do not survive, before it is paid for again and again."""
    reason = STOPPED % {"count": LOST_WORKERS}
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
    return leave(take, to=TakeStatus.QUEUED, attempts=Plus(1))
