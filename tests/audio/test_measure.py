import math

import numpy as np
import pytest

from projects.audio import measure, pcm
from tests.audio import sounds


def test_levels_of_a_full_scale_square_are_zero() -> None:
    square = np.where(np.arange(24_000) % 100 < 50, -32_768, 32_767).astype(np.int16)
    figures = measure.measure(square)
    assert figures.peak_dbfs == 0.0
    assert figures.rms_dbfs == pytest.approx(0.0, abs=0.001)
    assert (figures.frames, figures.duration_ms) == (24_000, 1000)


def test_levels_of_a_sine_agree_with_arithmetic() -> None:
    figures = measure.measure(sounds.tone(480_000, level=16_384))
    assert figures.peak_dbfs == pytest.approx(20 * math.log10(0.5), abs=0.01)
    assert figures.rms_dbfs == pytest.approx(20 * math.log10(0.5) - 3.0103, abs=0.01)


def test_levels_over_many_blocks_equal_the_exact_sums() -> None:
    sound = sounds.burst(1_000_003)
    exact = sum(int(value) ** 2 for value in sound)
    figures = measure.measure(sound)
    assert figures.rms_dbfs == pytest.approx(
        20 * math.log10(math.sqrt(exact / sound.size) / 32_768), abs=1e-9
    )
    assert figures.peak_dbfs == 20 * math.log10(max(abs(int(value)) for value in sound) / 32_768)


@pytest.mark.parametrize(("lead", "tail"), [(0, 0), (240, 0), (0, 480), (24_000, 12_000), (300_000, 200_040)])
def test_silence_at_the_edges_is_measured(lead: int, tail: int) -> None:
    figures = measure.measure(sounds.padded(sounds.burst(24_000), lead, tail))
    assert figures.lead_silence_ms == pytest.approx(lead / 24, abs=5)
    assert figures.tail_silence_ms == pytest.approx(tail / 24, abs=5)
    assert figures.lead_silence_ms <= math.ceil(lead / 24)
    assert figures.tail_silence_ms <= math.ceil(tail / 24)


def test_noise_of_the_room_is_silence_and_a_soft_consonant_is_not() -> None:
    room = sounds.burst(24_000, level=33)
    soft = sounds.burst(2_400, seed=1, level=150)
    figures = measure.measure(np.concatenate([room, soft, sounds.burst(4_800), soft, room]))
    assert figures.lead_silence_ms == pytest.approx(1000, abs=5)
    assert figures.tail_silence_ms == pytest.approx(1000, abs=5)


def test_silence_and_nothing_have_no_level() -> None:
    silent = measure.measure(pcm.silence(2_400))
    assert silent == measure.Measures(2_400, 100, None, None, 100, 100)
    assert measure.measure(pcm.silence(0)) == measure.Measures(0, 0, None, None, 0, 0)


def test_the_waveform_has_a_pair_per_20_ms() -> None:
    sound = np.zeros(480 * 50 + 7, np.int16)
    sound[480], sound[481], sound[-1] = 32_767, -32_768, 12_800
    pairs = np.frombuffer(measure.waveform(sound), np.int8).reshape(-1, 2)
    assert pairs.shape == (51, 2)
    assert pairs[1].tolist() == [-128, 127]
    assert pairs[-1].tolist() == [0, 50]
    assert not pairs[2:-1].any()
    assert len(measure.waveform(pcm.silence(24_000))) == 100
    assert measure.waveform(pcm.silence(0)) == b""
    assert np.frombuffer(measure.waveform(pcm.silence(3)), np.int8).tolist() == [0, 0]


def test_pictures_of_whole_cells_can_be_put_together() -> None:
    one, two = sounds.burst(480 * 30), sounds.burst(480 * 11, seed=1)
    together = measure.waveform(np.concatenate([one, two]))
    assert together == measure.waveform(one) + measure.waveform(two)


def test_floats_are_refused() -> None:
    with pytest.raises(TypeError, match="int16"):
        measure.measure(np.zeros(10))
    with pytest.raises(TypeError, match="int16"):
        measure.waveform(np.zeros(10))
