"""Signal shaping shared by the spoken engines: resample and tilt, level, fade, to PCM. Mono float in, mono
out."""

import numpy as np
from numpy.typing import NDArray

from projects.speech.voices import RATE_HZ

Sound = NDArray[np.float32]

LEVEL_DBFS = -19.0  # of the sounding parts; with pauses a line comes out near -20
CEILING = 0.86  # -1.3 dBFS
KNEE = 0.60
FRAME = 480  # 20 ms


def tilt_curve(frequencies_hz: NDArray[np.floating], tilt_db: float) -> Sound:
    """Gain factors: tilt_db per octave around 1 kHz, at most three octaves either way."""
    octaves = np.clip(np.log2(np.maximum(frequencies_hz, 1.0) / 1000.0), -3.0, 3.0)
    return np.power(10.0, tilt_db * octaves / 20.0).astype(np.float32)


def resampled(sound: Sound, rate_hz: int, speed: float, tilt_db: float) -> Sound:
    """To 24 kHz, played `speed` times faster (pitch and formants move along), tilted. Band-limited: no
    aliasing."""
    padded = 1 << (len(sound) + 2048 - 1).bit_length()
    out_size = round(padded * RATE_HZ / rate_hz / speed)
    spectrum = np.fft.rfft(sound, padded).astype(np.complex64)
    spectrum *= tilt_curve(np.fft.rfftfreq(padded, 1.0 / (rate_hz * speed)), tilt_db)
    out = np.fft.irfft(spectrum[: out_size // 2 + 1], out_size) * (out_size / padded)
    return out[: round(len(sound) * RATE_HZ / rate_hz / speed)].astype(np.float32)


def levelled(sound: Sound, gain_db: float) -> Sound:
    """Sounding parts at LEVEL_DBFS plus gain, peaks bent softly below CEILING, edges faded over 5 ms."""
    frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)
    power = np.mean(np.square(frames), axis=1) if len(frames) else np.mean(np.square(sound), keepdims=True)
    active = power[power > power.max() * 1e-3]  # within 30 dB of the loudest
    if not len(active) or active.mean() <= 1e-12:
        return sound
    scaled = sound * np.float32(10 ** ((LEVEL_DBFS + gain_db) / 20) / np.sqrt(active.mean()))
    return _faded(_bent(scaled))


def _bent(sound: Sound) -> Sound:
    size = np.abs(sound)
    over = size > KNEE
    if over.any():
        room = CEILING - KNEE
        sound = sound.copy()
        sound[over] = np.sign(sound[over]) * (KNEE + room * np.tanh((size[over] - KNEE) / room))
    return sound


def _faded(sound: Sound) -> Sound:
    size = min(RATE_HZ // 200, len(sound) // 2)
    ramp = np.linspace(0, 1, size, dtype=np.float32)
    sound[:size] *= ramp
    sound[len(sound) - size :] *= ramp[::-1]
    return sound


def trimmed(sound: Sound, keep_s: float) -> Sound:
    """Without the silence at both ends beyond keep_s seconds."""
    loud = np.flatnonzero(np.abs(sound) > 0.003 * max(float(np.abs(sound).max(initial=0.0)), 1e-6))
    if not len(loud):
        return sound
    keep = int(keep_s * RATE_HZ)
    return sound[max(loud[0] - keep, 0) : loud[-1] + keep]


def to_pcm(sound: Sound) -> bytes:
    """Signed 16-bit little-endian."""
    return (np.clip(sound, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()
