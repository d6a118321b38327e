"""The cast of a project: who speaks which lines, with which direction. Each change can be taken back once.

What a changed character reaches is worked out by reach.py; how speakers are found in a text is in speakers.py.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Q

from narrator.teams.models import User
from projects.actions import activity, reach
from projects.actions.cast_changes import recorded
from projects.models import Character, Guide, Paragraph, Project, Speaker
from projects.models.characters import NAME_CHARACTERS, Colour
from projects.models.paragraphs import ParagraphQuerySet
from projects.sentences import gettext_noop, ngettext_lazy

# What the history of the cast says.
JOINED = gettext_noop("%(name)s joined the cast")
BECAME = gettext_noop("%(before)s became %(name)s")
RECAST = gettext_noop("%(name)s was recast")
WENT = gettext_noop("%(said_lines)s went to %(said_to)s")
OF_WENT = gettext_noop("%(said_lines)s of %(said_who)s went to %(said_to)s")
IGNORED = gettext_noop("%(said_who)s ignored")
MERGED = gettext_noop("%(name)s became one with %(into)s")
LEFT = gettext_noop("%(name)s left the cast")
NAMES = ngettext_lazy("%(count)s name", "%(count)s names")
PEOPLE = ngettext_lazy("%(count)s character", "%(count)s characters")

NARRATOR = gettext_noop("the narrator")
LINES_A_QUERY = 5000


class NameTaken(Exception):
    """The project has a character of this name already."""


class NarratorTaken(Exception):
    """The project has a narrator already: the name of the character."""


def lines_of(character: Character) -> ParagraphQuerySet:
    """The lines that a character speaks: for the narrator those without a character, too."""
    speaks = Q(character=character.pk) if character.pk else Q(pk__in=())
    if character.is_narrator:
        speaks |= Q(character=None)
    return Paragraph.objects.filter(speaks, script__project=character.project_id)


@transaction.atomic
def add(project: Project, *, by: User | None, **fields: Any) -> Character:
    """Give the project one more character, in a colour of its own. Raises ``NameTaken`` or ``NarratorTaken``."""
    reach.hold(project.pk)
    character = _new(project, **fields)
    with recorded(project, JOINED % {"name": character}, by=by, new=[character.pk]):
        if character.is_narrator:
            reach.settle(project, lines_of(character))
    return character


def _new(project: Project, *, name: str, **fields: Any) -> Character:
    name = " ".join(name.split())[:NAME_CHARACTERS]
    _refuse_second(project, Character(name=name, is_narrator=fields.get("is_narrator", False)))
    fields = {"colour": free_colour(project), **fields}
    return Character.objects.create(project=project, name=name, **fields)


def _refuse_second(project: Project, character: Character) -> None:
    """Raise where another character has this one's name, or its place as the narrator."""
    others = project.characters.exclude(pk=character.pk)
    if named := others.filter(name__iexact=character.name).first():
        raise NameTaken(named.name)
    if character.is_narrator and (narrator := others.filter(is_narrator=True).first()):
        raise NarratorTaken(narrator.name)


def free_colour(project: Project) -> str:
    """The first colour that the fewest characters of the project have."""
    used = list(project.characters.values_list("colour", flat=True))
    return min(Colour.values, key=lambda colour: (used.count(colour), Colour.values.index(colour)))


@transaction.atomic
def recast(character: Character, *, by: User | None) -> int:
    """Save a character that a form has changed; return how many lines would now be spoken differently.

    Exactly those are marked; their takes are kept and are stale. Raises ``NameTaken`` or ``NarratorTaken``.
    """
    project = reach.hold(character.project_id)
    was = Character.objects.get(pk=character.pk)
    _refuse_second(project, character)
    words = (
        BECAME % {"before": was, "name": character}
        if was.name != character.name
        else RECAST % {"name": character}
    )
    touched = lines_of(was) | lines_of(character)
    with recorded(project, words, by=by, characters=[character.pk]):
        character.save()
        looks = (was.name, was.colour) != (character.name, character.colour)
        return reach.settle(project, touched, show=looks)


def impact_of_recasting(character: Character) -> reach.Impact:
    """What it would come to if a character were as a form has changed it."""
    guide = Guide.of(character.project_id)
    touched = lines_of(guide.characters[character.pk]) | lines_of(character)
    return reach.impact(guide.replacing(rows=[character]), touched)


@transaction.atomic
def assign(
    project: Project, lines: ParagraphQuerySet, character: Character | None, *, by: User | None
) -> int:
    """Let a character, or none, speak these lines, but for locked ones; return how many changed hands."""
    reach.hold(project.pk)
    moving = (
        lines.open().filter(script__project=project).exclude(character=character.pk if character else None)
    )
    ids = list(moving.values_list("pk", flat=True))
    if not ids:
        return 0
    to = str(character) if character else NARRATOR
    with recorded(
        project, WENT % {"said_lines": activity.counted(len(ids)), "said_to": to}, by=by, lines=ids
    ):
        _give(project, ids, character)
    return len(ids)


