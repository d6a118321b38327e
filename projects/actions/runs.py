"""Runs: pausing, resuming, taking back, trying failed lines again, and how far one is. Takes are made elsewhere."""

import functools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from narrator.cache import own as cache
from narrator.direct import Asked, Blank, Prepared
from narrator.teams.models import Membership, User
from projects.actions import activity, holds, notifications
from projects.models import ActKind, Hold, Paragraph, Run, RunState, Script, Take, TakeStatus
from projects.models.notifications import News
from projects.models.takes import ACTIVE, TakeQuerySet
from projects.sentences import gettext_noop

PAUSED_RUN = gettext_noop("paused a run of %(said_lines)s")
RESUMED_RUN = gettext_noop("resumed a run of %(said_lines)s")
CANCELLED_RUN = gettext_noop("cancelled a run of %(said_lines)s")
TRIED_RUN = gettext_noop("tried %(said_tried)s again of a run of %(said_lines)s")
ALL_MADE = gettext_noop("%(said_lines)s generated")
SOME_MADE = gettext_noop("%(made)s of %(said_lines)s generated")
WITH_FAILED = gettext_noop("%(said_made)s, %(failed)s failed")

# A run that is over stays in sight for so long; a queue shows so many.
IN_SIGHT, SHOWN = timedelta(hours=24), 20
COUNTED = ("waiting_count", "running_count", "ready_count", "failed_count", "waits_for", "failed_line")
COUNTED_S = 1.0
# No time is promised before so many lines have come, and before so long.
FIRST_LINES = 3
FIRST_S = 5.0
# A later promise replaces an earlier one only where it is better by this part of what is left.
BETTER = 0.05
# How careful a promise is: in simulated runs of lines of very different length it then proves too short in 5 to 11 %
# of the looks, and is 1.1 to 1.35 times the true time.
CARE = 2.0
# A run is late when what is left, at its pace, takes longer than promised by this factor and by so long.
LATE = 1.5
LATE_S = 10.0


@transaction.atomic
def pause(run: Run, *, by: User | None, now: datetime | None = None) -> bool:
    """Let nothing more of this run be begun; what is being made is finished. False where it is not active."""
    active = Run.objects.filter(pk=run.pk, state=RunState.ACTIVE)
    if not active.move(to=RunState.PAUSED, paused_at=now or timezone.now()):
        return False
    _note(PAUSED_RUN, run, by=by)
    return True


def _note(did: str, run: Run, *, by: User | None) -> None:
    words = did % {"said_lines": activity.counted(run.total)}
    activity.note(ActKind.RUNS, words, by=by, project=run.project, script=run.script)


@transaction.atomic
def resume(run: Run, *, by: User | None, now: datetime | None = None) -> bool:
    """Let a paused run go on; False where it is not paused. Ringing for the workers is the caller's."""
    held = Run.objects.select_for_update().filter(pk=run.pk, state=RunState.PAUSED).first()
    if held is None:
        return False
    _stood_still(held, since=held.paused_at, now=now)
    _note(RESUMED_RUN, held, by=by)
    return bool(Run.objects.filter(pk=run.pk).move(to=RunState.ACTIVE, paused_at=None))


@transaction.atomic
def cancel(run: Run, *, by: User | None) -> int:
    """Take back what waits of this run, and end it; what is being made is finished and kept: it is paid already."""
    taken_back = take_back(Take.objects.filter(run=run))
    if Run.objects.filter(pk=run.pk).open().move(to=RunState.CANCELLED, finished_at=timezone.now()):
        _note(CANCELLED_RUN, run, by=by)
    return taken_back


def take_back(rows: TakeQuerySet) -> int:
    """Cancel those of these takes that wait, and let pages see it; to be called inside a transaction."""
    waiting = rows.filter(status=TakeStatus.QUEUED)
    scripts = sorted(set(waiting.values_list("paragraph__script", flat=True)))
    versions = {script: Script.next_version(script) for script in scripts}
    now = timezone.now()
    moved = rows.cancel(now)
    lines = rows.filter(status=TakeStatus.CANCELLED, finished_at=now).values("paragraph")
    for script, version in versions.items():
        Paragraph.objects.filter(script=script, pk__in=lines).update(version=version)
    return moved


def end_empty(run_ids: list[int]) -> int:
    """Cancel those of these open runs of which nothing waits any more: somebody took it back."""
    waiting = Take.objects.filter(run=OuterRef("pk"), status=TakeStatus.QUEUED)
    empty = Run.objects.filter(~Exists(waiting), pk__in=run_ids).open()
    return empty.move(to=RunState.CANCELLED, finished_at=timezone.now())


