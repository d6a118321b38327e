"""The seam of a line: a few seconds of what stands before it, the line, and a few seconds of what follows.

Joined as an export joins them, with the same pauses and the same soft edges, sample for sample.
"""

from collections.abc import Sequence

import numpy as np

from projects.audio import assembly, pcm
from projects.audio.book import Book, Chapter, Line
from projects.audio.timeline import timeline

AROUND_MS = 3000


def seam(lines: Sequence[Line], index: int, *, tone: Line | None = None) -> pcm.Pcm:
    """The line with this index among its neighbours, with room tone between them; BrokenTake as in assembly.

    Less than AROUND_MS where the neighbours, pauses included, are shorter.
    """
    chapters = (Chapter("", tuple(lines)),)
    book = Book("", "", "", chapters, lead_ms=0, tail_ms=0, tone=tone, tone_in_pauses=True)
    start = timeline(book).line_starts[0][index]
    stop = start + lines[index].frames
    around = pcm.ms_to_frames(AROUND_MS)
    # What follows the last line is its pause, in which there is nothing to hear.
    end = timeline(book).line_starts[0][-1] + lines[-1].frames
    tape = np.concatenate(list(assembly.sound(book)))
    return tape[max(start - around, 0) : min(stop + around, end)]
