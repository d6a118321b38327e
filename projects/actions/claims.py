"""Who makes which waiting take: claims, and the sweep that frees those of workers that are gone.

A claim is one conditional update; it carries a token and a time. The finishing write (rendering.py) names the
token, so a slow first worker cannot overwrite the second.
"""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F
from django.utils import timezone

from projects.models import Paragraph, Script, Take, TakeStatus
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
    """A person's single line first, then the team with the fewest lines in the making, then the oldest."""
    due = among.due(timezone.now()).select_related("paragraph").order_by("id")
    click = due.filter(priority=Priority.CLICK).first()
    if click is not None:
        return click
    running = dict(Take.objects.filter(status=TakeStatus.RUNNING).values_list("team").annotate(n=Count("pk")))
    teams = due.order_by("team").values_list("team", flat=True).distinct()
    team = min(teams, key=lambda team: (running.get(team, 0), team), default=None)
    return due.filter(team=team).first() if team is not None else None


def _claim(take: Take, worker: str) -> bool:
    token, now = uuid.uuid4(), timezone.now()
    with transaction.atomic():
        moved = Take.objects.filter(pk=take.pk, status=TakeStatus.QUEUED).move(
            to=TakeStatus.RUNNING,
            claim_token=token,
            claimed_by=worker,
            claimed_at=now,
            lease_until=now + lease(),
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


def sweep() -> int:
    """Free takes whose worker is gone, so that another may claim them; return how many."""
    freed = 0
    for take in Take.objects.expired(timezone.now()).select_related("paragraph"):
        freed += free(take) if take.attempts + 1 < LOST_WORKERS else _give_up(take)
    return freed


def _give_up(take: Take) -> int:
    """Fail a line that its workers do not survive, before it is paid for again and again."""
    reason = f"The worker stopped {LOST_WORKERS} times while it made this line. See its log, then try again."
    with transaction.atomic():
        moved = Take.objects.filter(pk=take.pk, claim_token=take.claim_token).move(
            to=TakeStatus.FAILED,
            finished_at=timezone.now(),
            claim_token=None,
            lease_until=None,
            error_code="worker_lost",
            error_reason=reason,
        )
        if moved:
            touch(take)
    return moved


def free(take: Take) -> int:
    """Put one claimed take back into the queue; its worker, if it lives, can no longer finish it."""
    with transaction.atomic():
        moved = Take.objects.filter(pk=take.pk, claim_token=take.claim_token).move(
            to=TakeStatus.QUEUED, claim_token=None, lease_until=None, attempts=F("attempts") + 1
        )
        if moved:
            touch(take)
    return moved
