"""A take as the player hears it: with the level and the edges that it has in files. Nothing is encoded for that."""

import io

import numpy as np

from projects.actions import encoded
from projects.audio import assembly, pcm, wav
from projects.models import Take


def heard(take: Take) -> bytes:
    """The take's WAV as its project's files have it, what they cut of its own silence being silence here.

    So it is as long as the take, and its waveform and its words stand where they stood; the player takes the cut off
    the pauses. Read the take with its ``sound``. Raises ``audio.assembly.BrokenTake``.
    """
    line = encoded.treated(take, 0, take.paragraph.script.project.finishing)
    how = line.treatment
    made = [pcm.silence(how.head), assembly.take(line), pcm.silence(how.tail)]
    file = io.BytesIO()
    wav.write(file, np.concatenate(made))
    return file.getvalue()
