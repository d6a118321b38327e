"""The queue: every open or recent run of a person's teams, as a page and as the panel that every page has.

Both are fed by one poll, which also carries the banner of a held team.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from narrator.direct import Asked, together
from narrator.sentences import said
from narrator.tags import lasting
from narrator.teams import access as teams
from narrator.teams.models import Team, User
from narrator.teams.rights import Right
from narrator.web import Request, go
from projects import access, tasks
from projects.actions import notifications, runs, workers
from projects.models import Hold, Run, RunState

POLL_BUSY_S = 2
POLL_IDLE_S = 15


@dataclass(frozen=True)
class Row:
    """One run as a person sees it."""

    run: Run
    progress: runs.Progress
    hold: Hold | None
    may_edit: bool

    @property
    def is_moving(self) -> bool:
        """Whether its figures change by themselves."""
        return self.progress.running > 0 or (self.run.state == RunState.ACTIVE and self.hold is None)

    def needs_worker(self, now: datetime) -> bool:
        """Whether a worker should have shown itself since it was asked for."""
        return self.is_moving and self.run.created_at + timedelta(seconds=workers.SILENT_S) < now

    @property
    def words(self) -> str:
        """What it does now, or how long it still takes."""
        if self.run.state != RunState.ACTIVE:
            return str(self.run.get_state_display())
        if self.hold is not None:
            return _("Held")
        if self.run.waits_for and not self.progress.running:
            return _("Waiting. %(waits_for)s") % {"waits_for": said(self.run.waits_for)}
        if self.progress.is_late:
            return _("Takes longer than expected")
        if self.progress.left_s is not None:
            return _("About %(time)s left") % {"time": lasting(self.progress.left_s)}
        return _("Generating") if self.progress.running else _("Waiting for its turn")


@dataclass(frozen=True)
class Banner:
    """What holds a team, and whether this person may let it go on, and see to the endpoint."""

    team: Team
    hold: Hold
    may_edit: bool
    may_connect: bool


@require_safe
def run_list(request: Request) -> HttpResponse:
    """The queue. Asked by htmx: what a poll renews, or 204 where nothing of it differs from what was ``seen``."""
    if not request.htmx or request.htmx.boosted:
        return render(request, "projects/run_list.html", queue(asking(request.user), is_now=True))
    context = queue(asking(request.user))
    if request.GET.get("seen") == context["seen"]:
        return HttpResponse(status=204)
    return render(request, "projects/run_list.html#changes", context)


def asking(user: User) -> tuple[Asked, Asked]:
    """What ``queue`` asks first: a person's memberships, and the runs of their teams."""
    return notifications.asking_memberships(user), runs.asking_in_sight(user, now=timezone.now())


def queue(asked: tuple[Asked, Asked], *, is_now: bool = False) -> dict[str, Any]:
    """What there is to see, by three queries whatever their number; ``seen`` is a digest of it.

    How far a run is may have been so a second ago, unless it is to be so now.
    """
    now = timezone.now()
    together(*asked)
    memberships, in_sight = (one.objects() for one in asked)
    members = {member.team_id: member for member in memberships}
    unread = sum(member.unread for member in memberships)
    rows = []
    for run in runs.counted(in_sight, is_now=is_now):
        member = members.get(run.team_id)
        if member is None:
            continue  # joined its team between the two questions; the next look shows it
        hold = getattr(member.team, "hold", None)
        progress = runs.progress(run, hold=hold, now=now)
        rows.append(Row(run, progress, hold, teams.allows(member.role, Right.GENERATE)))
    banners = [
        Banner(
            member.team,
            member.team.hold,
            teams.allows(member.role, Right.GENERATE),
            teams.allows(member.role, Right.CONNECT),
        )
        for member in members.values()
        if hasattr(member.team, "hold")
    ]
    going = [row.progress for row in rows if row.run.is_open]
    silent = any(row.needs_worker(now) for row in rows) and workers.are_silent()
    return {
        "rows": rows,
        "banners": banners,
        "silent": silent,
        "unread": unread,
        "settled": sum(progress.settled for progress in going),
        "total": sum(progress.total for progress in going),
        "poll_s": POLL_BUSY_S if any(row.is_moving for row in rows) else POLL_IDLE_S,
        "seen": _digest(rows, banners, silent, unread),
    }


def _digest(rows: list[Row], banners: list[Banner], silent: bool, unread: int) -> str:
    """Return a short name for exactly what these rows and banners and the bell show."""
    shown = [
        (row.run.pk, row.run.state, str(row.run.project), str(row.run.script), row.run.failed_line)
        for row in rows
    ]
    figures = [(row.progress.settled, row.progress.ready, row.progress.failed, row.words) for row in rows]
    acts = [(row.is_moving, row.may_edit) for row in rows]
    held = [(banner.team.pk, banner.hold.reason, banner.may_edit) for banner in banners]
    return hashlib.blake2b(
        repr((shown, figures, acts, held, silent, unread)).encode(), digest_size=9
    ).hexdigest()


@require_POST
def run_pause(request: Request, run_id: int) -> HttpResponse:
    """Let nothing more of a run be begun."""
    return _act(request, run_id, runs.pause)


@require_POST
def run_resume(request: Request, run_id: int) -> HttpResponse:
    """Let a paused run go on."""
    return _act(request, run_id, tasks.queue_run)


@require_POST
def run_cancel(request: Request, run_id: int) -> HttpResponse:
    """Take back what waits of a run."""
    return _act(request, run_id, runs.cancel)


@require_POST
def run_retry(request: Request, run_id: int) -> HttpResponse:
    """Try the failed lines of a run again."""
    return _act(request, run_id, tasks.queue_failed)


@require_POST
def team_resume(request: Request, team_id: int) -> HttpResponse:
    """Let a held team's queue go on."""
    team = access.team(request.user, team_id, least=Right.GENERATE)
    tasks.queue_team(team, by=request.user)
    return _answer(request)


def _act(request: Request, run_id: int, act: Callable[..., object]) -> HttpResponse:
    act(access.run(request.user, run_id, least=Right.GENERATE), by=request.user)
    return _answer(request)


def _answer(request: Request) -> HttpResponse:
    """What a poll would bring for htmx, the page of the queue for everybody else."""
    if not request.htmx:
        return go(request, "run-list")
    return render(request, "projects/run_list.html#changes", queue(asking(request.user), is_now=True))
