"""Arithmetic over takes says what a measurement of the assembled sound says."""

from dataclasses import replace

import numpy as np
import pytest

from projects.audio import pcm, sums
from projects.audio.treatment import Treatment
from tests.audio import meters, sounds


def arranged(gains_db: list[float], *, start: int = 12_000) -> tuple[list[sums.Placed], pcm.Pcm]:
    """Takes of odd lengths with odd pauses, placed, and the same as one sound."""
    random, at, placed, pieces = np.random.default_rng(3), start, [], [pcm.silence(start)]
    for seed, gain_db in enumerate(gains_db):
        take = sounds.speech(int(random.integers(30_000, 150_000)), seed=seed, level=3000)
        pause = int(random.integers(0, 24_000))
        placed.append(sums.Placed(sums.measure(take), at, Treatment(gain_db=gain_db)))
        louder = np.rint(take * 10 ** (gain_db / 20)).astype(np.int16)
        pieces += [louder, pcm.silence(pause)]
        at += take.size + pause
    return placed, np.concatenate(pieces)


@pytest.mark.parametrize("gains_db", [[0.0] * 12, [-6.0, 3.0, 0.0, 1.5, -2.1, 4.4, -9.0, 0.5]])
def test_an_arrangement_sounds_as_foreign_meters_say(gains_db: list[float]) -> None:
    placed, whole = arranged(gains_db)
    found = sums.figures(sums.together(placed, frames=whole.size))
    meter, plain = meters.ebur128(whole), meters.astats(whole)
    assert found.frames == whole.size
    assert found.loudness_lufs == pytest.approx(meter["I"], abs=0.02)
    assert found.rms_dbfs == pytest.approx(plain["RMS_level"], abs=0.01)
    assert found.peak_dbfs == pytest.approx(plain["Peak_level"], abs=0.01)
    assert found.true_peak_dbfs == pytest.approx(20 * np.log10(meter["true_peak"]), abs=0.1)


def test_without_gains_sums_and_peaks_are_exact() -> None:
    placed, whole = arranged([0.0] * 5)
    together, measured = sums.together(placed, frames=whole.size), sums.measure(whole)
    assert (together.squares, together.peak) == (measured.squares, measured.peak)
    assert together.squares == sum(int(value) ** 2 for value in whole)


def test_a_book_of_scripts_is_the_book_of_their_takes() -> None:
    placed, whole = arranged([0.0, -3.0, 2.0, -1.0, 0.0, 1.0])
    middle = placed[3].start
    first = sums.together(placed[:3], frames=middle)
    second = sums.together(
        [sums.Placed(one.sums, one.start - middle, one.treatment) for one in placed[3:]],
        frames=whole.size - middle,
    )
    book = sums.figures(
        sums.together([sums.Placed(first, 0), sums.Placed(second, middle)], frames=whole.size)
    )
    straight = sums.figures(sums.together(placed, frames=whole.size))
    assert book.loudness_lufs == pytest.approx(straight.loudness_lufs, abs=0.05)
    assert book.rms_dbfs == pytest.approx(straight.rms_dbfs, abs=1e-6)
    assert book.floor_dbfs == straight.floor_dbfs


@pytest.mark.parametrize("shift", range(0, 2400, 240 * 3))
def test_added_up_in_parts_it_is_heard_as_in_one_wherever_they_begin(shift: int) -> None:
    placed, whole = arranged([0.0, -3.0, 2.0, -1.0, 0.0, 1.0], start=12_000 + shift)
    begins = [0, *(placed[n].start // 240 * 240 for n in (2, 3, 5))]
    parts = [
        sums.added(
            [sums.Placed(one.sums, one.start - at, one.treatment) for one in placed if at <= one.start < end],
            frames=end - at,
        )
        for at, end in zip(begins, [*begins[1:], whole.size], strict=True)
    ]
    book = sums.heard(list(zip(begins, parts, strict=True)), frames=whole.size)
    straight = sums.figures(sums.together(placed, frames=whole.size))
    assert book.loudness_lufs == pytest.approx(straight.loudness_lufs, abs=0.002)
    assert replace(book, loudness_lufs=straight.loudness_lufs, rms_dbfs=straight.rms_dbfs) == straight
    assert book.rms_dbfs == pytest.approx(straight.rms_dbfs, abs=1e-6)


def test_the_noise_floor_is_the_level_of_the_gaps() -> None:
    room = np.random.default_rng(1).standard_normal(240_000) * 32_768 * 10 ** (-62 / 20)
    voice = sounds.speech(240_000, seed=2)
    loud = np.abs(voice) > 40
    sound = np.where(loud, voice, np.rint(room)).astype(np.int16)
    found = sums.figures(sums.measure(sound))
    assert found.floor_dbfs == pytest.approx(-62, abs=1)
    softer = sums.together([sums.Placed(sums.measure(sound), 0, Treatment(gain_db=-6.0))], frames=sound.size)
    assert sums.figures(softer).floor_dbfs == pytest.approx(found.floor_dbfs - 6, abs=0.01)


def test_silence_has_no_level_and_nothing_is_no_error() -> None:
    for sound in (pcm.silence(24_000), pcm.silence(0), pcm.silence(7)):
        found = sums.figures(sums.measure(sound))
        assert found == sums.Figures(sound.size, None, None, None, None, None)
    assert sums.figures(sums.together([], frames=24_000)).rms_dbfs is None
