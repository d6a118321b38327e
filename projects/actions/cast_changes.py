"""Keeping what was before a change of the cast, and taking the change back.

Only what still is as the change left it goes back, so a later change by somebody else is never overwritten.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from narrator.teams.models import User
from projects.actions import reach
from projects.models import CastChange, Character, Paragraph, Project, Speaker

CHARACTER_FIELDS = ("name", "colour", "is_narrator", "voice", "language", "instructions")
LINES_A_QUERY = 5000


@dataclass(frozen=True)
class Undone:
    """How many lines went back, and how many stay because they were changed again since."""

    lines: int
    kept: int


@contextmanager
def recorded(
    project: Project,
    words: str,
    *,
    by: User | None,
    lines: Sequence[int] = (),
    characters: Sequence[int] = (),
    new: Sequence[int] = (),
    names: Sequence[str] = (),
) -> Iterator[None]:
    """Write down what these lines, characters and names were before and are after the block, in its transaction.

    ``new`` are characters that the change itself has made.
    """
    before = _state(project, lines, characters, names)
    before["characters"] |= {str(pk): None for pk in new}
    yield
    after = _state(project, lines, [*characters, *new], names)
    CastChange.objects.create(project=project, words=words[:300], before=before, after=after, created_by=by)


def _state(
    project: Project, lines: Sequence[int], characters: Sequence[int], names: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """What these rows say now, as CastChange keeps it."""
    held: dict[str, Any] = {}
    for start in range(0, len(lines), LINES_A_QUERY):
        some = Paragraph.objects.filter(pk__in=list(lines[start : start + LINES_A_QUERY]))
        held |= {str(pk): character for pk, character in some.values_list("pk", "character")}
    people: dict[str, Any] = {str(pk): None for pk in characters}
    for row in project.characters.filter(pk__in=list(characters)).values("pk", *CHARACTER_FIELDS):
        people[str(row.pop("pk"))] = row
    decided: dict[str, Any] = dict.fromkeys(names)
    for name, character, ignored in project.speakers.filter(name__in=list(names)).values_list(
        "name", "character", "ignored"
    ):
        decided[name] = [character, ignored]
    return {"lines": held, "characters": people, "speakers": decided}


@transaction.atomic
def undo(change: CastChange) -> Undone | None:
    """Take a change back; None where somebody did already. What was changed again since stays as it is."""
    project = reach.hold(change.project_id)
    if not CastChange.objects.filter(pk=change.pk, undone_at=None).update(undone_at=timezone.now()):
        return None
    touched = [int(pk) for pk in change.after["lines"]]
    now = _state(
        project, touched, [int(pk) for pk in change.after["characters"]], list(change.after["speakers"])
    )
    _characters_back(project, change, now["characters"])
    lines = _lines_back(project, change, now["lines"])
    _speakers_back(project, change, now["speakers"])
    _newcomers_leave(change, now["characters"])
    reach.settle(project)
    reach.show(Paragraph.objects.filter(character__in=list(map(int, change.after["characters"]))))
    for start in range(0, len(touched), LINES_A_QUERY):
        reach.show(Paragraph.objects.filter(pk__in=touched[start : start + LINES_A_QUERY]))
    return Undone(lines, len(touched) - lines)


def _characters_back(project: Project, change: CastChange, now: dict[str, Any]) -> None:
    """Characters that were changed get their fields again, those that left come back under their own id."""
    for pk, fields in change.before["characters"].items():
        if fields is None or now[pk] != change.after["characters"][pk]:
            continue
        others = project.characters.exclude(pk=pk)
        fields = {
            **fields,
            "is_narrator": fields["is_narrator"] and not others.filter(is_narrator=True).exists(),
        }
        if not others.filter(name__iexact=fields["name"]).exists():
            Character.objects.update_or_create(pk=int(pk), project=project, defaults=fields)


def _lines_back(project: Project, change: CastChange, now: dict[str, Any]) -> int:
    there = set(project.characters.values_list("pk", flat=True)) | {None}
    locked = set(Paragraph.objects.filter(pk__in=list(now), is_locked=True).values_list("pk", flat=True))
    to: dict[int | None, list[int]] = {}
    for pk, character in change.before["lines"].items():
        if int(pk) in locked:
            continue
        if pk in now and now[pk] == change.after["lines"].get(pk) and character in there:
            to.setdefault(character, []).append(int(pk))
    for character, ids in to.items():
        for start in range(0, len(ids), LINES_A_QUERY):
            Paragraph.objects.filter(pk__in=ids[start : start + LINES_A_QUERY]).update(character=character)
    return sum(map(len, to.values()))


def _speakers_back(project: Project, change: CastChange, now: dict[str, Any]) -> None:
    there = set(project.characters.values_list("pk", flat=True)) | {None}
    for name, decided in change.before["speakers"].items():
        if now[name] != change.after["speakers"][name]:
            continue
        if decided is None:
            project.speakers.filter(name=name).delete()
        elif decided[0] in there:
            values = {"character_id": decided[0], "ignored": decided[1]}
            Speaker.objects.update_or_create(project=project, name=name, defaults=values)


def _newcomers_leave(change: CastChange, now: dict[str, Any]) -> None:
    """Characters that the change made go, unless they were changed or have got lines or names since."""
    for pk, fields in change.before["characters"].items():
        if fields is None and now[pk] == change.after["characters"][pk]:
            Character.objects.filter(pk=int(pk), paragraphs=None, speakers=None).delete()