@transaction.atomic
def retry_failed(run: Run, *, by: User | None, now: datetime | None = None) -> int:
    """Put the run's failed lines back into the queue and let the run go on; return how many there were.

    A line that was edited or asked for again since is left alone: what failed is not what it says now.
    """
    failed = Take.objects.filter(run=run).retriable()
    scripts = sorted(set(failed.values_list("paragraph__script", flat=True)))
    versions = {script: Script.next_version(script) for script in scripts}
    moved = list(failed.values_list("paragraph", flat=True))
    if not failed.try_again():
        return 0
    for script, version in versions.items():
        Paragraph.objects.filter(script=script, pk__in=moved).update(version=version)
    go_on(run.pk, now=now)
    _note(
        TRIED_RUN % {"said_tried": activity.counted(len(moved)), "said_lines": "%(said_lines)s"}, run, by=by
    )
    return len(moved)


def go_on(run_id: int, *, now: datetime | None = None) -> None:
    """Make a run active again that has got lines to make; call it inside the transaction that queues them."""
    run = Run.objects.select_for_update().get(pk=run_id)
    _stood_still(run, since=run.paused_at or run.finished_at, now=now)
    # More work was asked for: what was promised for less says nothing now.
    values = {"paused_at": None, "finished_at": None, "ends_at": None}
    if not Run.objects.filter(pk=run_id).move(to=RunState.ACTIVE, **values):
        Run.objects.filter(pk=run_id).update(ends_at=None)


def _stood_still(run: Run, *, since: datetime | None, now: datetime | None) -> None:
    """Count the time since then as not worked; what falls into a hold is counted when that is lifted."""
    hold = holds.of(run.team_id)
    until = now or timezone.now()
    until = min(until, hold.since) if hold else until
    if since is not None and until > since:
        Run.objects.filter(pk=run.pk).stand_still(until - since)


def finish_done(run_id: int | None = None) -> int:
    """End this run, or every run, that has nothing left to make; return how many this call ended.

    One conditional update, so one caller ends a run, and tells who pressed Generate. Two workers that settle the last
    two lines at the same moment may each miss it; the sweep does not.
    """
    if run_id is not None and _unfinished().rows(run=run_id):
        return 0
    left = Take.objects.filter(run=OuterRef("pk"), status__in=ACTIVE)
    over = Run.objects.open().filter(~Exists(left))
    over = over if run_id is None else over.filter(pk=run_id)
    return sum(_end(run) for run in over.select_related("created_by", "project", "script__project"))


@transaction.atomic
def _end(run: Run) -> bool:
    """End one run and tell of it; False where somebody else did, or where it has got more to make."""
    left = Take.objects.filter(run=OuterRef("pk"), status__in=ACTIVE)
    over = Run.objects.open().filter(~Exists(left), pk=run.pk)
    if not over.move(to=RunState.DONE, finished_at=timezone.now()):
        return False
    made = Take.objects.filter(run=run, status=TakeStatus.READY).count()
    failed = Take.objects.filter(run=run).retriable().count()
    words = ALL_MADE if made == run.total else SOME_MADE
    words = words % {"made": f"{made:,}", "said_lines": activity.counted(run.total)}
    words = WITH_FAILED % {"said_made": words, "failed": f"{failed:,}"} if failed else words
    notifications.tell(News.RUN, [run.created_by], words, project=run.project, script=run.script)
    return True


@functools.cache
def _unfinished() -> Prepared:
    """A take of a run that waits or is being made. Blank: run."""
    of_run = Take.objects.filter(run=Blank(Take, "run"), status__in=ACTIVE)
    return Prepared(of_run.order_by().values("pk")[:1])


def asking_in_sight(user: User, *, now: datetime) -> Asked:
    """The runs that a person's queue shows, with ``project`` and ``script``; they are ``counted`` then."""
    return _in_sight().asking(user=user.pk, since=now - IN_SIGHT)


@functools.cache
def _in_sight() -> Prepared:
    """Blanks: user, since."""
    runs = Run.objects.of(Blank(Membership, "user")).in_sight(Blank(Run, "finished_at", "since"))
    return Prepared(runs.select_related("project", "script")[:SHOWN])


