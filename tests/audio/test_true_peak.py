import numpy as np
import pytest

from projects.audio import pcm, true_peak
from tests.audio import meters, sounds


def db(level: float) -> float:
    return 20 * np.log10(level)


@pytest.mark.parametrize("hz", [997, 3000, 6000, 8000, 10_000])
@pytest.mark.parametrize("phase", [0.0, 0.25, 0.5])
def test_a_sine_is_as_high_as_it_is_between_its_samples(hz: float, phase: float) -> None:
    """EBU Tech 3341, cases 15 to 19, allow +0.2 and -0.4 dB. At 6 kHz the samples themselves may read 3 dB low."""
    steps = np.arange(4_800) * hz / pcm.RATE_HZ + phase / 4
    swell = np.minimum(1, np.minimum(np.arange(4_800), np.arange(4_800)[::-1]) / 1_000)
    sound = np.rint(0.5 * 32_768 * swell * np.sin(2 * np.pi * steps)).astype(np.int16)
    assert db(true_peak.of(sound)) == pytest.approx(db(0.5), abs=0.15)


@pytest.mark.parametrize("seed", range(6))
def test_speech_peaks_as_a_foreign_meter_says(seed: int) -> None:
    sound = sounds.speech(24_000 * 6, seed=seed, level=7000)
    assert db(true_peak.of(sound)) == pytest.approx(db(meters.ebur128(sound)["true_peak"]), abs=0.1)


def test_looking_only_near_the_top_misses_nothing() -> None:
    for seed in range(20):
        sound = sounds.speech(9_000, seed=seed, level=9000)
        everywhere = np.abs(sounds.at_rate(sound, 192_000)).max()
        assert db(true_peak.of(sound)) == pytest.approx(db(everywhere), abs=0.1)


def test_no_true_peak_is_under_the_highest_sample() -> None:
    sound = np.array([0, -32_768, 0, 5], np.int16)
    assert true_peak.of(sound) >= 1
    assert true_peak.of(np.array([3], np.int16)) >= 3 / 32_768
    assert true_peak.of(pcm.silence(100)) == 0
    assert true_peak.of(pcm.silence(0)) == 0
