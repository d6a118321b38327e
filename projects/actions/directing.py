"""Directing many lines of a script at once: who speaks them and how. First what it would come to, then the act."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from narrator.teams.models import User
from projects.actions import reach
from projects.actions.paragraphs import Done, Values, hold, present, put
from projects.models import Character, Guide, Paragraph, Script
from projects.models.edits import EditKind
from projects.speech import instructions


class Words(StrEnum):
    """What becomes of the words of direction."""

    KEEP = ""
    INSTEAD = "instead"
    BESIDES = "besides"
    INHERIT = "inherit"


class TooLong(Exception):
    """With the words that are added the direction of a line (``line``) is longer than the endpoint takes."""

    def __init__(self, line: Paragraph) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True)
class Wish:
    """What is wanted of lines. None leaves a value as each line has it; "" leaves it to the layers above the line.

    ``recast``: whether ``character`` counts, where None is the narrator.
    """

    recast: bool = False
    character: Character | None = None
    voice: str | None = None
    language: str | None = None
    words: Words = Words.KEEP
    instructions: str = ""

    def __bool__(self) -> bool:
        """Whether anything is wanted at all."""
        return self.recast or self.voice is not None or self.language is not None or bool(self.words)

    def values(self, line: Paragraph, guide: Guide) -> Values:
        """The values that this line gets. Words are added to what is said of it now, whichever layer says it."""
        values: Values = {"character_id": self.character and self.character.pk} if self.recast else {}
        values |= {
            name: given
            for name, given in (("voice", self.voice), ("language", self.language))
            if given is not None
        }
        if self.words == Words.BESIDES:
            said = guide.direction(line)["instructions"].value
            has = self.instructions in said
            values["instructions"] = line.instructions if has else f"{said} {self.instructions}".strip()
        elif self.words:
            values["instructions"] = self.instructions if self.words == Words.INSTEAD else ""
        return values


def impact(script: Script, ids: Iterable[int], wish: Wish) -> reach.Impact:
    """What the act would come to for these lines; locked ones are not reached. Saves nothing."""
    guide = Guide.of(script.project_id)

    def change(line: Paragraph) -> None:
        for name, value in wish.values(line, guide).items():
            setattr(line, name, value)

    return reach.impact(guide, Paragraph.objects.filter(script=script, pk__in=list(ids)), change=change)


@transaction.atomic
def direct(script: Script, ids: Iterable[int], wish: Wish, *, by: User | None) -> Done:
    """Direct those of these lines that are not locked: one edit, which can be undone.

    Raises ``paragraphs.Gone``, and ``TooLong`` where nothing is changed of any line.
    """
    versions = hold(script.pk)
    guide = Guide.of(script.project_id)
    lines = [line for line in present(script.pk, ids) if not line.is_locked]
    rows = [(line, wish.values(line, guide)) for line in lines]
    for line, values in rows:
        if wish.words == Words.BESIDES and instructions.fault(values["instructions"]):
            raise TooLong(line)
    kind = EditKind.RECAST if wish == Wish(recast=True, character=wish.character) else EditKind.DIRECTION
    return put(kind, rows, project=script.project, versions=versions, by=by)
