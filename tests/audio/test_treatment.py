"""What is done to a take on its way into a file, to the sample, and how that is measured by foreign meters."""

import io
from dataclasses import replace

import numpy as np
import pytest

from projects.audio import assembly, limiter, pcm, sums, true_peak
from projects.audio.book import Book, Chapter, Line
from projects.audio.timeline import units
from projects.audio.treatment import UNTREATED, Treatment, levelled
from tests.audio import meters, sounds


def line(sound: pcm.Pcm, how: Treatment, pause_ms: int = 600) -> Line:
    data = sounds.wav_bytes(sound)
    frames = int(sound.size) - how.head - how.tail
    return Line(lambda: io.BytesIO(data), frames, pause_ms, key="a", treatment=how)


def heard(*lines: Line) -> pcm.Pcm:
    book = Book("", "", "", (Chapter("", lines),), lead_ms=0, tail_ms=0)
    tape = np.concatenate(list(assembly.sound(book)))
    return tape[: tape.size - pcm.ms_to_frames(lines[-1].pause_ms)]


def test_a_treated_take_is_cut_amplified_and_faded_to_the_sample() -> None:
    sound = sounds.burst(24_000, level=3000)
    how = Treatment(head=2400, tail=4800, gain_db=6.0, fade_ms=10)
    wanted = sound[2400:-4800] * 10 ** (6 / 20)
    fade = pcm.fade_in_gain(240)
    wanted[:240] *= fade
    wanted[-240:] *= fade[::-1]
    assert np.abs(heard(line(sound, how)) - wanted).max() <= 1
    assert np.array_equal(heard(line(sound, how))[240:-240], np.rint(wanted).astype(np.int16)[240:-240])


def test_untreated_takes_keep_the_name_of_their_packets() -> None:
    sound = sounds.tone(24_000)
    plain, again = (heard_as(line(sound, how)) for how in (UNTREATED, Treatment()))
    others = {heard_as(line(sound, how)) for how in (Treatment(gain_db=0.1), Treatment(head=240))}
    assert plain == again
    assert len({plain, *others}) == 3


def heard_as(one: Line) -> str:
    (unit,) = units(Book("", "", "", (Chapter("", (one,)),)))
    return unit.key


@pytest.mark.parametrize("limit_db", [-1.0, -3.5, -9.0])
def test_no_peak_passes_the_limit_by_a_foreign_meter(limit_db: float) -> None:
    sound = sounds.speech(96_000, seed=4, level=9000)
    made = levelled(sound, Treatment(gain_db=8.0, limit_db=limit_db))
    assert true_peak.of(sound) * 10 ** (8 / 20) > 1
    assert 20 * np.log10(meters.ebur128(made)["true_peak"]) == pytest.approx(limit_db - 0.1, abs=0.1)
    assert 20 * np.log10(true_peak.of(made)) <= limit_db


def test_what_is_far_from_a_peak_is_not_touched_by_the_limit() -> None:
    sound = sounds.tone(24_000, level=2000)
    sound[12_000] = 30_000
    made = levelled(sound, Treatment(limit_db=-6.0))
    near = slice(12_000 - limiter.REACH_FRAMES, 12_000 + limiter.REACH_FRAMES + 1)
    assert not np.array_equal(made[near], sound[near])
    rest = np.ones(sound.size, bool)
    rest[near] = False
    assert np.array_equal(made[rest], sound[rest])


def test_a_long_take_is_limited_in_pieces_as_if_in_one() -> None:
    sound = sounds.speech(assembly.PIECE_FRAMES * 2 + 30_000, seed=2, level=14_000)
    sound[assembly.PIECE_FRAMES - 3] = 32_000
    how = Treatment(gain_db=3.0, limit_db=-3.0, head=2400)
    fade = assembly.FADE_FRAMES
    assert np.array_equal(heard(line(sound, how))[fade:-fade], levelled(sound[2400:], how)[fade:-fade])


def test_a_take_of_another_length_than_its_cuts_say_is_refused() -> None:
    one = line(sounds.tone(24_000), Treatment(head=240))
    with pytest.raises(assembly.BrokenTake, match="shorter than noted"):
        heard(replace(one, frames=one.frames + 1))


def test_arithmetic_says_what_meters_hear_of_treated_takes() -> None:
    lines, placed, at = [], [], 0
    for seed in range(6):
        sound = sounds.padded(sounds.speech(60_000, seed=seed, level=6000), 7_200, 9_600)
        how = Treatment(head=4_800, tail=7_200, gain_db=-2.0 + seed % 3, limit_db=-3.0, fade_ms=5)
        lines.append(line(sound, how))
        placed.append(sums.Placed(sums.measure(sound), at, how))
        at += lines[-1].frames + pcm.ms_to_frames(600)
    whole = heard(*lines)
    said = sums.figures(sums.together(placed, frames=whole.size))
    assert said.loudness_lufs == pytest.approx(meters.ebur128(whole)["I"], abs=0.1)
    assert said.rms_dbfs == pytest.approx(meters.astats(whole)["RMS_level"], abs=0.1)
    assert said.true_peak_dbfs == pytest.approx(20 * np.log10(meters.ebur128(whole)["true_peak"]), abs=0.1)
