"""Speech mode "neural": English through hibari, turned into 24 voices between its network and its vocoder.

The network gives, for each 12.5 ms, a spectrum in parts and the pitch. The envelope is read off at the
harmonics, stretched by the voice's formant factor, and driven by the voice's pitch: no resampling, so the
pace stays free. One process-wide network; running it and the vocoder is safe from many threads, reading text
is kept under a lock.
"""

import importlib
import re
import threading
import zlib
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np

from projects.speech.standin import shaping
from projects.speech.standin.directions import Effect
from projects.speech.standin.profiles import PROFILES, Profile

OWN_PITCH_HZ = 184.0  # the median of the only voice in the wheel
BIN_HZ = 20.0
VOICED_HZ = 40.0
WHISPER_DB = -12.0
NEPER_DB = 8.686
EDGE_S = 0.12

_LONG_DIGITS = re.compile(r"\d{10,}")
_reading = threading.Lock()
_computing = threading.BoundedSemaphore(2)  # more at once only costs memory: the work is bound by the cores


def _import_hibari() -> ModuleType | None:
    try:
        return importlib.import_module("hibari")
    except ImportError:
        return None


_hibari = _import_hibari()


def available() -> bool:
    """Whether the neural voice is installed (the extra called neural)."""
    return _hibari is not None


@lru_cache(maxsize=1)
def _loaded() -> Any:
    if _hibari is None:
        raise RuntimeError("the neural voice is not installed")
    return _hibari.Hibari(threads=1)


def load() -> None:
    """Loads network and dictionaries now (about a second) rather than with the first line."""
    with _reading:
        _loaded().phonemize("Ready.")


def sentences(text: str) -> list[str]:
    """The sentences the network is given one by one."""
    with _reading:
        return list(_loaded().split_sentences(_readable(text)))


def neural_pcm(sentence: str, voice: str, effect: Effect) -> bytes:
    """s16le mono 24 kHz of one sentence, the same bytes for the same request; empty when it cannot be
    read."""
    profile = PROFILES[voice]
    with _reading:
        model = _loaded()
        phonemes = _phonemes(model, sentence)
    with _computing:
        parts = [_sound(model, part, profile, effect) for part in phonemes]
        parts = [part for part in parts if len(part)]
        if not parts:
            return b""
        sound = shaping.trimmed(np.concatenate(parts), EDGE_S)
        return shaping.to_pcm(shaping.levelled(sound, effect.gain_db))


def _readable(text: str) -> str:
    """Long digit runs in groups of three: hibari's number reader fails on numbers beyond its words."""
    return _LONG_DIGITS.sub(lambda run: " ".join(re.findall(r"\d{1,3}", run.group())), text)


def _phonemes(model: Any, sentence: str) -> list[str]:
    try:
        return [part for line in model.phonemize(sentence) for part in _short(line)]
    except (IndexError, KeyError, ValueError, TypeError):
        return []  # its reader has gaps; the caller speaks such a sentence by espeak-ng


def _short(phonemes: str, limit: int = 400) -> list[str]:
    """Split at spaces where no clause mark helped: the network was trained on lines up to this length."""
    parts: list[str] = []
    while len(phonemes) > limit:
        cut = phonemes.rfind(" ", 0, limit)
        cut = cut if cut > 0 else limit
        parts.append(phonemes[:cut])
        phonemes = phonemes[cut:].lstrip()
    return [*parts, phonemes] if any(c.isalpha() for c in phonemes) else parts


def _sound(model: Any, phonemes: str, profile: Profile, effect: Effect) -> shaping.Sound:
    ids = np.asarray([model.ids(phonemes)], np.int64)
    if ids.shape[1] < 3 or _hibari is None:
        return np.zeros(0, np.float32)
    outputs = model.sess.run(None, {"ids": ids, "speed": np.ones(1, np.float32)})
    spectra = _paced([part[0] for part in outputs], profile.pace * effect.pace)
    rng = np.random.default_rng(zlib.crc32(phonemes.encode()))
    return np.asarray(_hibari.dsp.synth(*_revoiced(spectra, profile, effect), rng), np.float32)


