"""What a trim makes of a sound, to the sample."""

import numpy as np
import pytest

from projects.audio import pcm, seam
from projects.audio.trim import Impossible, Trim, apply, room_db
from tests.audio.sounds import burst, line, padded

EDGE = 480


def noise(duration_ms: int, *, seed: int, level: int = 3000) -> pcm.Pcm:
    """Noise with 20 ms of silence at both ends."""
    return padded(burst(duration_ms * 24 - 2 * EDGE, seed=seed, level=level), EDGE, EDGE)


def test_cutting_keeps_exactly_the_samples_between() -> None:
    samples = noise(1000, seed=3)
    made = apply(samples, Trim(head_ms=120, tail_ms=80))
    assert np.array_equal(made, samples[120 * 24 : -80 * 24])
    assert np.array_equal(apply(samples, Trim()), samples)


def test_gain_and_fades_are_one_multiplication_rounded_once() -> None:
    samples = noise(1000, seed=4)
    made = apply(samples, Trim(head_ms=10, fade_in_ms=50, fade_out_ms=20, gain_db=6.0))
    kept = samples[240:]
    curve = np.full(kept.size, 10**0.3)
    curve[:1200] *= pcm.fade_in_gain(1200)
    curve[-480:] *= pcm.fade_in_gain(480)[::-1]
    assert np.array_equal(made, np.rint(kept * curve).astype(np.int16))
    assert np.array_equal(made[1200:-480], np.rint(kept[1200:-480] * 10**0.3).astype(np.int16))
    assert abs(int(made[0])) <= 1


@pytest.mark.parametrize(
    ("trim", "sentence"),
    [
        (Trim(head_ms=500, tail_ms=450), "less than 100 ms"),
        (Trim(fade_in_ms=600, fade_out_ms=500), "fades are longer"),
        (Trim(gain_db=20), "room for 6.0 dB"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_number(trim: Trim, sentence: str) -> None:
    samples = np.full(24_000, 16_384, np.int16)
    with pytest.raises(Impossible, match=sentence):
        apply(samples, trim)


def test_the_room_that_is_told_does_not_clip() -> None:
    samples = noise(300, seed=5)
    made = apply(samples, Trim(gain_db=room_db(samples)))
    assert np.abs(made.astype(int)).max() > 32_000
    with pytest.raises(Impossible):
        apply(samples, Trim(gain_db=room_db(samples) + 0.2))
    assert room_db(pcm.silence(10)) > 0


def test_a_seam_has_three_seconds_on_both_sides_with_the_real_pauses() -> None:
    sounds = [noise(ms, seed=ms) for ms in (2000, 1500, 900, 1200, 4000)]
    lines = [line(one, pause) for one, pause in zip(sounds, (700, 400, 300, 250, 900), strict=True)]
    made = seam.seam(lines, 2)
    before = [sounds[0], pcm.silence(700 * 24), sounds[1], pcm.silence(400 * 24)]
    after = [pcm.silence(300 * 24), sounds[3], pcm.silence(250 * 24), sounds[4]]
    around = 3000 * 24
    expected = [np.concatenate(before)[-around:], sounds[2], np.concatenate(after)[:around]]
    assert np.array_equal(made, np.concatenate(expected))


def test_a_seam_at_the_ends_of_a_script_is_shorter() -> None:
    first, last = noise(500, seed=1), noise(600, seed=2)
    lines = [line(first, 200), line(last, 5000)]
    assert np.array_equal(seam.seam(lines, 0), np.concatenate([first, pcm.silence(200 * 24), last]))
    assert seam.seam(lines, 1).size == (500 + 200 + 600) * 24
    assert np.array_equal(seam.seam([line(first, 900)], 0), first)
