"""How a take sits among its neighbours: some seconds before it, the take, some after, with the real pauses."""

import io

from projects.actions import encoded, treatments
from projects.audio import measure, pcm, seam, wav
from projects.audio.book import Line
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
    line = take.paragraph
    before, after = around(line)
    return seam.seam([*reversed(before), _spoken(line, take), *after], len(before))


def around(line: Paragraph) -> tuple[list[Line], list[Line]]:
    """What is heard before a line, the nearest first, and after it: as many lines as a seam has of them."""
    rows = Paragraph.objects.filter(script=line.script_id, chosen__status=TakeStatus.READY)
    behind = rows.filter(position__lt=line.position).order_by("-position")
    ahead = rows.filter(position__gt=line.position).order_by("position")
    return _enough(behind, line), _enough(ahead, line)


def length_ms(take: Take, before: list[Line], after: list[Line]) -> int:
    """How long the seam of a take of this line plays, in ms; ``before`` and ``after`` are from ``around``."""
    lead = sum(one.frames + pcm.ms_to_frames(one.pause_ms) for one in before)
    pause = pcm.ms_to_frames(take.paragraph.pause_after_ms(take.paragraph.script.project)) if after else 0
    tail = pause + sum(one.frames for one in after)
    tail += sum(pcm.ms_to_frames(one.pause_ms) for one in after[:-1])
    most = pcm.ms_to_frames(seam.AROUND_MS)
    heard = treatments.frames(take, take.paragraph.script.project.finishing)
    return pcm.frames_to_ms(min(lead, most) + heard + min(tail, most))


def _enough(rows: ParagraphQuerySet, line: Paragraph) -> list[Line]:
    found, frames = [], 0
    for row in rows.select_related("chosen__sound").defer(*encoded.UNHEARD)[:50].iterator(chunk_size=4):
        if frames >= pcm.ms_to_frames(seam.AROUND_MS):
            break
        row.script = line.script
        spoken = _spoken(row, row.chosen)  # type: ignore[arg-type]
        found.append(spoken)
        frames += spoken.frames
    return found


def _spoken(line: Paragraph, take: Take) -> Line:
    project = line.script.project
    return encoded.treated(take, line.pause_after_ms(project), project.finishing)