def _paced(spectra: list[Any], pace: float) -> list[Any]:
    """Fewer or more frames. The network's own speed input moves in coarse steps, this one is exact."""
    count = spectra[0].shape[1]
    place = np.linspace(0, count - 1, max(round(count / pace), 2), dtype=np.float32)
    lower = place.astype(np.int32)
    upper = np.minimum(lower + 1, count - 1)
    weight = place - lower
    nearest = np.where(weight < 0.5, lower, upper)
    harmonic, phase, noise, free, free_phase, pitch_hz = spectra
    smooth = [part[:, lower] * (1 - weight) + part[:, upper] * weight for part in (harmonic, noise, free)]
    return [smooth[0], phase[:, nearest], smooth[1], smooth[2], free_phase[:, nearest], pitch_hz[nearest]]


def _revoiced(spectra: list[Any], profile: Profile, effect: Effect) -> tuple[Any, ...]:
    """The vocoder's six inputs for another speaker: harmonics, their phase, noise, free part, its phase,
    pitch."""
    harmonic, phase, noise, free, free_phase, pitch_hz = spectra
    envelope = _Envelope(pitch_hz, len(harmonic), profile.formant)
    tilt = np.log(shaping.tilt_curve(np.arange(len(harmonic)) * BIN_HZ, profile.tilt_db + effect.tilt_db))[
        :, None
    ]
    harmonic = envelope.at_harmonics(harmonic) + tilt
    phase = np.arctanh(np.clip(envelope.at_harmonics(np.tanh(phase)), -0.999, 0.999))
    noise = envelope.stretched(noise) + tilt
    breath_db = WHISPER_DB if effect.whisper else profile.breath_db
    if breath_db is not None:
        breath = harmonic + np.float32(breath_db / NEPER_DB)
        noise = np.where(envelope.voiced, np.logaddexp(noise, breath), noise)
    new_pitch = _pitch(pitch_hz, profile, effect)
    if effect.whisper:
        new_pitch = np.zeros_like(new_pitch)
    return harmonic, phase, noise, envelope.stretched(free) + tilt, free_phase, new_pitch


def _pitch(pitch_hz: Any, profile: Profile, effect: Effect) -> Any:
    wanted = profile.pitch_hz * effect.pitch
    shape = np.power(np.maximum(pitch_hz, 1.0) / OWN_PITCH_HZ, profile.liveliness * effect.liveliness)
    return np.where(pitch_hz > VOICED_HZ, np.clip(wanted * shape, 55.0, 700.0), 0.0).astype(np.float32)


class _Envelope:
    """Reads spectra at the harmonics of the old pitch (between them the network says nothing) and stretches
    them."""

    def __init__(self, pitch_hz: Any, bins: int, formant: float) -> None:
        self.voiced = pitch_hz > VOICED_HZ
        spacing = np.where(self.voiced, pitch_hz, OWN_PITCH_HZ).astype(np.float32) / BIN_HZ
        source = np.arange(bins, dtype=np.float32) / np.float32(formant)
        place = source[:, None] / spacing[None]
        lower = np.maximum(np.floor(place), 1)  # below the first harmonic the first one holds
        self.weight = np.clip(place - lower, 0, 1).astype(np.float32)
        self.lower = np.minimum(np.rint(lower * spacing), bins - 1).astype(np.int32)
        self.upper = np.minimum(np.rint((lower + 1) * spacing), bins - 1).astype(np.int32)
        self.columns = np.arange(len(pitch_hz))[None]
        self.rows = np.minimum(source, bins - 1)

    def stretched(self, spectrum: Any) -> Any:
        """Moved along the frequency axis."""
        lower = self.rows.astype(np.int32)
        upper = np.minimum(lower + 1, len(spectrum) - 1)
        weight = (self.rows - lower)[:, None]
        return spectrum[lower] * (1 - weight) + spectrum[upper] * weight

    def at_harmonics(self, spectrum: Any) -> Any:
        """Moved along the frequency axis, in voiced frames through the values at the harmonics."""
        low, high = spectrum[self.lower, self.columns], spectrum[self.upper, self.columns]
        return np.where(self.voiced, low + (high - low) * self.weight, self.stretched(spectrum))
