"""Reading the audit trail of a team: what of the frame's events and of the team's acts matters for safety.

Both tables are only added to, and the database keeps them so. How events are written is in narrator/teams/audit.py.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from narrator.teams.models import AuditEvent, AuditKind, Membership
from projects.actions.activity import TAKEN_IN
from projects.actions.entries import Ask, Entry, Rows, act
from projects.actions.trail import PAGE, Page, merged
from projects.models import Act, ActKind

ACTS = (ActKind.GUESTS, ActKind.ENDPOINT, ActKind.MONEY, ActKind.DOWNLOADS)
KINDS = [*AuditKind.choices, *((kind.value, kind.label) for kind in ACTS)]
AT_ONCE = 1000


class OfTeam(Rows):
    """Events of the team itself."""

    def _among(self, ask: Ask) -> "QuerySet[Any]":
        return _of_kind(ask).filter(team=ask.team_id)


class OfAccounts(Rows):
    """Events of the accounts of those who are members now, since they are."""

    def _among(self, ask: Ask) -> "QuerySet[Any]":
        members = Membership.objects.filter(team=ask.team_id)
        since = members.filter(user=OuterRef("by"), created_at__lte=OuterRef("at"))
        return _of_kind(ask).filter(Exists(since), team=None, by__in=members.values("user"))


def _of_kind(ask: Ask) -> "QuerySet[AuditEvent]":
    rows = AuditEvent.objects.all()
    return rows.filter(kind=ask.kind) if ask.kind else rows


def _event(row: AuditEvent) -> dict[str, Any]:
    return {"kind": row.kind, "who": row.who, "words": row.words, "note": row.address or ""}


def _brought() -> Exists:
    """Acts that came with an archive: a stranger may have written them."""
    taken_in = Act.objects.filter(kind=ActKind.IMPORTS, words__startswith=TAKEN_IN)
    return Exists(taken_in.filter(project=OuterRef("project"), pk__gt=OuterRef("pk")))


SOURCES = (
    OfTeam("", AuditEvent, _event, project="", script=""),
    OfAccounts("", AuditEvent, _event, project="", script=""),
    Rows("", Act, act, project="project", among=Q(kind__in=ACTS) & ~Q(_brought())),
)


def read(ask: Ask) -> Page:
    """One page of the trail, the newest first, in a query for each kind of row."""
    return merged(ask, SOURCES, PAGE)


def whole(ask: Ask) -> Iterator[Entry]:
    """All of the trail behind the place that is asked for, the newest first."""
    page = merged(ask, SOURCES, AT_ONCE)
    yield from page.entries
    while page.more is not None:
        page = merged(replace(ask, before=page.more), SOURCES, AT_ONCE)
        yield from page.entries
