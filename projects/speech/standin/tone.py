"""Speech mode "tone": no speech, a cheap deterministic sound of the right length, for tests of the queue.

Each character is one block of about 60 ms whose pitch belongs to the voice and whose swell looks like a
syllable. The blocks are made once per voice and direction, so that a line of 300 characters costs far below a
millisecond.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from projects.speech.standin.directions import Effect
from projects.speech.voices import RATE_HZ, VOICE_NAMES

BLOCK_S = 0.060
EDGE_S = 0.100
SHAPES = 8  # different syllables; block 0 is silence
STEP_HZ = 1 / BLOCK_S  # whole periods per block, so that blocks join without a click
LOWEST_STEPS = 6  # 100 Hz

EDGE = bytes(2 * int(EDGE_S * RATE_HZ))


def tone_pcm(text: str, voice: str, effect: Effect) -> bytes:
    """s16le mono 24 kHz: 100 ms of silence, a block for each character, 100 ms of silence."""
    points = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
    shapes = points % (SHAPES - 1) + 1
    shapes[points <= 32] = 0
    return EDGE + _blocks(voice, effect)[shapes].tobytes() + EDGE


@lru_cache(maxsize=256)
def _blocks(voice: str, effect: Effect) -> NDArray[np.int16]:
    size = round(BLOCK_S * RATE_HZ / effect.pace)
    periods = (LOWEST_STEPS + VOICE_NAMES.index(voice)) * effect.pitch
    phase = 2 * np.pi * round(periods) * np.arange(size) / size
    carrier = np.sin(phase) + 0.5 * 10 ** (effect.tilt_db / 20) * np.sin(2 * phase) + 0.25 * np.sin(3 * phase)
    swell = np.sin(np.pi * np.arange(size) / size)
    blocks = np.zeros((SHAPES, size), dtype=np.int16)
    for shape in range(1, SHAPES):
        loud = 10 ** (effect.gain_db / 20) * (0.14 + 0.02 * shape)
        blocks[shape] = np.clip(carrier * swell ** (0.5 + 0.25 * shape) * loud, -0.85, 0.85) * 32767
    return blocks
