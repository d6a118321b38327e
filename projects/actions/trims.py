"""Trimming takes: the sound as it came stays in the store, and the take is given the trimmed one, with its figures.

So whatever hears, measures or exports the take has the same samples, and nothing needs to know of trims
(docs/adr/0021). An approval is bound to the sound: it falls back, and comes back when the trim is taken off.
"""

import io
from typing import BinaryIO, cast

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from narrator.teams.models import User
from projects.actions import activity, checks, locks, rendering, sounds
from projects.audio import measure, pcm, wav
from projects.audio.trim import Trim, apply, room_db
from projects.models import ActKind, Paragraph, Script, Take, TakeStatus
from projects.sentences import gettext_noop

TRIMMED_TAKE = gettext_noop("trimmed take %(number)s")
TOOK_THE_TRIM = gettext_noop("took the trim off take %(number)s")


class NotThere(Exception):
    """The take has no sound yet, or its file is gone."""


def whole(take: Take) -> pcm.Pcm:
    """The take's sound as it came, mono, 24 kHz, int16. Raises ``NotThere``."""
    if take.status != TakeStatus.READY:
        raise NotThere
    name = sounds.name_of(take.whole.sha256) if take.whole else take.audio
    try:
        with default_storage.open(name, "rb") as file:
            reader = wav.open_frames(cast(BinaryIO, file))
            return reader.read(reader.frames)
    except (OSError, wav.BadWav) as error:
        raise NotThere from error


def room(take: Take) -> tuple[int, float]:
    """How long the take is as it came, in ms, and how many dB of gain it has room for. Raises ``NotThere``."""
    samples = whole(take)
    return pcm.frames_to_ms(samples.size), room_db(samples)


def picture(take: Take) -> bytes:
    """The waveform of the take as it came, as ``audio.measure.waveform`` draws it. Raises ``NotThere``."""
    return bytes(take.peaks) if take.whole is None else measure.waveform(whole(take))


def heard(take: Take, wanted: Trim) -> bytes:
    """The take as a WAV with this trim, the same samples as when it is kept. Raises ``Impossible``, ``NotThere``."""
    file = io.BytesIO()
    wav.write(file, apply(whole(take), wanted))
    return file.getvalue()


def trim(take: Take, wanted: Trim, *, by: User | None) -> bool:
    """Let a take be heard with this trim, an empty one being none; False where it has just that already.

    It is measured and checked anew. Raises ``audio.trim.Impossible``, ``NotThere``, and ``paragraphs.Locked``.
    """
    if wanted == take.trim:
        return False
    as_it_came = whole(take)
    samples = apply(as_it_came, wanted)
    findings = checks.look(take, samples, remember=False)
    fields = rendering.store(samples) | {"findings": findings}
    fields["whole"] = (take.whole or sounds.keep(as_it_came)) if wanted else None
    for name, value in vars(wanted).items():
        fields[f"trim_{name}"] = value
    with transaction.atomic():
        version = Script.next_version(take.paragraph.script_id)
        locks.check(take.paragraph_id)
        rows = Take.objects.filter(pk=take.pk, status=TakeStatus.READY)
        if not rows.update(
            trim_count=F("trim_count") + 1, trimmed_by=by, trimmed_at=timezone.now(), **fields
        ):
            raise NotThere
        if not {one["code"] for one in findings} <= {one["code"] for one in take.findings}:
            rows.update(cleared_by=None, cleared_at=None)
        Paragraph.objects.filter(pk=take.paragraph_id).update(version=version)
        did = TRIMMED_TAKE % {"number": take.number} if wanted else TOOK_THE_TRIM % {"number": take.number}
        activity.note(ActKind.TAKES, did, by=by, line=take.paragraph)
    return True
