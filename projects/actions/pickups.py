"""The round trip of pickups: a sheet of lines out, one recording of all of them in, cut and filed as takes."""

from typing import Any, BinaryIO, cast

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from narrator.teams.models import User
from projects.actions import checks, recordings, sounds
from projects.audio import pcm, recording, splitting, wav
from projects.models import Guide, Paragraph, PickupRecording, Project
from projects.models.paragraphs import ParagraphQuerySet
from projects.models.takes import Source

MOST_RECORDING_MS = 60 * 60_000


class NothingToFile(Exception):
    """The message says, as a sentence, why the recording cannot be given to lines."""


def sheet(project: Project) -> ParagraphQuerySet:
    """The lines of which a reviewer wants a pickup, in the book's order."""
    lines: ParagraphQuerySet = Paragraph.objects.filter(script__project=project).judged("pickup")
    return lines.select_related("script", "verdict__by", "verdict__guest").order_by(
        "script__position", "position"
    )


def take_in(project: Project, file: BinaryIO, *, name: str, by: User) -> PickupRecording:
    """Read one recording of all pickups, cut it at its pauses, give the pieces to the lines; a person confirms it.

    Raises recording.Unreadable, and NothingToFile where no line waits or nothing is spoken.
    """
    wanted = list(sheet(project))
    if not wanted:
        raise NothingToFile(_("No line waits for a pickup, so there is nothing to give this recording to."))
    read = recording.read(file, most_ms=MOST_RECORDING_MS)
    pieces = splitting.split(read.samples)
    if not pieces:
        raise NothingToFile(_("Nothing is spoken in this recording."))
    guide = Guide.of(project.pk)
    lengths_ms = [
        checks.expected_ms(said.text, said.language) for said in (line.line(guide) for line in wanted)
    ]
    given = splitting.match(pieces, lengths_ms)
    return PickupRecording.objects.create(
        project=project,
        sound=sounds.keep(read.samples),
        name=name[:200],
        pieces=[[piece.start_ms, piece.stop_ms] for piece in pieces],
        lines=[
            {"paragraph": line.pk, "digest": line.digest, "pieces": span}
            for line, span in zip(wanted, given, strict=True)
        ],
        is_cut_short=read.is_cut_short,
        created_by=by,
    )


def rows(row: PickupRecording) -> list[dict[str, Any]]:
    """For the page: each line of the recording with the pieces it is taken for; removed lines are left out."""
    wanted = [line["paragraph"] for line in row.lines]
    found = Paragraph.objects.select_related("script__project", "verdict").in_bulk(wanted)
    there = [(found[line["paragraph"]], line) for line in row.lines if line["paragraph"] in found]
    return [
        {"line": line, "pieces": told["pieces"], "is_changed": line.digest != told["digest"]}
        for line, told in there
    ]


def file(row: PickupRecording, given: dict[int, tuple[int, int]], *, by: User) -> int:
    """Make takes of the pieces: ``given`` says for a paragraph its first piece and the one after its last.

    A recording is filed once: later calls file nothing. A locked line gets none. Returns how many takes were made.
    """
    with default_storage.open(sounds.name_of(row.sound.sha256), "rb") as stored:
        samples = wav.open_frames(cast(BinaryIO, stored)).read(row.sound.frames)
    lines = {one["line"].pk: one["line"] for one in rows(row) if not one["line"].is_locked}
    with transaction.atomic():
        if not PickupRecording.objects.filter(pk=row.pk, filed_at=None).update(filed_at=timezone.now()):
            return 0
        for pk in [pk for pk in lines if pk in given]:
            first, after = given[pk]
            start, stop = row.pieces[first][0], row.pieces[after - 1][1]
            piece = samples[pcm.ms_to_frames(start) : pcm.ms_to_frames(stop)]
            recordings.keep(lines[pk], piece, source=Source.UPLOADED, by=by)
    return len(lines.keys() & given.keys())
