"""Stopping a team's whole queue with a reason, and letting it go on. What stands still meanwhile: models.Take.due."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from narrator.teams.models import Team, User
from projects.actions import activity, notifications
from projects.models import ActKind, Hold, Run, RunState
from projects.models.notifications import News
from projects.sentences import gettext_noop

logger = logging.getLogger(__name__)


def place(team_id: int, *, code: str, reason: str, detail: str = "") -> None:
    """Hold the team: nothing of it is claimed any more. Where it is held already, the first reason stays."""
    why = {"code": code[:100], "reason": reason, "detail": detail}
    _, is_new = Hold.objects.get_or_create(team_id=team_id, defaults=why)
    if is_new:
        waiting = User.objects.filter(pk__in=Run.objects.filter(team=team_id).open().values("created_by"))
        words = gettext_noop("What you generate stands still")
        notifications.tell(News.RUN, waiting, words, quote=reason, team_id=team_id)
    logger.warning("team %s is held: %s %s", team_id, code, reason)


def lift(team: Team, *, by: User | None, now: datetime | None = None) -> bool:
    """Let the team's queue go on; False where nothing holds it. Ringing for the workers is the caller's."""
    now = now or timezone.now()
    with transaction.atomic():
        hold = Hold.objects.select_for_update().filter(team=team).first()
        if hold is None:
            return False
        for run in Run.objects.filter(team=team).open():
            since = max(hold.since, run.created_at)
            until = run.paused_at if run.state == RunState.PAUSED and run.paused_at else now
            if until > since:
                Run.objects.filter(pk=run.pk).stand_still(until - since)
        hold.delete()
        activity.note(ActKind.RUNS, gettext_noop("let the team's queue go on"), by=by, team_id=team.pk)
    logger.info("team %s goes on, by %s", team.pk, by.pk if by else "itself")
    return True


def of(team_id: int) -> Hold | None:
    """Why this team's queue stands still, or None."""
    return Hold.objects.filter(team=team_id).first()
