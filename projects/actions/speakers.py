"""Looking for who speaks in the lines of a project, for a person to confirm. How: manuscript/dialogue.py."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Max, Min, Q

from narrator import direct
from projects.actions import reach
from projects.manuscript import dialogue
from projects.models import Paragraph, Project, Script

# From here on a finding is called sure. Measured: 99 of 100 such are right (docs/speakers.md).
SURE = 85
CODES = {"Chinese": "zh", "English": "en", "German": "de", "French": "fr", "Spanish": "es", "Italian": "it"}


@dataclass(frozen=True)
class Speaker:
    """A name behind which nobody has put a character yet: how many lines, how many of them sure, and two of them."""

    name: str
    lines: int
    sure_lines: int
    is_labelled: bool
    examples: tuple[Paragraph, ...]


@transaction.atomic
def find(project: Project) -> int:
    """Look through every script for who speaks; return how many lines have a speaker now.

    Labels stay as they are. Lines that are found for a name with a character become that character's where they
    are nobody's yet and the finding is new.
    """
    reach.hold(project.pk)
    decided = dict(project.speakers.exclude(character=None).values_list("name", "character"))
    language = CODES.get(project.language, "en")
    for script in project.scripts.order_by("pk"):
        _find_in(script, language, decided)
    return Paragraph.objects.filter(script__project=project).exclude(speaker="").count()


def _find_in(script: Script, language: str, decided: dict[str, int]) -> None:
    version = Script.next_version(script.pk)
    lines = list(Paragraph.objects.filter(script=script).order_by("position"))
    found = dialogue.find([line.text for line in lines], language)
    changed, given = [], []
    for line, one in zip(lines, found, strict=True):
        name, sure = (one.name[:80], one.sure) if one else ("", 0)
        if line.is_labelled or (line.speaker, line.speaker_sure) == (name, sure):
            continue
        if name != line.speaker and line.character_id is None and name in decided and not line.is_locked:
            line.character_id, line.version = decided[name], version
            given.append(line.pk)
        line.speaker, line.speaker_sure = name, sure
        changed.append(line)
    direct.save_many(changed, "speaker", "speaker_sure", "character", "version")
    if given:
        reach.settle(script.project, Paragraph.objects.filter(script=script, character__in=decided.values()))


def undecided(project: Project) -> list[Speaker]:
    """The names that were found and wait for a person, the ones with most lines first. Three queries."""
    decided = project.speakers.values("name")
    lines = Paragraph.objects.filter(script__project=project, character=None).exclude(speaker="")
    rows = list(
        lines.exclude(speaker__in=decided)
        .order_by()
        .values("speaker")
        .annotate(
            count=Count("pk"),
            firm=Count("pk", filter=Q(speaker_sure__gte=SURE)),
            labels=Count("pk", filter=Q(is_labelled=True)),
            first=Min("pk"),
            last=Max("pk"),
        )
        .order_by("-count", "speaker")
    )
    shown = Paragraph.objects.select_related("script").in_bulk(
        {pk for row in rows for pk in (row["first"], row["last"])}
    )
    return [
        Speaker(
            row["speaker"],
            row["count"],
            row["firm"],
            row["labels"] == row["count"],
            tuple(shown[pk] for pk in sorted({row["first"], row["last"]})),
        )
        for row in rows
    ]
