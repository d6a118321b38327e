"""How a take sits among its neighbours: some seconds before it, the take, some after, with the real pauses."""

import io

from projects.actions import encoded, treatments
from projects.audio import measure, pcm, seam, wav
from projects.audio.finish import Finish
from projects.models import Paragraph, Take, TakeStatus
from projects.models.paragraphs import ParagraphQuerySet


def of(take: Take) -> bytes:
    """The seam as a WAV, this take in the place of the line's chosen one. Raises ``audio.assembly.BrokenTake``."""
    file = io.BytesIO()
    wav.write(file, _joined(take))
    return file.getvalue()


def picture(take: Take) -> bytes:
    """The waveform of the seam, as ``audio.measure.waveform`` draws it. Raises ``audio.assembly.BrokenTake``."""
    return measure.waveform(_joined(take))


def _joined(take: Take) -> pcm.Pcm:
    """A neighbour without a take is passed over, as the player does."""
    line, project = take.paragraph, take.paragraph.script.project
    finish = project.finishing
    heard = Paragraph.objects.filter(script=line.script_id, chosen__status=TakeStatus.READY)
    before = _enough(heard.filter(position__lt=line.position).order_by("-position"), finish)[::-1]
    after = _enough(heard.filter(position__gt=line.position).order_by("position"), finish)
    takes = [
        *(one.chosen for one in before if one.chosen),
        take,
        *(one.chosen for one in after if one.chosen),
    ]
    pauses_ms = project.pauses.behind(one.followed for one in [*before, line, *after])
    tone = encoded.tone(finish) if finish.tone_in_pauses else None
    return seam.seam(encoded.in_a_row(takes, pauses_ms, finish), len(before), tone=tone)


def _enough(rows: ParagraphQuerySet, finish: Finish) -> list[Paragraph]:
    """Of these lines as many as a seam can have, whatever their pauses are."""
    found, frames = [], 0
    for row in rows.select_related("chosen__sound").defer(*encoded.UNHEARD)[:50].iterator(chunk_size=4):
        if frames >= pcm.ms_to_frames(seam.AROUND_MS):
            break
        found.append(row)
        frames += treatments.frames(row.chosen, finish)  # type: ignore[arg-type]
    return found
