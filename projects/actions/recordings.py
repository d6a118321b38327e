"""People's own takes: a file or a recording becomes a take of a line, beside those that were generated."""

from typing import BinaryIO

import numpy as np
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from narrator.teams.models import User
from projects.actions import checks, locks, rendering
from projects.audio import recording
from projects.models import Guide, Paragraph, Script, Take, TakeStatus
from projects.models.takes import Source

MOST_TAKE_MS = 10 * 60_000


def take_in(line: Paragraph, file: BinaryIO, *, source: str, by: User | None) -> tuple[Take, bool]:
    """Read a file as a take of this line and choose it; return it, and whether the file ended too early.

    Raises recording.Unreadable, with a sentence, where there is no sound to be had or too much of it.
    """
    read = recording.read(file, most_ms=MOST_TAKE_MS)
    return keep(line, read.samples, source=source, by=by), read.is_cut_short


def keep(line: Paragraph, samples: np.ndarray, *, source: str, by: User | None) -> Take:
    """File this sound (mono, 24 kHz, int16) as a take of the line as it stands, and choose it.

    It is checked like any other, but never made again by itself. What waits to be generated for the line is taken
    back: a person has spoken it. The voice and the model stay empty, so no other line uses it by itself.
    Raises ``paragraphs.Locked``.
    """
    spoken = line.line(Guide.of(line.script.project_id))
    take = Take(
        paragraph=line,
        project_id=line.script.project_id,
        team_id=line.script.project.team_id,
        source=Source(source),
        text=spoken.text,
        language=spoken.language,
        voice="",
        model="",
        digest=spoken.digest,
        status=TakeStatus.READY,
        created_by=by,
        finished_at=timezone.now(),
    )
    for name, value in rendering.store(samples).items():
        setattr(take, name, value)
    take.findings = checks.look(take, samples)
    with transaction.atomic():
        version = Script.next_version(line.script_id)
        locks.check(line.pk)
        own = Take.objects.filter(paragraph=line)
        own.cancel(timezone.now())
        take.number = (own.aggregate(highest=Max("number"))["highest"] or 0) + 1
        take.save(force_insert=True)
        now = Paragraph.objects.filter(pk=line.pk)
        now.update(latest=take, version=version)
        now.filter(digest=take.digest).update(chosen=take)
    return take
