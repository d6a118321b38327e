"""Taking edited audio back in: a file of an export that was edited elsewhere becomes takes of its lines."""

from collections.abc import Iterable
from functools import partial
from typing import Any, BinaryIO, cast

import numpy as np
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from narrator.teams.models import User
from projects.actions import encoded, recordings, sounds
from projects.audio import assembly, pcm, recording, returning, wav
from projects.audio.assembly import BrokenTake
from projects.audio.returning import Change, Is, Was
from projects.audio.treatment import Treatment
from projects.models import Export, Paragraph, Return, Take
from projects.models.takes import Source

MOST_MS = 90 * 60_000
_LEFT = (Change.SAME, Change.GONE)
Regions = list[tuple[float, float]]


class NothingToTakeIn(Exception):
    """The message says, as a sentence, why the file cannot be cut into lines."""


def files(export: Export) -> list[str]:
    """The files of a finished export that may come back, by name."""
    return list(dict.fromkeys(one.get("file", str(export)) for one in export.timeline.get("chapters", [])))


def take_in(
    export: Export, file: BinaryIO, *, of: str, name: str, labels: Regions | None, by: User
) -> Return:
    """Read an edited file, find in it the lines of the file it was, and say what became of each.

    ``labels`` are where the lines are now, one for each in their order, where somebody has marked them.
    Raises recording.Unreadable, and NothingToTakeIn.
    """
    lines, was_frames = _lines(export, of)
    if not lines:
        raise NothingToTakeIn(_("This export has no lines in that file."))
    if labels is not None and len(labels) != len(lines):
        raise NothingToTakeIn(
            _("There are %(labels)s labels and %(lines)s lines. Give along one label for each line, or none.")
            % {"labels": len(labels), "lines": len(lines)}
        )
    read = recording.read(file, most_ms=MOST_MS)
    was = [Was(line["was_start"], line["was_end"]) for line in lines]
    found = _found(read.samples, lines, was, labels)
    if all(one.change == Change.GONE for one in found):
        raise NothingToTakeIn(
            _("Nothing of this export was found in the file, and nothing else is spoken in it.")
        )
    return Return.objects.create(
        project=export.project,
        export=export,
        sound=sounds.keep(read.samples),
        file=of,
        name=name[:200],
        lines=[_row(line, one) for line, one in zip(lines, found, strict=True)],
        was_frames=was_frames,
        is_labelled=labels is not None,
        is_cut_short=read.is_cut_short,
        created_by=by,
    )


def _found(edited: pcm.Pcm, lines: list[dict[str, Any]], was: list[Was], labels: Regions | None) -> list[Is]:
    """Where each line is: looked for, or where its label says."""
    if labels is None:
        return returning.find(edited, was, partial(_nth, lines, 0))
    found = []
    for index, (start, end) in enumerate(returning.between(edited, labels)):
        length = was[index].end - was[index].start
        (one,) = returning.find(edited[start:end], [Was(0, length)], partial(_nth, lines, index))
        found.append(Is(start + one.start, start + one.end, one.change, one.level_db))
    return found


def _nth(lines: list[dict[str, Any]], first: int, index: int) -> pcm.Pcm:
    """A line as the file had it; silence, in which nothing is found again, where its sound is lost."""
    line = lines[first + index]
    how = Treatment(**line["treatment"])
    try:
        return assembly.take(encoded.line(line["audio_sha256"], line["frames"], 0, how))
    except BrokenTake:
        return pcm.silence(line["frames"])


def _lines(export: Export, of: str) -> tuple[list[dict[str, Any]], int]:
    """The lines of one file as they were planned and stand in it, in frames of 24 kHz; and about how long it is."""
    rate_hz, rows = export.timeline["rate_hz"], []
    planned = [chapter for chapter in export.plan if chapter["lines"]]
    for chapter, placed in zip(planned, export.timeline["chapters"], strict=True):
        if placed.get("file", str(export)) != of:
            continue
        for line, place in zip(chapter["lines"], placed["lines"], strict=True):
            if line.get("clip"):
                continue
            rows.append(
                {
                    "take": line["take"],
                    "audio_sha256": line["audio_sha256"],
                    "frames": line["frames"],
                    "treatment": line.get("treatment", {}),
                    "was_start": place["start"] * pcm.RATE_HZ // rate_hz,
                    "was_end": place["end"] * pcm.RATE_HZ // rate_hz,
                }
            )
    takes = Take.objects.in_bulk([row["take"] for row in rows])
    there = [row for row in rows if row["take"] in takes]
    for row in there:
        take = takes[row["take"]]
        row |= {"paragraph": take.paragraph_id, "digest": take.digest}
    ends = [mark["end_ms"] for mark in export.marks if mark.get("file", str(export)) == of]
    return there, pcm.ms_to_frames(max(ends, default=0))


def _row(line: dict[str, Any], one: Is) -> dict[str, Any]:
    kept = {name: line[name] for name in ("take", "paragraph", "digest")}
    return kept | {
        "start": one.start,
        "end": one.end,
        "shift": one.start - line["was_start"],
        "change": one.change.value,
        "level_db": round(one.level_db, 1),
        "gain_db": line["treatment"].get("gain_db", 0.0),
    }


def rows(row: Return) -> list[dict[str, Any]]:
    """For the page: each line that is still there, what became of it, and whether it says something else by now."""
    wanted = [line["paragraph"] for line in row.lines]
    found = Paragraph.objects.select_related("script__project", "chosen").in_bulk(wanted)
    return [
        {
            **told,
            "line": line,
            "is_changed": line.digest != told["digest"],
            "is_gone": told["change"] == Change.GONE,
            "is_same": told["change"] == Change.SAME,
            "duration_ms": pcm.frames_to_ms(told["end"] - told["start"]),
            "start_ms": pcm.frames_to_ms(told["start"]),
            "end_ms": pcm.frames_to_ms(told["end"]),
            "shift_ms": round(told["shift"] * 1000 / pcm.RATE_HZ),
            "earlier_ms": -round(told["shift"] * 1000 / pcm.RATE_HZ),
            "is_wanted": told["change"] not in _LEFT and line.digest == told["digest"],
        }
        for told in row.lines
        if (line := found.get(told["paragraph"]))
    ]


def file(row: Return, wanted: Iterable[int], *, by: User) -> int:
    """Make takes of what these lines are in the edited file, and choose them; takes that are there stay.

    It is filed once: later calls file nothing. A locked line gets none, one that is gone neither. Returns how many.
    """
    chosen = set(wanted)
    with default_storage.open(sounds.name_of(row.sound.sha256), "rb") as stored:
        samples = wav.open_frames(cast(BinaryIO, stored)).read(row.sound.frames)
    ready = [one for one in rows(row) if one["line"].pk in chosen and not one["is_gone"]]
    ready = [one for one in ready if not one["line"].is_locked]
    with transaction.atomic():
        if not Return.objects.filter(pk=row.pk, filed_at=None).update(filed_at=timezone.now()):
            return 0
        for one in ready:
            piece = _without(samples[one["start"] : one["end"]], one["gain_db"])
            recordings.keep(one["line"], piece, source=Source.UPLOADED, by=by)
    return len(ready)


def _without(samples: pcm.Pcm, gain_db: float) -> pcm.Pcm:
    """The sound as it is before the finish puts its gain on it, which the next export does again."""
    if not gain_db:
        return samples
    bounds = np.iinfo(np.int16)
    scaled = np.rint(samples * np.float32(10 ** (-gain_db / 20)))
    return np.clip(scaled, bounds.min, bounds.max).astype(np.int16)