@transaction.atomic
def decide(
    project: Project,
    names: Sequence[str],
    *,
    character: Character | None = None,
    each_new: bool = False,
    least: int = 0,
    by: User | None,
) -> int:
    """Say who is behind names that were found: one character, or ``each_new`` a character of its own; none: nobody.

    Their lines follow, those that are at least ``least`` hundredths sure and that nobody gave to somebody else.
    Returns how many lines changed hands.
    """
    reach.hold(project.pk)
    ids = list(found_lines(project, names, least).values_list("pk", flat=True))
    known = {one.name.lower(): one for one in project.characters.all()}
    new = {name.lower(): name for name in names if each_new and name.lower() not in known}
    made = {key: _new(project, name=name.title() if name.isupper() else name) for key, name in new.items()}
    targets = {name: character if not each_new else (known | made)[name.lower()] for name in names}
    words = _decision(names, targets, len(ids))
    with recorded(project, words, by=by, lines=ids, new=[one.pk for one in made.values()], names=names):
        for name, target in targets.items():
            values = {"character": target, "ignored": target is None}
            Speaker.objects.update_or_create(project=project, name=name, defaults=values)
            for lines in _some(ids):
                lines.filter(speaker=name).update(character=target)
        for lines in _some(ids):
            reach.settle(project, lines, show=True)
    return len(ids)


def impact_of_decision(
    project: Project, names: Sequence[str], *, character: Character | None, least: int, each_new: bool
) -> reach.Impact:
    """What a decision would do to finished lines. New characters speak like the narrator until they are directed."""
    return reach.impact(Guide.of(project.pk), found_lines(project, names, least), to=character)


def found_lines(project: Project, names: Sequence[str], least: int = 0) -> ParagraphQuerySet:
    """The open lines found for these names that are nobody's, or that an earlier decision about the name gave away."""
    decided = Speaker.objects.filter(project=project, name__in=names).exclude(character=None)
    free = Q(character=None)
    for name, character in decided.values_list("name", "character"):
        free |= Q(speaker=name, character=character)
    found = Paragraph.objects.filter(script__project=project, speaker__in=names, speaker_sure__gte=least)
    return found.open().filter(free)


def _decision(names: Sequence[str], targets: dict[str, Character | None], lines: int) -> str:
    who = f"“{names[0]}”" if len(names) == 1 else NAMES.of(len(names))
    people = {str(target) for target in targets.values() if target}
    if not people:
        return IGNORED % {"said_who": who}
    to = people.pop() if len(people) == 1 else PEOPLE.of(len(people))
    return OF_WENT % {"said_lines": activity.counted(lines), "said_who": who, "said_to": to}


def impact_of_leaving(character: Character, into: Character | None) -> reach.Impact:
    """What giving a character's lines to another one, or to the narrator, would come to."""
    guide = Guide.of(character.project_id)
    if character.is_narrator:
        guide = replace(
            guide, characters={pk: one for pk, one in guide.characters.items() if pk != character.pk}
        )
    return reach.impact(guide, lines_of(character), to=into)


@transaction.atomic
def merge(character: Character, *, into: Character, by: User | None) -> int:
    """Let one character be the other: lines and names move, the first one leaves. Returns how many lines moved."""
    project = reach.hold(character.project_id)
    ids = list(Paragraph.objects.filter(character=character).values_list("pk", flat=True))
    names = list(character.speakers.values_list("name", flat=True))
    words = MERGED % {"name": character, "into": into}
    with recorded(project, words, by=by, lines=ids, characters=[character.pk], names=names):
        character.speakers.update(character=into)
        _give(project, ids, into)
        Character.objects.filter(pk=character.pk).delete()
    return len(ids)


@transaction.atomic
def remove(character: Character, *, by: User | None) -> int:
    """Take a character out of the cast; the narrator speaks its lines. Returns how many lines that were."""
    project = reach.hold(character.project_id)
    ids = list(Paragraph.objects.filter(character=character).values_list("pk", flat=True))
    names = list(character.speakers.values_list("name", flat=True))
    spoken = ids if not character.is_narrator else None
    with recorded(
        project, LEFT % {"name": character}, by=by, lines=ids, characters=[character.pk], names=names
    ):
        _give(project, ids, None)
        Character.objects.filter(pk=character.pk).delete()
        if spoken is None:
            reach.settle(project)
    return len(ids)


def _give(project: Project, ids: Sequence[int], character: Character | None) -> None:
    """Let a character speak these lines, and work out what that changes."""
    for lines in _some(ids):
        lines.update(character=character)
        reach.settle(project, lines, show=True)


def _some(ids: Sequence[int]) -> Iterator[ParagraphQuerySet]:
    """These lines, so many at a time as one statement may name."""
    for start in range(0, len(ids), LINES_A_QUERY):
        yield Paragraph.objects.filter(pk__in=list(ids[start : start + LINES_A_QUERY]))
