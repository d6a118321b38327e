"""The parts of a project's cast as they stand: who speaks how much, in which voice, under which names."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, Sum

from projects.models import Character, Guide, Paragraph, Project
from projects.models.guides import Said


@dataclass(frozen=True)
class Part:
    """What one of the cast speaks, and how it is said; ``character`` None is a narrator who is no character.

    ``ready`` of its ``lines`` have a take of what they say now; ``also`` are its other names in the manuscript.
    """

    character: Character | None
    said: dict[str, Said]
    lines: int
    ready: int
    duration_ms: int
    also: list[str]


def of(project: Project) -> list[Part]:
    """The cast, the narrator first, also where it is no character. A handful of queries."""
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
    found = [_part(one, guide, figures, names) for one in guide.characters.values()]
    if guide.narrator is None:
        found.insert(0, _part(None, guide, figures, names))
    return found


def _part(
    character: Character | None, guide: Guide, figures: dict[int | None, Any], names: dict[int, list[str]]
) -> Part:
    keys: list[int | None] = [character.pk] if character else []
    if character is None or character.is_narrator:
        keys.append(None)
    own = [figures[key] for key in keys if key in figures]
    known = names.get(character.pk, []) if character else []
    return Part(
        character,
        guide.of_character(character),
        lines=sum(row["lines"] for row in own),
        ready=sum(row["ready"] for row in own),
        duration_ms=sum(row["duration_ms"] or 0 for row in own),
        also=[name for name in known if character and name.lower() != character.name.lower()],
    )
