"""The finish of a project: setting it, and settling the gains that bring its files to the level it asks for."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from django.core.files.storage import default_storage
from django.db import transaction

from narrator.teams.models import User
from projects.actions import activity, encoded, figures, reach, sounds, treatments
from projects.audio import assembly, room_tone, sums
from projects.audio.assembly import BrokenTake
from projects.audio.destinations import DESTINATIONS
from projects.audio.finish import Finish, settled
from projects.audio.treatment import Treatment, levelled
from projects.models import ActKind, Paragraph, Project, Script, Take
from projects.models.destinations import OWN
from projects.models.paragraphs import LineKind
from projects.models.sounds import SUMS
from projects.models.takes import Source
from projects.sentences import gettext_noop

LISTENED_TO = 20
SET_SOUND = gettext_noop("set the sound of exports: %(said_preset)s")
NAMES = {
    "none": gettext_noop("as it is"),
    **{name: one.label for name, one in DESTINATIONS.items()},
    "own": gettext_noop("own"),
}


def save(project: Project, wanted: Finish, *, by: User | None) -> Finish:
    """Let the project's files be finished like this from now on; returns it with its gains.

    Exports that were asked for before keep theirs. What it changes of a take is encoded anew, ahead.
    """
    named = replace(wanted, preset=_preset(wanted))
    with transaction.atomic():
        held = reach.hold(project.pk)
        if held.finishing.asked != named.asked:
            told = SET_SOUND % {"said_preset": name_of(named.preset)}
            activity.note(ActKind.SETTINGS, told, by=by, project=project)
    return settle(project, named)


def settle(project: Project, finish: Finish | None = None) -> Finish:
    """See that the gains bring the chosen takes as they are now to the target, and keep the finish.

    Gains that still do are left alone, so nothing is encoded again. Costs arithmetic only.
    """
    before = project.finishing if finish is None else finish
    voices, clips = _levels(project, before)
    some = cache(lambda: _some(project))
    found = settled(
        before,
        lambda one: figures.of_book(project, project.scripts.all(), finish=one),
        voices,
        lambda one: _loss_db(some(), one),
        clips,
    )
    if found.tone or found.tone_in_pauses:
        found = replace(found, tone_sha256=_tone(before, found, some))
    if found != project.finishing:
        project.finish = found.kept()
        with transaction.atomic():
            Project.objects.filter(pk=project.pk).update(finish=project.finish)
            Script.objects.filter(project=project).update(encoded_version=0)
    return found


def _preset(wanted: Finish) -> str:
    """The destination it is named for, whatever its figures: files are measured for that. "own" where it has none."""
    if wanted.preset in DESTINATIONS or wanted.preset.startswith(OWN):
        return wanted.preset
    return "none" if replace(wanted.asked, preset="none") == Finish() else "own"


def name_of(preset: str) -> str:
    """What people call a preset."""
    return NAMES.get(preset, preset.removeprefix(OWN))


def _tone(before: Finish, finish: Finish, some: Callable[[], list[Take]]) -> str:
    """The name of the room tone: the kept one while the gains are the same, else one of the takes as they are."""
    kept = before.tone_sha256
    if kept and before.gains_db == finish.gains_db and default_storage.exists(sounds.name_of(kept)):
        return kept
    rooms = []
    for take in some():
        gain = Treatment(gain_db=treatments.of(take, finish).gain_db)
        try:
            sound = assembly.take(encoded.line(take.audio_sha256, take.frames, 0))
        except BrokenTake:
            continue  # whoever exports is told
        rooms += [levelled(room, gain) for room in room_tone.quiet(sound)]
    return sounds.keep(room_tone.made(rooms)).sha256


def _some(project: Project) -> list[Take]:
    """Chosen takes of speech from all over the project; all of them where they are few."""
    chosen = list(
        Paragraph.objects.filter(script__in=project.scripts.all(), chosen__sound__isnull=False)
        .exclude(kind=LineKind.CLIP)
        .order_by("script__position", "position")
        .values_list("chosen", flat=True)
    )
    some = chosen[:: -(-len(chosen) // LISTENED_TO)] if chosen else []
    return list(Take.objects.filter(pk__in=some).select_related("sound").defer("peaks"))


def _loss_db(takes: list[Take], finish: Finish) -> float:
    """By how much holding peaks down makes these takes softer, on the scale of the target.

    Peaks that are held down are nothing that adds up, so this is measured: the only sound that is read.
    """
    before, after = [], []
    for take in takes:
        how = treatments.of(take, finish)
        free = sums.Placed(take.sound.sums, 0, replace(how, limit_db=None))  # type: ignore[union-attr]
        whole = sums.together([free], frames=take.frames - how.head - how.tail)
        try:
            held = (
                whole
                if how.limit_db is None
                else sums.measure(assembly.take(encoded.treated(take, 0, finish)))
            )
        except BrokenTake:
            continue  # whoever exports is told
        before.append(whole)
        after.append(held)
    levels = [finish.level_db(sums.figures(_in_a_row(takes))) for takes in (before, after)]
    return levels[0] - levels[1] if levels[0] is not None and levels[1] is not None else 0.0


def _in_a_row(takes: list[sums.Sums]) -> sums.Sums:
    placed, at = [], 0
    for take in takes:
        placed.append(sums.Placed(take, at))
        at += take.frames
    return sums.together(placed, frames=at)


def _levels(project: Project, finish: Finish) -> tuple[dict[str, float | None], dict[str, float]]:
    """How loud each voice of the project is over all its chosen takes, in LUFS, where that is wanted; and the gain that
    brings each clip to the speech, which is where the voices are brought together or else the loudness of all of it."""
    lines = Paragraph.objects.filter(script__in=project.scripts.all(), chosen__sound__isnull=False)
    if not finish.match_voices and not lines.filter(kind=LineKind.CLIP).exists():
        return {}, {}
    names = ("voice", "source", *(f"sound__{name}" for name in SUMS))
    takes: dict[tuple[bool, str], list[sums.Sums]] = {}
    for voice, source, *measured in lines.values_list(*(f"chosen__{name}" for name in names)):
        who = (source == Source.CLIP, treatments.speaker(voice, source))
        takes.setdefault(who, []).append(sums.Sums(*measured))
    levels = {who: sums.figures(_in_a_row(sounds)).loudness_lufs for who, sounds in takes.items()}
    voices = {name: level for (is_clip, name), level in levels.items() if not is_clip}
    speech = [take for (is_clip, _), sounds in takes.items() if not is_clip for take in sounds]
    return (
        voices if finish.match_voices else {},
        _to_the_speech(
            {name: level for (is_clip, name), level in levels.items() if is_clip},
            voices if finish.match_voices else {"": sums.figures(_in_a_row(speech)).loudness_lufs},
        ),
    )


def _to_the_speech(clips: dict[str, float | None], voices: dict[str, float | None]) -> dict[str, float]:
    """The gain that brings each clip to where the voices meet; none where one of them has no loudness."""
    heard = [level for level in voices.values() if level is not None]
    to = sum(heard) / len(heard) if heard else None
    return {name: 0.0 if level is None or to is None else to - level for name, level in clips.items()}
