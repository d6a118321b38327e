"""Checking a take when it comes in, and asking for another where it was found wanting and the project wants that."""

import functools
from dataclasses import asdict
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from narrator import direct
from narrator.direct import Blank, Prepared
from narrator.teams.models import User
from projects.actions import activity, estimates, money, takes
from projects.audio import checks
from projects.models import ActKind, Paragraph, Price, Project, Script, Take, Usual
from projects.models.money import cost_micro
from projects.sentences import gettext_noop
from projects.speech.budget import billing_characters
from projects.speech.line import normalised

FOUND_TAKE_GOOD = gettext_noop("found take %(number)s good all the same")

# Before the first word and after the last a voice takes its time, however short the line.
EDGES_MS = 250
# A digit is read as a word or a part of one.
CHARACTERS_A_DIGIT = 4
# A level can be set right without another take.
RETAKEN = frozenset(checks.CODES) - {"level"}


def expected_ms(text: str, language: str) -> int:
    """About how long this text lasts at the usual pace of its language; real voices differ by half and more."""
    spoken = normalised(text)
    billed = billing_characters(spoken)
    pace = estimates.pace(spoken, billed, language)
    digits = sum(char.isdecimal() for char in spoken)
    extra = (
        digits * (CHARACTERS_A_DIGIT - 1) if billed - len(spoken) <= estimates.HAN_SHARE * len(spoken) else 0
    )
    return round((len(spoken) + extra) * 60_000 / pace) + EDGES_MS


def look(take: Take, samples: np.ndarray, *, remember: bool = True) -> list[dict[str, Any]]:
    """Return what the checks find in this take (mono, 24 kHz, int16), as its ``findings`` are kept; ``remember`` its
    level and pace for the takes to come."""
    usual, limits = _usual(take)
    checked = checks.check(
        samples,
        text=take.text,
        expected_ms=expected_ms(take.text, take.language),
        limits=limits,
        usual=checks.Usual(usual.levels_dbfs, usual.paces),
    )
    if remember:
        usual.remember(level_dbfs=checked.level_dbfs, pace=checked.pace)
        direct.update(Usual, {"pk": usual.pk}, levels_dbfs=usual.levels_dbfs, paces=usual.paces)
    return [asdict(finding) for finding in checked.findings]


def _usual(take: Take) -> tuple[Usual, checks.Limits]:
    """What is usual for the take's voice in its project, and the limits of the project."""
    of_voice = {"project": take.project_id, "voice": take.voice, "language": take.language}
    while not (found := _of_voice().rows(**of_voice)):
        Usual.objects.get_or_create(project_id=take.project_id, voice=take.voice, language=take.language)
    *values, pause_ms, level_db, pace_percent = found[0]
    limits = checks.Limits(pause_ms=pause_ms, level_db=level_db, pace_share=pace_percent / 100)
    return direct.made(Usual, values), limits


@functools.cache
def _of_voice() -> Prepared:
    """Blanks: project, voice, language."""
    names = [field.attname for field in Usual._meta.concrete_fields]
    limits = [f"project__check_{name}" for name in ("pause_ms", "level_db", "pace_percent")]
    blanks = {name: Blank(Usual, name) for name in ("project", "voice", "language")}
    return Prepared(Usual.objects.filter(**blanks).values_list(*names, *limits))


def is_choice(take: Take, findings: object) -> bool:
    """Whether a take that comes in is to be the chosen one: an automatic retake has to be better than the first."""
    if take.retake_of_id is None:
        return True
    first = Take.objects.filter(pk=take.retake_of_id).values_list("findings", flat=True).first()
    return isinstance(findings, list) and len(findings) < len(first or [])


def retake(take: Take, findings: list[dict[str, Any]]) -> Take | None:
    """Ask for another take of a line whose take has just been found wanting, where the project wants that.

    At most so many for one text and direction as the project says, never where a cap leaves no room, and only
    while the line still says this. The new take waits; the worker that asked goes on to it, or the sweep rings.
    """
    if not any(finding["code"] in RETAKEN for finding in findings):
        return None
    project = Project.objects.get(pk=take.project_id)
    if not project.retakes:
        return None
    line = Paragraph.objects.select_related("script").get(pk=take.paragraph_id)
    made = Take.objects.filter(paragraph=line, digest=take.digest, retake_of__isnull=False).count()
    if made >= project.retakes or line.digest != take.digest or line.latest_id != take.pk or line.is_locked:
        return None
    room_micro = money.room_micro(project)
    if room_micro is not None and room_micro < _cost_micro(take):
        return None
    with transaction.atomic():
        again = takes.request(line.script, [line], by=take.created_by, fresh=True)
        for one in again:
            Take.objects.filter(pk=one.pk).update(retake_of=take.retake_of_id or take.pk)
    return again[0] if again else None


def _cost_micro(take: Take) -> int:
    return cost_micro(billing_characters(take.line.spoken), Price.of(take.team_id).per_10k_micro)


@transaction.atomic
def clear(take: Take, *, script_id: int, by: User) -> bool:
    """A person has listened and finds the take good: its findings stay on record and flag it no longer."""
    version = Script.next_version(script_id)
    cleared = Take.objects.filter(pk=take.pk, cleared_at=None).exclude(findings=[])
    if not cleared.update(cleared_at=timezone.now(), cleared_by=by):
        return False
    Paragraph.objects.filter(pk=take.paragraph_id).update(version=version)
    activity.note(ActKind.TAKES, FOUND_TAKE_GOOD % {"number": take.number}, by=by, line=take.paragraph)
    return True
