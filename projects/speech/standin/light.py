"""Speech mode "light": every language through espeak-ng in a child process (espeak.py), shaped to the
voice."""

import math
import subprocess
import sys
from pathlib import Path

import numpy as np

from projects.speech.standin import shaping
from projects.speech.standin.directions import Effect
from projects.speech.standin.profiles import PROFILES, VARIANT_FORMANT, VARIANT_HZ, Profile

ROOT = Path(__file__).resolve().parents[3]
ESPEAK_RATE_HZ = 22_050
BASE_WPM = 168
EDGE_S = 0.12
TIMEOUT_S = 60

ESPEAK_LANGUAGES = {
    "Chinese": "cmn",
    "English": "en-us",
    "German": "de",
    "Italian": "it",
    "Portuguese": "pt-br",
    "Spanish": "es",
    "Japanese": "ja",
    "Korean": "ko",
    "French": "fr",
    "Russian": "ru",
}


class EngineFailed(Exception):
    """The speech engine broke; the message is espeak-ng's own. Answered as HTTP 500."""


def light_pcm(text: str, language: str, voice: str, effect: Effect) -> bytes:
    """s16le mono 24 kHz, the same bytes for the same request; empty when espeak-ng found nothing to say."""
    profile = PROFILES[voice]
    speed = profile.formant / VARIANT_FORMANT[profile.variant[0]]
    raw = _run(text, _arguments(profile, effect, language, speed))
    if len(raw) < 2:
        return b""
    sound = np.frombuffer(raw, dtype="<i2").astype(np.float32) / 32768.0
    sound = shaping.resampled(sound, ESPEAK_RATE_HZ, speed, profile.tilt_db + effect.tilt_db)
    return shaping.to_pcm(shaping.levelled(shaping.trimmed(sound, EDGE_S), effect.gain_db))


def _arguments(profile: Profile, effect: Effect, language: str, speed: float) -> list[str]:
    """Voice, words per minute, pitch, range: undone by what `speed` will do to them afterwards."""
    variant = "whisper" if effect.whisper else profile.variant
    wpm = round(BASE_WPM * profile.pace * effect.pace / speed)
    wanted_hz = profile.pitch_hz * effect.pitch / speed
    pitch = round(50 + 50 * math.log2(wanted_hz / VARIANT_HZ[profile.variant]))
    pitch_range = round(50 * profile.liveliness * effect.liveliness)
    name = f"{ESPEAK_LANGUAGES[language]}+{variant}"
    return [name, str(max(wpm, 80)), str(min(max(pitch, 0), 99)), str(min(max(pitch_range, 0), 99))]


def _run(text: str, arguments: list[str]) -> bytes:
    command = [sys.executable, "-m", "projects.speech.standin.espeak", *arguments]
    text = text.replace("\0", " ")
    done = subprocess.run(
        command, input=text.encode(), capture_output=True, cwd=ROOT, timeout=TIMEOUT_S, check=False
    )
    if done.returncode != 0:
        raise EngineFailed(
            done.stderr.decode(errors="replace").strip() or f"espeak ended with {done.returncode}"
        )
    return done.stdout
