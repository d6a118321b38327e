"""Clips: handing them in, and placing them in a script, where they are moved and undone like any line."""

from typing import BinaryIO, cast

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from narrator.teams.models import User
from projects.actions import activity, finishes, lines, paragraphs, rendering, sounds
from projects.actions.paragraphs import Done
from projects.audio import pcm, recording, wav
from projects.models import ActKind, Clip, Paragraph, Project, Script, Take, TakeStatus
from projects.models.edits import EditKind
from projects.models.paragraphs import LineKind
from projects.models.takes import Source
from projects.sentences import gettext_noop

RENAMED_THE_CLIP = gettext_noop("renamed the clip %(before)s: %(name)s")
REMOVED_THE_CLIP = gettext_noop("removed the clip %(name)s")
ADDED_THE_CLIP = gettext_noop("added the clip %(name)s for %(said_whose)s")

MOST_CLIP_MS = 10 * 60_000


class NameTaken(Exception):
    """Another clip of the team, or of the project, has this name."""


def add(
    project: Project, name: str, file: BinaryIO, *, is_for_team: bool, by: User | None
) -> tuple[Clip, bool]:
    """Keep a file as a clip, of the project or of its whole team; return it, and whether the file ended too early.

    Raises ``recording.Unreadable``, with a sentence, where there is no sound to be had or too much; ``NameTaken``.
    """
    read = recording.read(file, most_ms=MOST_CLIP_MS)
    sound = sounds.keep(read.samples)
    clip = Clip(team=project.team, project=None if is_for_team else project, name=name, sound=sound)
    clip.created_by = by
    with transaction.atomic():
        _save(clip)
        whose = gettext_noop("the team") if is_for_team else gettext_noop("this project")
        activity.note(
            ActKind.SETTINGS, ADDED_THE_CLIP % {"name": name, "said_whose": whose}, by=by, project=project
        )
    return clip, read.is_cut_short


@transaction.atomic
def rename(clip: Clip, name: str, *, by: User | None) -> None:
    """Give a clip another name; where it is placed already it keeps the old one. Raises ``NameTaken``."""
    before, clip.name = clip.name, name
    if before == name:
        return
    _save(clip)
    words = RENAMED_THE_CLIP % {"before": before, "name": name}
    activity.note(ActKind.SETTINGS, words, by=by, team_id=clip.team_id, project=clip.project)


@transaction.atomic
def remove(clip: Clip, *, by: User | None) -> None:
    """Take a clip out of the list. Where it is placed it stays and is heard."""
    words = REMOVED_THE_CLIP % {"name": clip.name}
    activity.note(ActKind.SETTINGS, words, by=by, team_id=clip.team_id, project=clip.project)
    clip.delete()


def place(script: Script, clip: Clip, *, after: int | None, by: User | None) -> Done:
    """Put a clip behind the line ``after`` (None: at the start) as a line of its own, level with the speech.

    Raises ``paragraphs.Gone`` where that line is gone.
    """
    heard = rendering.store(_samples(clip))
    with transaction.atomic():
        version = paragraphs.hold(script.pk)[script.pk]
        start = paragraphs.present(script.pk, [after])[0].position if after is not None else 0
        (position,) = paragraphs.place(script.pk, start, 1, version=version)
        line = _line(script, clip, position, version, by=by)
        take = _take(line, clip, heard, by=by)
        Paragraph.objects.filter(pk=line.pk).update(chosen=take, latest=take)
        line.chosen = line.latest = take
        done = lines.add(Done(), script, EditKind.INSERT, [line], by=by)
    finishes.settle(script.project)
    return done


def _save(clip: Clip) -> None:
    try:
        with transaction.atomic():
            clip.save()
    except IntegrityError as error:
        raise NameTaken from error


def _samples(clip: Clip) -> pcm.Pcm:
    with default_storage.open(sounds.name_of(clip.sound.sha256), "rb") as file:
        return wav.open_frames(cast(BinaryIO, file)).read(clip.sound.frames)


def _line(script: Script, clip: Clip, position: int, version: int, *, by: User | None) -> Paragraph:
    """The line is locked for good: it has nothing that could be said otherwise."""
    return Paragraph.objects.create(
        script=script,
        position=position,
        version=version,
        kind=LineKind.CLIP,
        is_locked=True,
        locked_at=timezone.now(),
        text=clip.name,
        digest=clip.sound.sha256,
        edited_by=by,
        edited_at=timezone.now(),
    )


def _take(line: Paragraph, clip: Clip, heard: dict[str, object], *, by: User | None) -> Take:
    project = line.script.project
    return Take.objects.create(
        paragraph=line,
        project=project,
        team_id=project.team_id,
        number=1,
        source=Source.CLIP,
        text=clip.name,
        voice=clip.sound.sha256[:12],
        digest=line.digest,
        status=TakeStatus.READY,
        created_by=by,
        finished_at=timezone.now(),
        **heard,
    )
