"""The guide of a project: by what its lines are spoken, read once for any number of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Protocol

from django.utils.translation import gettext as _

from narrator.direct import Asked, Blank, Prepared, together
from projects.lexicon.lexicon import Lexicon
from projects.models import lexicons
from projects.models.characters import Character
from projects.models.direction import FIELDS
from projects.models.projects import Project
from projects.models.scripts import Script


@dataclass(frozen=True)
class Said:
    """One value of a direction, and the layer that says it: line, character, script or project, with name and id."""

    value: str
    layer: str
    name: str = ""
    pk: int | None = None

    @property
    def origin(self) -> str:
        """``the character Filby``, for "Voice Neil, from the character Filby"."""
        if self.layer == "line":
            return _("this line")
        if self.layer == "script":
            return _("the chapter %(name)s") % {"name": self.name}
        if self.layer == "character":
            return _("the character %(name)s") % {"name": self.name}
        return _("the project")


class Directed(Protocol):
    """A paragraph, as far as the guide has to know it."""

    character_id: int | None
    script_id: int


@dataclass(frozen=True)
class Guide:
    """The layers of a project's direction. Each layer overrides the one before: project, script, character, line.

    ``scripts`` holds those that have a direction of their own; ``narrator`` speaks the lines without a character.
    ``lexicon`` is what is said instead of what is written.
    """

    project: Project
    scripts: dict[int, Script] = field(default_factory=dict)
    characters: dict[int, Character] = field(default_factory=dict)
    lexicon: Lexicon = field(default_factory=Lexicon)
    # Most lines of a book say nothing themselves: what one of a chapter and character inherits is kept for the next.
    _known: dict[tuple[int, int | None], dict[str, Said]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def of(cls, project_id: int) -> "Guide":
        """The guide as the rows say now: four queries. Ask for it inside the transaction that uses it."""
        project, asked = Project.asking(project_id), cls.asking(project_id)
        together(project, *asked)
        return cls.about(project.first(), asked)

    @classmethod
    def about(cls, project: Project, asked: Sequence[Asked] = ()) -> "Guide":
        """The same of a project that was read just now: three queries, unless they were ``asked`` with others."""
        asked = asked or cls.asking(project.pk)
        together(*asked)
        scripts, characters, entries = asked
        return cls(
            project,
            {script.pk: script for script in scripts.objects()},
            {character.pk: character for character in characters.objects()},
            lexicons.made(entries.objects(), project.expansions),
        )

    @classmethod
    def asking(cls, project_id: int) -> list[Asked]:
        """What is to be asked for ``about``."""
        return [
            rows.asking(project=project_id) for rows in (_directed(), _characters(), lexicons.spoken_by())
        ]

    @cached_property
    def narrator(self) -> Character | None:
        return next((one for one in self.characters.values() if one.is_narrator), None)

    def character_of(self, line: Directed) -> Character | None:
        """Who speaks a line: its character, else the narrator if the project has one."""
        if line.character_id is None:
            return self.narrator
        return self.characters.get(line.character_id)

    def direction(self, line: Directed) -> dict[str, Said]:
        """Each field of a line's direction with its value and the layer that says it."""
        if any(getattr(line, name) for name in FIELDS):
            return _resolve([("line", "", line), *self._above(line)])
        key = (line.script_id, line.character_id)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self.inherited(line)
        return known

    def language(self, line: Directed) -> str:
        """The language that a line is spoken in, as the endpoint names it."""
        return _said([("line", "", line), *self._above(line)], "language").value

    def inherited(self, line: Directed) -> dict[str, Said]:
        """The same for a line that says nothing itself."""
        return _resolve(self._above(line))

    @property
    def of_project(self) -> dict[str, Said]:
        """What scripts and characters inherit."""
        return self.of_character(None)

    def of_character(self, character: Character | None) -> dict[str, Said]:
        """What a character, or nobody in particular, speaks with where no chapter and no line says otherwise."""
        own = [("character", character.name, character)] if character else []
        return _resolve([*own, ("project", "", self.project)])

    def replacing(
        self,
        *,
        project: Project | None = None,
        rows: Iterable[Character | Script] = (),
        lexicon: Lexicon | None = None,
    ) -> "Guide":
        """The guide as it would be with these rows in the place of those with the same id; nothing is saved."""
        scripts, characters = dict(self.scripts), dict(self.characters)
        for row in rows:
            place: dict[int, Any] = scripts if isinstance(row, Script) else characters
            place[row.pk] = row
        lexicon = self.lexicon if lexicon is None else lexicon
        return Guide(project or self.project, scripts, characters, lexicon)

    def _above(self, line: Directed) -> list[tuple[str, str, Any]]:
        """The layers over a line, the nearest first."""
        layers: list[tuple[str, str, Any]] = []
        character, script = self.character_of(line), self.scripts.get(line.script_id)
        if character is not None:
            layers.append(("character", character.name, character))
        if script is not None:
            layers.append(("script", script.title, script))
        return [*layers, ("project", "", self.project)]


@cache
def _directed() -> Prepared:
    return Prepared(Script.objects.directed().filter(project=Blank(Script, "project")))


@cache
def _characters() -> Prepared:
    return Prepared(Character.objects.filter(project=Blank(Character, "project")))


def _resolve(layers: list[tuple[str, str, Any]]) -> dict[str, Said]:
    return {name: _said(layers, name) for name in FIELDS}


def _said(layers: list[tuple[str, str, Any]], name: str) -> Said:
    """The first of these layers, from the nearest on, that says something."""
    for layer, called, row in layers:
        if value := getattr(row, name):
            return Said(value, layer, called, row.pk)
    return Said("", "project", "", layers[-1][2].pk)
