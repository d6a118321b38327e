"""The delivery gate hears encoded files as foreign meters do, and is right on files made to fail in each way."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from projects.audio import delivery, encoding, wav
from projects.audio.book import Book, Chapter
from projects.audio.delivery import Found
from projects.audio.encoding import Format
from tests.audio import meters, sounds

GOOD = Found("mp3", 600_000, -19.0, -20.0, -3.5, -70.0, 700, 2000, 5000)


@pytest.mark.parametrize("format", ["wav", "mp3", "m4b"])
def test_an_encoded_file_is_heard_as_a_foreign_meter_hears_it(tmp_path: Path, format: Format) -> None:
    lines = tuple(sounds.line(sounds.speech(400_000, seed=n, level=4000)) for n in range(2))
    path = tmp_path / f"a.{format}"
    encoding.write(Book("A", "", "", (Chapter("One", lines),)), path, format)
    ticks: list[int] = []
    found = delivery.listen(path, tick=lambda: ticks.append(1))
    played, rate_hz = sounds.decoded(path)
    whole = np.rint(sounds_at_24k(played, rate_hz) * 32_768).astype(np.int16)
    meter = meters.ebur128(whole)
    assert found.loudness_lufs == pytest.approx(meter["I"], abs=0.1)
    assert found.true_peak_dbfs == pytest.approx(20 * np.log10(meter["true_peak"]), abs=0.2)
    assert found.rms_dbfs == pytest.approx(meters.astats(whole)["RMS_level"], abs=0.05)
    assert found.duration_ms == pytest.approx(played.size / rate_hz * 1000, abs=1)
    assert found.head_ms == pytest.approx(500 + 50, abs=60)
    near = whole[(found.peak_ms - 1) * 24 : (found.peak_ms + 2) * 24]
    assert np.abs(near.astype(int)).max() > 0.95 * np.abs(whole.astype(int)).max()
    assert len(ticks) == 2


def sounds_at_24k(played: np.ndarray, rate_hz: int) -> np.ndarray:
    if rate_hz == 24_000:
        return played
    size = int(played.size * 24_000 / rate_hz)
    spectrum = np.fft.rfft(played)[: size // 2 + 1]
    return np.fft.irfft(spectrum, size) * size / played.size


def test_sound_above_full_scale_is_said_to_be(tmp_path: Path) -> None:
    tone = sounds.tone(48_000, hz=6000.0, level=32_700)
    square = np.where(sounds.tone(48_000, hz=5000.0) > 0, 32_700, -32_700).astype(np.int16)
    for sound, least in ((tone, -0.2), (square, 0.5)):
        path = tmp_path / "a.wav"
        with path.open("wb") as file:
            wav.write(file, sound)
        found = delivery.listen(path, tick=lambda: None)
        assert found.true_peak_dbfs is not None
        assert found.true_peak_dbfs > least


@pytest.mark.parametrize(
    ("field", "wrong", "name"),
    [
        ("rms_dbfs", -23.3, "RMS"),
        ("rms_dbfs", -17.4, "RMS"),
        ("rms_dbfs", None, "RMS"),
        ("true_peak_dbfs", -2.6, "True peak"),
        ("floor_dbfs", -52.0, "Noise floor"),
        ("head_ms", 300, "Silence at the head"),
        ("head_ms", 1200, "Silence at the head"),
        ("tail_ms", 800, "Silence at the tail"),
        ("tail_ms", 6000, "Silence at the tail"),
        ("duration_ms", 7_300_000, "Length"),
    ],
)
def test_each_thing_that_is_asked_is_missed_alone(field: str, wrong: float | None, name: str) -> None:
    assert all(check.is_met for check in delivery.check(GOOD, "acx"))
    missed = [check for check in delivery.check(replace(GOOD, **{field: wrong}), "acx") if not check.is_met]
    assert [(check.asked.name, check.figure) for check in missed] == [(name, wrong)]


def test_a_figure_that_looks_like_its_limit_meets_it_and_silence_has_no_floor() -> None:
    near = replace(GOOD, true_peak_dbfs=-2.96, floor_dbfs=None)
    assert all(check.is_met for check in delivery.check(near, "acx"))
