"""The cast of a project: who speaks how much, and who was found in the manuscript. One character: characters.py."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, F, Q, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from narrator.teams.rights import Right
from narrator.web import Request, go
from projects import access, tasks
from projects.actions import cast, cast_changes, reach, speakers
from projects.forms.direction import DecisionForm
from projects.models import Character, Guide, Paragraph, Project
from projects.views.directions import has_agreed

CHANGES_SHOWN = 5


@require_safe
def cast_detail(request: Request, project_id: int) -> HttpResponse:
    """Who speaks in a project, with how much, and who was found and is nobody's character yet."""
    project = access.project(request.user, project_id)
    return render(request, "projects/cast_detail.html", _cast(request, project))


def _cast(request: Request, project: Project, form: DecisionForm | None = None) -> dict[str, Any]:
    may_edit = access.may_edit(request.user, project)
    found = speakers.undecided(project)
    return {
        "project": project,
        "may_edit": may_edit,
        "people": _people(project),
        "found": found,
        "form": form or DecisionForm(project=project, names=[one.name for one in found]),
        "line_count": Paragraph.objects.filter(script__project=project).count(),
        "changes": project.cast_changes.select_related("created_by").filter(undone_at=None)[:CHANGES_SHOWN],
    }


def _people(project: Project) -> list[dict[str, Any]]:
    """The cast, the narrator first, each with what its lines come to; the narrator also where it is no character."""
    guide = Guide.of(project.pk)
    rows = Paragraph.objects.filter(script__project=project).order_by().values("character")
    figures = {
        row["character"]: row
        for row in rows.annotate(
            lines=Count("pk"),
            ready=Count("pk", filter=Q(chosen__digest=F("digest"))),
            duration_ms=Sum("chosen__duration_ms"),
        )
    }
    names: dict[int, list[str]] = {}
    for character_id, name in project.speakers.exclude(character=None).values_list("character", "name"):
        names.setdefault(character_id, []).append(name)
    people = [_person(one, guide, figures, names) for one in guide.characters.values()]
    if guide.narrator is None:
        people.insert(0, _person(None, guide, figures, names))
    return people


def _person(
    character: Character | None, guide: Guide, figures: dict[int | None, Any], names: dict[int, list[str]]
) -> dict[str, Any]:
    keys = [character.pk] if character else []
    if character is None or character.is_narrator:
        keys.append(None)  # type: ignore[arg-type]
    own = [figures[key] for key in keys if key in figures]
    also = (
        [name for name in names.get(character.pk, []) if name.lower() != character.name.lower()]
        if character
        else []
    )
    return {
        "character": character,
        "said": guide.of_character(character),
        "lines": sum(row["lines"] for row in own),
        "ready": sum(row["ready"] for row in own),
        "duration_ms": sum(row["duration_ms"] or 0 for row in own),
        "also": also,
    }


@require_POST
def cast_find(request: Request, project_id: int) -> HttpResponse:
    """Look through the whole manuscript for who speaks."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    count = tasks.queue_change(project, lambda: speakers.find(project), by=request.user)
    if not count:
        messages.info(
            request, "Nobody was found: no label, and no speech in quotation marks that says whose it is."
        )
    return go(request, "cast-detail", project_id)


@require_POST
def cast_decide(request: Request, project_id: int) -> HttpResponse:
    """Say who is behind the names that are ticked: a character, a new one each, or nobody."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    form = DecisionForm(
        request.POST, project=project, names=[one.name for one in speakers.undecided(project)]
    )
    if not form.is_valid():
        return render(request, "projects/cast_detail.html", _cast(request, project, form), status=422)
    decision = form.decision()
    impact = _impact(project, decision)
    if not has_agreed(request, impact):
        return render(
            request, "projects/cast_detail.html", {**_cast(request, project, form), "impact": impact}
        )
    try:
        moved = tasks.queue_change(
            project, lambda: cast.decide(project, by=request.user, **decision), by=request.user
        )
    except cast.NameTaken as error:
        form.add_error(None, f"There is a character {error} already. Choose it instead of a new one.")
        return render(request, "projects/cast_detail.html", _cast(request, project, form), status=422)
    messages.info(
        request, f"Done: {moved:,} line{'' if moved == 1 else 's'} changed hands. You can undo it below."
    )
    return go(request, "cast-detail", project_id)


def _impact(project: Project, decision: dict[str, Any]) -> reach.Impact:
    """What a decision would do to finished lines. New characters speak like the narrator until they are directed."""
    lines = cast.found_lines(project, decision["names"], decision["least"])
    return reach.impact(Guide.of(project.pk), lines, to=decision["character"])


@require_POST
def cast_undo(request: Request, change_id: int) -> HttpResponse:
    """Take back a change of the cast."""
    row = access.cast_change(request.user, change_id)
    undone = tasks.queue_change(row.project, lambda: cast_changes.undo(row), by=request.user)
    if undone is None:
        messages.info(request, "Somebody took this back already.")
    elif undone.kept:
        kept = f"{undone.kept:,} line{'' if undone.kept == 1 else 's'}"
        messages.info(request, f"Taken back: {row}. {kept} changed again since and stayed as they are.")
    else:
        messages.info(request, f"Taken back: {row}.")
    return go(request, "cast-detail", row.project_id)
