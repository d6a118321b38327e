"""Trimming a take without touching it: head and tail cut, fades, gain. One function makes the sound that is heard.

What a person sets is numbers beside the take; wherever it is heard, measured or exported it is `apply` that made it.
"""

import math
from dataclasses import dataclass

import numpy as np

from projects.audio import pcm
from projects.sentences import gettext_noop as _

TOO_SHORT = _("That would leave less than %(least)s ms of the take.")
WOULD_CLIP = _("That gain would clip. This take has room for %(room)s dB.")

LEAST_MS = 100
"""So much is left at least: a take is never trimmed away."""

MOST_GAIN_DB = 24.0


class Impossible(ValueError):
    """These numbers do not fit this sound; the message is a sentence for people."""


@dataclass(frozen=True)
class Trim:
    """Milliseconds cut from head and tail, the length of the fades on what is left, and the gain on all of it."""

    head_ms: int = 0
    tail_ms: int = 0
    fade_in_ms: int = 0
    fade_out_ms: int = 0
    gain_db: float = 0.0

    def __bool__(self) -> bool:
        """Whether it changes anything."""
        return self != Trim()


def apply(samples: pcm.Pcm, trim: Trim) -> pcm.Pcm:
    """The trimmed sound; rounded once, to the nearest. What is neither faded nor amplified stays the same samples.

    Raises `Impossible` where too little would be left, fades would meet, or the gain would clip.
    """
    pcm.checked(samples)
    start = pcm.ms_to_frames(trim.head_ms)
    stop = samples.size - pcm.ms_to_frames(trim.tail_ms)
    fade_in, fade_out = pcm.ms_to_frames(trim.fade_in_ms), pcm.ms_to_frames(trim.fade_out_ms)
    if stop - start < pcm.ms_to_frames(LEAST_MS):
        raise Impossible(TOO_SHORT % {"least": LEAST_MS})
    if fade_in + fade_out > stop - start:
        raise Impossible(_("The two fades are longer than what is left of the take."))
    kept = samples[start:stop]
    if not (fade_in or fade_out or trim.gain_db):
        return kept
    curve = np.full(kept.size, 10 ** (trim.gain_db / 20))
    curve[:fade_in] *= pcm.fade_in_gain(fade_in)
    curve[kept.size - fade_out :] *= pcm.fade_in_gain(fade_out)[::-1]
    made = np.rint(kept * curve)
    if made.size and max(made.max(), -made.min()) > np.iinfo(np.int16).max:
        raise Impossible(WOULD_CLIP % {"room": f"{room_db(kept):.1f}"})
    return made.astype(np.int16)


def room_db(samples: pcm.Pcm) -> float:
    """How many dB the loudest sample may go up before it clips, rounded down to a tenth; the most for silence."""
    peak = max(int(samples.max(initial=0)), -int(samples.min(initial=0)))
    if not peak:
        return MOST_GAIN_DB
    room = 20 * math.log10(np.iinfo(np.int16).max / peak)
    return min(math.floor(room * 10) / 10, MOST_GAIN_DB)
