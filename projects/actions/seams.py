"""How a take sits among its neighbours: some seconds before it, the take, some after, with the real pauses."""

import io
from itertools import zip_longest

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
    finish = line.script.project.finishing
    tone = encoded.tone(finish) if finish.tone_in_pauses else None
    return seam.seam(_heard(take, before, after), len(before), tone=tone)


def around(line: Paragraph) -> tuple[list[Paragraph], list[Paragraph]]:
    """What is heard before a line and after it, in order: as many lines as a seam has of them."""
    rows = Paragraph.objects.filter(script=line.script_id, chosen__status=TakeStatus.READY)
    behind = rows.filter(position__lt=line.position).order_by("-position")
    ahead = rows.filter(position__gt=line.position).order_by("position")
    return _enough(behind, line)[::-1], _enough(ahead, line)


def length_ms(take: Take, before: list[Paragraph], after: list[Paragraph]) -> int:
    """How long the seam of a take of this line plays, in ms; ``before`` and ``after`` are from ``around``."""
    finish, at = take.paragraph.script.project.finishing, len(before)
    frames = [treatments.frames(one, finish) for one in _takes(take, before, after)]
    pauses = [
        pcm.ms_to_frames(ms) - finish.overlap(ms, here, there)
        for ms, here, there in zip_longest(_pauses_ms(take, before, after), frames, frames[1:])
    ]
    lead = sum(frames[:at]) + sum(pauses[:at])
    tail = sum(frames[at + 1 :]) + sum(pauses[at:-1])
    most = pcm.ms_to_frames(seam.AROUND_MS)
    return pcm.frames_to_ms(min(lead, most) + frames[at] + min(tail, most))


def _takes(take: Take, before: list[Paragraph], after: list[Paragraph]) -> list[Take]:
    """The take in the place of its line's chosen one, among those of its neighbours."""
    chosen = [[line.chosen for line in lines if line.chosen] for lines in (before, after)]
    return [*chosen[0], take, *chosen[1]]


def _pauses_ms(take: Take, before: list[Paragraph], after: list[Paragraph]) -> list[int]:
    lines = [*before, take.paragraph, *after]
    return take.paragraph.script.project.pauses.behind(line.followed for line in lines)


def _heard(take: Take, before: list[Paragraph], after: list[Paragraph]) -> list[Line]:
    finish = take.paragraph.script.project.finishing
    pauses_ms = _pauses_ms(take, before, after)
    return encoded.in_a_row(_takes(take, before, after), pauses_ms, finish)


def _enough(rows: ParagraphQuerySet, line: Paragraph) -> list[Paragraph]:
    """Of these lines as many as a seam can have, whatever their pauses are."""
    finish = line.script.project.finishing
    found, frames = [], 0
    for row in rows.select_related("chosen__sound").defer(*encoded.UNHEARD)[:50].iterator(chunk_size=4):
        if frames >= pcm.ms_to_frames(seam.AROUND_MS):
            break
        found.append(row)
        frames += treatments.frames(row.chosen, finish)  # type: ignore[arg-type]
    return found
