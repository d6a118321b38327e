"""The voices that a project names and its team's endpoint does not have: finding them, and putting others in place."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Case, CharField, Count, Exists, F, Min, OuterRef, Q, Subquery, Value, When

from narrator.teams.models import User
from projects.actions import endpoint, paragraphs, reach
from projects.models import Character, Paragraph, Project, Script, TakeStatus
from projects.models.edits import EditKind


@dataclass(frozen=True)
class Unknown:
    """A voice that nobody can speak with: the project that names it, in how many lines, one of them."""

    project: Project
    name: str
    lines: int
    first_line: Paragraph | None = None


def names_unknown(project: Project) -> list[str]:
    """The unknown voices that a project, or any of its lines, names. One query where its team's endpoint is read."""
    known = {voice.name for voice in endpoint.voices_of(endpoint.row_of(project.team))}
    lines = Paragraph.objects.filter(script__project=project).exclude(voice="")
    named = lines.order_by().values_list("voice", flat=True).distinct()
    return sorted({project.voice, *named} - known)


def unknown(team_id: int, *, project: Project | None = None) -> list[Unknown]:
    """Every unknown voice of a team's projects (of this one alone), by project and name. At most six queries."""
    known = {voice.name for voice in endpoint.voices(team_id)}
    rows = Project.objects.filter(team=team_id)
    mine = {one.pk: one for one in (rows if project is None else rows.filter(pk=project.pk))}
    named = Paragraph.objects.filter(script__project__in=mine).annotate(said=_said()).order_by()
    counted = named.values_list("script__project", "said").annotate(lines=Count("pk"), first=Min("pk"))
    found: dict[tuple[int, str], tuple[int, int | None]] = {
        (pk, voice): (0, None) for pk, voice in _named_above_lines(mine) if voice not in known
    }
    for pk, voice, lines, first in counted:
        name = voice or mine[pk].voice
        if name not in known:
            before, earlier = found.get((pk, name), (0, None))
            found[pk, name] = (before + lines, min(first, earlier or first))
    firsts = Paragraph.objects.select_related("script").in_bulk([one for _, one in found.values() if one])
    order = sorted(found.items(), key=lambda item: (str(mine[item[0][0]]), item[0]))
    return [Unknown(mine[pk], name, lines, firsts.get(first or 0)) for (pk, name), (lines, first) in order]


def _said() -> Case:
    """The voice of a line, by itself or by the layers between it and the project; empty where they say nothing."""
    narrator = Character.objects.filter(project=OuterRef("script__project"), is_narrator=True)
    return Case(
        When(voice__gt="", then="voice"),
        When(character__voice__gt="", then="character__voice"),
        When(
            Q(character=None) & Exists(narrator.exclude(voice="")),
            then=Subquery(narrator.values("voice")[:1]),
        ),
        default="script__voice",
        output_field=CharField(),
    )


def _named_above_lines(mine: Mapping[int, Project]) -> list[tuple[int, str]]:
    """(project, voice) of each voice that a project, a script or a character names."""
    own = [(pk, one.voice) for pk, one in mine.items()]
    for rows in (Script.objects.filter(project__in=mine), Character.objects.filter(project__in=mine)):
        own += rows.exclude(voice="").values_list("project", "voice").distinct().order_by()
    return own


@transaction.atomic
def replace(project: Project, instead: Mapping[str, str], *, by: User | None) -> paragraphs.Done:
    """Let a project speak with other voices, old name -> new name, in every layer of its direction.

    The lines' takes are kept and are stale. Changes of lines can be undone, script by script.
    """
    reach.hold(project.pk)
    named = Paragraph.objects.filter(script__project=project, voice__in=list(instead))
    versions = paragraphs.hold(*named.order_by().values_list("script", flat=True).distinct())
    done = paragraphs.Done()
    for script_id in versions:
        lines = named.filter(script=script_id).with_takes().order_by("position")
        rows = [(line, {"voice": instead[line.voice]}) for line in lines]
        put = paragraphs.put(EditKind.DIRECTION, rows, project=project, versions=versions, by=by)
        done.lines += put.lines
    other = Case(*[When(voice=old, then=Value(new)) for old, new in instead.items()], default="voice")
    for layer in (project.scripts, project.characters):
        layer.filter(voice__in=list(instead)).update(voice=other)  # all at once: A for B and B for A
    project.voice = instead.get(project.voice, project.voice)
    project.save(update_fields=["voice"])
    reach.settle(project)
    waiting = Paragraph.objects.filter(script__project=project, latest__status=TakeStatus.QUEUED)
    done.outdated = list(waiting.exclude(latest__digest=F("digest")).select_related("latest"))
    return done
