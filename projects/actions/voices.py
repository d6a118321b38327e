"""The voices that a project names and its team's endpoint does not have: finding them, and putting others in place.

A voice may be named by the project, by a chapter, by a character and by a line (models/guides.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, Min, QuerySet, Value, When

from narrator.direct import Asked, Blank, Prepared
from narrator.teams.models import User
from projects.actions import activity, endpoint, paragraphs, reach
from projects.models import ActKind, Character, Guide, Paragraph, Project, Script, TeamEndpoint
from projects.models.edits import EditKind
from projects.sentences import gettext_noop

IN_PLACE = gettext_noop("%(name)s in place of %(old)s")
PUT_OTHERS = gettext_noop("put other voices: %(said_all)s")


@dataclass(frozen=True)
class Unknown:
    """A voice that nobody can speak with, in how many lines of a project, and one of them."""

    name: str
    lines: int
    first_line: Paragraph | None = None


def asking(project_id: int) -> Asked:
    """What is to be asked for ``unknown_of``."""
    return _of_one().asking(project=project_id)


def unknown_of(project: Project, asked: Asked | None = None) -> list[str]:
    """The unknown voices that a project names anywhere, by name.

    One query where its team's endpoint is read, unless it was ``asked`` with others.
    """
    named = {name for _, name in (asked or asking(project.pk)).rows}
    return sorted(named - _known(project))


def unknown_of_team(team_id: int) -> list[tuple[Project, list[str]]]:
    """The projects of a team that name unknown voices, by title, each with those. Three queries."""
    known = {voice.name for voice in endpoint.voices(team_id)}
    projects = Project.objects.filter(team=team_id)
    named: dict[int, set[str]] = {}
    for pk, name in _names(projects):
        named.setdefault(pk, set()).add(name)
    found = {pk: sorted(names - known) for pk, names in named.items()}
    lacking = projects.filter(pk__in=[pk for pk, names in found.items() if names])
    return [(project, found[project.pk]) for project in lacking.order_by("title", "pk")]


def _known(project: Project) -> set[str]:
    row: TeamEndpoint | None = endpoint.row_of(project.team)
    return {voice.name for voice in endpoint.voices_of(row)}


@cache
def _of_one() -> Prepared:
    return Prepared(_names(Project.objects.filter(pk=Blank(Project, "pk", "project"))))


def _names(projects: QuerySet[Project]) -> QuerySet[Any, tuple[int, str]]:
    """The voices that these projects name, each beside its project."""
    layers = (
        projects.values_list("pk", "voice"),
        Script.objects.filter(project__in=projects).values_list("project", "voice"),
        Character.objects.filter(project__in=projects).values_list("project", "voice"),
        Paragraph.objects.filter(script__project__in=projects).values_list("script__project", "voice"),
    )
    first, *others = (layer.exclude(voice="").order_by() for layer in layers)
    return first.union(*others)


def counted(project: Project) -> list[Unknown]:
    """The unknown voices of a project, by name, with the lines that would be spoken with them."""
    guide, rows = Guide.of(project.pk), Paragraph.objects.filter(script__project=project).order_by()
    spoken: dict[str, tuple[int, int]] = {}
    groups = rows.values_list("script", "character", "voice").annotate(lines=Count("pk"), first=Min("pk"))
    for script, character, voice, lines, first in groups:
        line = Paragraph(script_id=script, character_id=character, voice=voice)
        name = guide.direction(line)["voice"].value
        before, earlier = spoken.get(name, (0, first))
        spoken[name] = (before + lines, min(first, earlier))
    found = [(name, *spoken.get(name, (0, 0))) for name in unknown_of(project)]
    firsts = Paragraph.objects.select_related("script").in_bulk([first for *_, first in found])
    return [Unknown(name, lines, firsts.get(first)) for name, lines, first in found]


@transaction.atomic
def replace(project: Project, instead: Mapping[str, str], *, by: User | None) -> int:
    """Let a project speak with other voices, old name -> new name, wherever it names them.

    Returns how many lines are spoken differently now; their takes are kept and are stale. What lines themselves name
    can be undone, script by script.
    """
    project = reach.hold(project.pk)
    named = Paragraph.objects.open().filter(script__project=project, voice__in=list(instead))
    versions = paragraphs.hold(*named.order_by().values_list("script", flat=True).distinct())
    changed = 0
    for script_id in versions:
        lines = named.filter(script=script_id).with_takes().order_by("position")
        rows = [(line, {"voice": instead[line.voice]}) for line in lines]
        put = paragraphs.put(EditKind.DIRECTION, rows, project=project, versions=versions, by=by)
        changed += len(put.lines)
    # All at once: two voices may change places.
    new = Case(*(When(voice=old, then=Value(name)) for old, name in instead.items()))
    for layer in (Project.objects.filter(pk=project.pk), project.scripts, project.characters):
        layer.filter(voice__in=list(instead)).update(voice=new)
    told = ", ".join(IN_PLACE % {"name": name, "old": old} for old, name in instead.items())
    activity.note(ActKind.SETTINGS, PUT_OTHERS % {"said_all": told}, by=by, project=project)
    return changed + reach.settle(project)
