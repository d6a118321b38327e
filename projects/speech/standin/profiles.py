"""How each of the 24 voices is imitated: pitch, formants, pace, brightness. Figures only, no signal
processing.

Men are low, women high, children highest. No two profiles are alike; tests/speech/standin measures the sound.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """The make of one voice.

    pitch_hz: median pitch. formant: vocal tract scale, above 1 is smaller (1 is the neural model's own
    woman).
    pace: 1 is the engine's own tempo, above is faster. tilt_db: treble per octave above 1 kHz, bass the other
    way.
    liveliness: range of intonation, 1 is natural. breath_db: added noise in voiced sound, None is none.
    variant: the espeak-ng variant that gives the timbre, with the pitch it has by itself.
    """

    pitch_hz: float
    formant: float
    pace: float
    tilt_db: float
    liveliness: float
    breath_db: float | None
    variant: str


VARIANT_HZ = {
    "m1": 94,
    "m2": 101,
    "m3": 105,
    "m4": 94,
    "m5": 104,
    "m6": 102,
    "f1": 180,
    "f3": 211,
    "f4": 179,
    "f5": 207,
}

# What the espeak variant's formants are already scaled by: men as recorded, women's variants about a sixth
# up.
VARIANT_FORMANT = {"m": 0.87, "f": 1.02}

PROFILES = {
    "Cherry": Profile(215, 1.04, 1.08, 0.75, 1.2, None, "f3"),
    "Serena": Profile(197, 1.00, 0.93, -0.75, 0.9, -14, "f1"),
    "Ethan": Profile(128, 0.90, 1.07, 0.75, 1.2, None, "m3"),
    "Chelsie": Profile(237, 1.09, 1.02, 0.5, 1.3, -16, "f5"),
    "Momo": Profile(228, 1.07, 1.14, 0.0, 1.4, None, "f3"),
    "Vivian": Profile(206, 1.03, 1.17, 1.25, 1.1, None, "f4"),
    "Moon": Profile(119, 0.88, 1.14, 0.0, 1.1, None, "m2"),
    "Maia": Profile(186, 0.98, 0.98, -0.25, 1.0, None, "f1"),
    "Kai": Profile(105, 0.86, 0.89, -1.0, 0.8, -16, "m1"),
    "Nofish": Profile(136, 0.92, 0.99, -0.5, 1.0, None, "m4"),
    "Bella": Profile(300, 1.27, 1.06, 0.5, 1.4, None, "f3"),
    "Eldric Sage": Profile(92, 0.84, 0.82, -0.25, 0.9, None, "m5"),
    "Mia": Profile(222, 1.06, 0.90, -0.75, 0.9, -14, "f1"),
    "Mochi": Profile(274, 1.19, 0.98, 0.0, 1.1, None, "f4"),
    "Bellona": Profile(192, 0.99, 1.07, 1.5, 1.5, None, "f5"),
    "Vincent": Profile(83, 0.82, 0.94, 0.25, 0.9, -6, "m6"),
    "Bunny": Profile(318, 1.31, 0.95, 1.0, 1.3, None, "f5"),
    "Neil": Profile(112, 0.87, 1.01, 0.5, 0.7, None, "m3"),
    "Elias": Profile(176, 0.96, 1.02, 0.25, 0.8, None, "f4"),
    "Arthur": Profile(98, 0.89, 0.77, 0.25, 1.3, -10, "m1"),
    "Nini": Profile(243, 1.12, 0.94, -0.5, 1.2, -14, "f3"),
    "Seren": Profile(181, 0.97, 0.79, -1.25, 0.7, -12, "f1"),
    "Pip": Profile(288, 1.24, 1.15, 0.5, 1.5, None, "f4"),
    "Stella": Profile(249, 1.14, 1.12, 1.25, 1.4, None, "f5"),
}
