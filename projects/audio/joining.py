"""Pieces of one paragraph, spoken by separate calls, made into one take. Pauses of lines are book.py's."""

from itertools import pairwise

import numpy as np

from projects.audio import measure, pcm

FADE_FRAMES = pcm.ms_to_frames(5)


def join(parts: list[pcm.Pcm], *, gap_ms: int = 120) -> pcm.Pcm:
    """One take from pieces in order: mono 24 kHz int16 of shape (n,) each, at least one.

    Between the sound of two neighbours stands a pause of gap_ms (within the 5 ms of a silence cell): their
    own silence there is cut or filled up to it. The kept edges fade over 5 ms, so a join cannot click. The
    take's own beginning and end stay untouched. A piece without sound adds nothing, unless no piece has any:
    then they are put together as they are.
    """
    if not parts:
        raise ValueError("There is nothing to join.")
    voiced = [part for part in parts if measure.edges(pcm.checked(part))[0] < part.size]
    if len(voiced) < 2:
        return voiced[0] if voiced else np.concatenate(parts)
    gap = pcm.ms_to_frames(gap_ms)
    cuts = [_cuts(left, right, gap) for left, right in pairwise(voiced)]
    out: list[pcm.Pcm] = []
    for index, part in enumerate(voiced):
        first, last = index == 0, index == len(voiced) - 1
        start = 0 if first else cuts[index - 1][1]
        end = part.size if last else part.size - cuts[index][0]
        out.append(_faded(part[start:end], at_start=not first, at_end=not last))
        if not last:
            out.append(pcm.silence(cuts[index][2]))
    return np.concatenate(out)


def _cuts(left: pcm.Pcm, right: pcm.Pcm, gap: int) -> tuple[int, int, int]:
    """Frames to cut from the left's end and the right's start, and frames of silence to put between.

    Own silence is kept as far as the gap allows, half for each side, and more where the other has less:
    the breath after a word sounds better than zeros.
    """
    tail, lead = measure.edges(left)[1], measure.edges(right)[0]
    keep_tail = min(tail, max(gap - lead, gap // 2))
    keep_lead = min(lead, gap - keep_tail)
    return tail - keep_tail, lead - keep_lead, gap - keep_tail - keep_lead


def _faded(part: pcm.Pcm, *, at_start: bool, at_end: bool) -> pcm.Pcm:
    part = part.copy()
    gain = pcm.fade_in_gain(min(FADE_FRAMES, part.size // 2))
    if at_start and gain.size:
        part[: gain.size] = pcm.scaled(part[: gain.size], gain)
    if at_end and gain.size:
        part[-gain.size :] = pcm.scaled(part[-gain.size :], gain[::-1])
    return part
