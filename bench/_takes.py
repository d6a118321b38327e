"""Takes of speech for the benchmarks: espeak-ng speaks a minute in each of four voices, which is cut into takes.

Every take is another sound, so that no cache helps where none should: it is another stretch at another level.
"""

import subprocess
import sys
from collections.abc import Iterator

import av
import numpy as np

from projects.audio import pcm

VOICES = ("en-us+f2", "en-us+m3", "de+f3", "fr")
TEXT = (
    "The thing the Time Traveller held in his hand was a glittering metallic framework, scarcely larger than a "
    "small clock, and very delicately made. There was ivory in it, and some transparent crystalline substance. "
    "And now I must be explicit, for this that follows, unless his explanation is to be accepted, is an "
    "absolutely unaccountable thing. He took one of the small octagonal tables that were scattered about the "
    "room, and set it in front of the fire, with two legs on the hearthrug. "
)
SHORTEST_S, LONGEST_S, MEAN_S = 1.0, 20.0, 6.0


def takes(count: int) -> Iterator[pcm.Pcm]:
    """So many takes of 1 to 20 s, 6 s in the mean, the same in every run."""
    voices = [_spoken(voice) for voice in VOICES]
    random = np.random.default_rng(20261127)
    for number in range(count):
        seconds = np.clip(random.gamma(2.2, (MEAN_S - SHORTEST_S) / 2.2) + SHORTEST_S, SHORTEST_S, LONGEST_S)
        voice = voices[number % len(voices)]
        frames = round(float(seconds) * pcm.RATE_HZ)
        start = int(random.integers(0, voice.size - frames))
        take = voice[start : start + frames] * random.uniform(0.5, 1.0)
        fade = pcm.fade_in_gain(pcm.ms_to_frames(10))
        take[: fade.size] *= fade
        take[-fade.size :] *= fade[::-1]
        yield np.rint(take).astype(np.int16)


def _spoken(voice: str) -> np.ndarray:
    words = [sys.executable, "-m", "projects.speech.standin.espeak", voice, "165", "50", "50"]
    raw = subprocess.run(words, input=(TEXT * 3).encode(), capture_output=True, check=True).stdout
    frame = av.AudioFrame.from_ndarray(np.frombuffer(raw, "<i2")[None], format="s16", layout="mono")
    frame.sample_rate = 22_050
    resampler = av.AudioResampler(format="flt", layout="mono", rate=pcm.RATE_HZ)
    parts = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([part.to_ndarray().reshape(-1) for part in parts]) * 32_000
