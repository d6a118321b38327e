"""Loudness against the cases of EBU Tech 3341 and against a meter that nobody here wrote."""

import numpy as np
import pytest

from projects.audio import loudness, pcm
from tests.audio import meters, sounds


def lufs(samples: pcm.Pcm) -> float | None:
    return loudness.integrated_lufs(loudness.energies(loudness.cells(samples))[: samples.size // 240])


def sine(dbfs: float, seconds: float) -> pcm.Pcm:
    """1 kHz with this peak level. As one channel it is 3.01 dB softer than the two of EBU's cases."""
    return sounds.tone(round(seconds * 24_000), hz=1000, level=round(32_768 * 10 ** (dbfs / 20)))


# Tech 3341, cases 1 to 5: (level in dBFS, seconds) one after another, and what a meter must show for two channels.
CASES = [
    ([(-23, 20)], -23.0),
    ([(-33, 20)], -33.0),
    ([(-36, 10), (-23, 60), (-36, 10)], -23.0),
    ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
    ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
]


@pytest.mark.parametrize(("parts", "expected"), CASES)
def test_the_cases_of_the_standard_are_met(parts: list[tuple[float, float]], expected: float) -> None:
    sound = np.concatenate([sine(dbfs, seconds) for dbfs, seconds in parts])
    assert lufs(sound) == pytest.approx(expected - 3.01, abs=0.1)


@pytest.mark.parametrize("hz", [40, 100, 500, 1700, 4000, 9000])
def test_every_pitch_weighs_as_in_a_foreign_meter(hz: float) -> None:
    tone = sounds.tone(72_000, hz=hz)
    assert lufs(tone) == pytest.approx(meters.ebur128(tone)["I"], abs=0.02)


@pytest.mark.parametrize("seed", range(4))
def test_speech_is_as_loud_as_a_foreign_meter_says(seed: int) -> None:
    sound = sounds.speech(24_000 * 15 + 77 * seed, seed=seed)
    assert lufs(sound) == pytest.approx(meters.ebur128(sound)["I"], abs=0.01)


def test_silence_and_less_than_a_block_have_no_loudness() -> None:
    assert lufs(pcm.silence(48_000)) is None
    assert lufs(pcm.silence(0)) is None
    assert lufs(sounds.tone(9_599)) is None
    assert lufs(sounds.tone(9_600)) is not None


def test_cells_are_10_ms_and_200_ms_of_ringing() -> None:
    sound = sounds.burst(24_000 * 3 + 100)
    kept = loudness.energies(loudness.cells(sound))
    assert kept.size == 301 + 20
    assert kept[:300].min() > 1e-4
    assert kept[301] < 1e-4
    assert kept[-1] < 1e-9


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 437])
def test_steps_are_those_of_the_sound_where_it_stands(size: int) -> None:
    energies = np.random.default_rng(size).random(size).astype(np.float32)
    phases = loudness.phases(energies)
    for cell in range(10):
        around = np.zeros(-(-(size + 9) // 10) * 10)
        around[cell : cell + size] = energies
        assert loudness.steps(phases, cell) == pytest.approx(around.reshape(-1, 10).sum(1), rel=0.002)


def test_cells_of_a_long_sound_do_not_depend_on_how_it_is_read() -> None:
    sound = sounds.speech(24_000 * 7)
    silence = pcm.silence(24_000 * 2)
    alone = loudness.energies(loudness.cells(sound))
    later = loudness.energies(loudness.cells(np.concatenate([silence, sound])))
    assert np.array_equal(later[200:], alone)