def counted(rows: Iterable[Run], *, is_now: bool = False) -> list[Run]:
    """These runs, ``SHOWN`` at most, each with what ``RunQuerySet.with_counts`` counts: now, or within a second.

    Everybody's pages look at the same runs; each process counts them for all of its own. One query, or none.
    """
    runs = list(rows)
    # What a press changes changes the state, too, or is asked for ``is_now``.
    keys = {run.pk: f"run-{run.pk}-{run.state}" for run in runs}
    kept = {} if is_now else cache.get_many(keys.values())
    missing = [pk for pk, key in keys.items() if key not in kept]
    if missing:
        most = 1 if len(missing) == 1 else SHOWN
        wanted = missing + missing[-1:] * (most - len(missing))
        fresh = _counts(most).rows(**{f"id{at}": pk for at, pk in enumerate(wanted)})
        made = {keys[pk]: values for pk, *values in fresh}
        cache.set_many(made, COUNTED_S)
        kept |= made
    for run in runs:
        for name, value in zip(COUNTED, kept[keys[run.pk]], strict=True):
            setattr(run, name, value)
    return runs


@functools.cache
def _counts(count: int) -> Prepared:
    """Blanks: id0, id1 and so on."""
    ids: list[Any] = [Blank(Run, "pk", f"id{at}") for at in range(count)]
    return Prepared(Run.objects.filter(pk__in=ids).order_by().with_counts().values_list("pk", *COUNTED))


@dataclass(frozen=True)
class Progress:
    """How far a run is. ``left_s``: seconds that are left as promised, None where nothing is promised yet.

    ``left_s`` never grows, unless more lines are asked for; ``is_late``: do not show it, it takes longer.
    """

    total: int
    waiting: int
    running: int
    ready: int
    failed: int
    left_s: float | None = None
    is_late: bool = False

    @property
    def settled(self) -> int:
        """How many lines nothing more happens to, taken back ones among them."""
        return max(self.total - self.waiting - self.running, 0)

    @property
    def taken_back(self) -> int:
        return max(self.settled - self.ready - self.failed, 0)


def progress(run: Run, *, hold: Hold | None = None, now: datetime | None = None) -> Progress:
    """Return how far a run (``counted``, or ``with_counts``) is; a better promise than the last is kept in its row.

    hold: what holds the run's team, if anything does.
    """
    counts = (run.total, run.waiting_count, run.running_count, run.ready_count, run.failed_count)
    if not run.is_open:
        return Progress(*counts)
    until = _clock_stops(run, hold, now or timezone.now())
    estimate_s = _estimate_s(run, until)
    if estimate_s is not None:
        _promise(run, until, estimate_s)
    if run.ends_at is None:
        return Progress(*counts)
    left_s = (run.ends_at - until).total_seconds()
    is_late = left_s < 0 or (estimate_s is not None and estimate_s > max(left_s * LATE, left_s + LATE_S))
    return Progress(*counts, left_s=max(left_s, 0), is_late=is_late)


def _clock_stops(run: Run, hold: Hold | None, now: datetime) -> datetime:
    """The moment up to which the run has worked: now, or since when it stands still."""
    stops = [now, run.paused_at if run.state == RunState.PAUSED else None, hold.since if hold else None]
    return max(min(stop for stop in stops if stop), run.created_at)


def _estimate_s(run: Run, until: datetime) -> float | None:
    """What is left at the pace of all that was made so far, the time standing still left out."""
    made = run.ready_count + run.failed_count
    worked_s = (until - run.created_at).total_seconds() - run.paused_s
    if made < FIRST_LINES or worked_s < FIRST_S:
        return None
    return (run.waiting_count + run.running_count) * worked_s / made


def _promise(run: Run, until: datetime, estimate_s: float) -> None:
    """Keep an earlier end than the one promised so far, by compare-and-set.

    A pace seen in n lines is uncertain by about 1/sqrt(n) of itself. Twice that is added, so the promise comes
    down as the run goes on rather than proving too short.
    """
    made = run.ready_count + run.failed_count
    careful_s = estimate_s * (1 + CARE / math.sqrt(made))
    if run.ends_at is not None and careful_s > (run.ends_at - until).total_seconds() * (1 - BETTER):
        return
    ends_at = until + timedelta(seconds=careful_s)
    kept = Run.objects.filter(pk=run.pk, ends_at=run.ends_at, state=run.state)
    if kept.update(ends_at=ends_at):
        run.ends_at = ends_at
    else:
        run.ends_at = Run.objects.values_list("ends_at", flat=True).get(pk=run.pk)
