"""Destinations: the usual ones and a team's own, and what an export freezes of the one it goes to."""

from typing import Any

from django.db import transaction

from narrator.sentences import said
from narrator.teams.models import Team, User
from projects.actions import activity
from projects.audio import destinations
from projects.audio.destinations import DESTINATIONS, Asked
from projects.audio.finish import Finish
from projects.models import ActKind, Destination, Project
from projects.models.destinations import OWN
from projects.sentences import gettext_noop

ADDED = gettext_noop("added the destination %(name)s")
CHANGED = gettext_noop("changed the destination %(name)s")

REMOVED = gettext_noop("removed the destination %(name)s")


def named(project: Project, preset: str) -> tuple[str, list[Asked]]:
    """The label of a preset's destination and what it asks; ("", []) where nobody asks anything. At most one query."""
    if usual := DESTINATIONS.get(preset):
        return usual.label, list(usual.asked)
    if preset.startswith(OWN):
        row = Destination.objects.filter(team=project.team_id, name=preset.removeprefix(OWN)).first()
        if row:
            return row.name, row.asking
    return "", []


def frozen(project: Project, finish: Finish) -> dict[str, Any]:
    """What an export keeps of its destination, beside its finish; nothing where it has none."""
    label, asked = named(project, finish.preset)
    return {"destination": label, "asked": [one.kept() for one in asked]} if asked else {}


def choices(project: Project) -> list[tuple[str, str]]:
    """Every destination that the project's files may go to: (preset, label). One query."""
    own = [(row.preset, row.name) for row in Destination.objects.filter(team=project.team_id)]
    return [*((name, said(one.label)) for name, one in DESTINATIONS.items()), *own]


def begin(project: Project, preset: str) -> Finish:
    """The finish to begin with for a destination."""
    return destinations.finish(preset, named(project, preset)[1])


@transaction.atomic
def save(team: Team, row: Destination, asked: list[Asked], *, by: User) -> Destination:
    """Keep what a destination of the team asks. Exports that were ordered before are measured as it was then."""
    told = CHANGED if row.pk else ADDED
    row.team, row.asked, row.edited_by = team, [one.kept() for one in asked], by
    row.save()
    activity.note(ActKind.SETTINGS, told % {"name": row}, by=by, team_id=team.pk)
    return row


@transaction.atomic
def remove(row: Destination, *, by: User) -> None:
    """Take a destination away; files of projects that go there are measured by nobody any more."""
    if Destination.objects.filter(pk=row.pk).delete()[0]:
        activity.note(ActKind.SETTINGS, REMOVED % {"name": row}, by=by, team_id=row.team_id)
