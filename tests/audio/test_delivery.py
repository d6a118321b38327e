"""A file is heard as foreign meters hear it, and what it says of itself is read."""

from pathlib import Path

import numpy as np
import pytest

from projects.audio import delivery, encoding, wav
from projects.audio.book import Book, Chapter
from projects.audio.encoding import Format
from tests.audio import meters, sounds


@pytest.mark.parametrize(
    ("format", "said"),
    [
        ("wav", (24_000, "mono", None, None, None)),
        ("mp3", (44_100, "mono", 192, "constant", 48)),
        ("m4b", (24_000, "mono", pytest.approx(70, abs=15), "variable", 48)),
    ],
)
def test_an_encoded_file_is_heard_as_a_foreign_meter_hears_it(
    tmp_path: Path, format: Format, said: tuple[object, ...]
) -> None:
    lines = tuple(sounds.line(sounds.speech(400_000, seed=n, level=4000)) for n in range(2))
    path = tmp_path / f"a.{format}"
    encoding.write(Book("A", "", "", (Chapter("One", lines),), sounds.picture(side=48)), path, format)
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
    assert (found.rate_hz, found.channels, found.kbps, found.steadiness, found.cover_px) == said
    assert found.title == "A"
    assert found.course is not None
    assert 10 * np.log10(found.course.powers.mean()) == pytest.approx(found.rms_dbfs, abs=0.05)


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
