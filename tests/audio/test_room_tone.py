"""Room tone: made of the takes' own quiet, as long and as soft as it has to be, and where a file has it."""

from pathlib import Path

import numpy as np
import pytest

from projects.audio import assembly, encoding, pcm, room_tone
from projects.audio.book import Book, Chapter, Line
from projects.audio.formats import FORMATS
from projects.audio.timeline import timeline
from tests.audio import sounds


def level(samples: np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(samples.astype(float) ** 2)) / pcm.FULL_SCALE))


def hum(frames: int, dbfs: float) -> pcm.Pcm:
    """A room that hums: told from noise by its spectrum."""
    wave = np.sin(2 * np.pi * 200 * np.arange(frames) / pcm.RATE_HZ)
    return np.rint(wave * np.sqrt(2) * pcm.FULL_SCALE * 10 ** (dbfs / 20)).astype(np.int16)


def talk(room: pcm.Pcm) -> pcm.Pcm:
    return np.concatenate([room, sounds.burst(12_000, level=3000), room, sounds.burst(12_000), room])


def test_the_quiet_between_words_is_found_without_the_words() -> None:
    found = list(room_tone.quiet(talk(hum(9_600, -66))))
    assert [room.size for room in found] == [9_600 - 2 * 720] * 3
    assert max(level(room) for room in found) == pytest.approx(-66, abs=0.5)
    assert list(room_tone.quiet(talk(pcm.silence(9_600)))) == []
    assert list(room_tone.quiet(talk(hum(2_400, -66)))) == []


def test_the_tone_is_the_rooms_own_at_its_level_and_never_above_what_shops_take() -> None:
    for own_dbfs, wanted in ((-70.0, -70.0), (-55.0, room_tone.MOST_DBFS)):
        rooms = [*room_tone.quiet(talk(hum(9_600, own_dbfs)))]
        tone = room_tone.made(rooms)
        assert (tone.size, tone.dtype) == (room_tone.FRAMES, np.int16)
        assert level(tone) == pytest.approx(wanted, abs=0.3)
        spectrum = np.abs(np.fft.rfft(tone.astype(float)))
        loudest = np.fft.rfftfreq(tone.size, 1 / pcm.RATE_HZ)[spectrum.argmax()]
        assert loudest == pytest.approx(200, abs=20)
        assert np.array_equal(tone, room_tone.made(rooms)), "the same takes make the same tone"


def test_a_breath_is_no_room_and_digital_silence_gives_soft_noise() -> None:
    breath = (hum(4_800, -55), hum(9_600, -70), hum(9_600, -70))
    assert level(room_tone.made(breath)) == pytest.approx(-70, abs=0.5)
    noise = room_tone.made([])
    assert level(noise) == pytest.approx(room_tone.MADE_DBFS, abs=0.3)
    halves = [level(part) for part in np.array_split(noise, 40)]
    assert max(halves) - min(halves) < 1.5, "it neither begins nor ends softer"


def spoken(pause_ms: int = 600) -> list[Line]:
    return [
        sounds.line(sounds.padded(sounds.burst(9_000, seed=n), 240, 480), pause_ms=pause_ms) for n in range(4)
    ]


def book(lines: list[Line], *, in_pauses: bool) -> Book:
    chapters = (Chapter("One", tuple(lines[:2])), Chapter("Two", tuple(lines[2:])))
    data = sounds.wav_bytes(room_tone.made([]))
    tone = sounds.line_of(data, room_tone.FRAMES)
    return Book("T", "A", "N", chapters, tone=tone, tone_in_pauses=in_pauses)


@pytest.mark.parametrize("in_pauses", [False, True])
def test_in_a_wav_it_stands_exactly_where_silence_was(in_pauses: bool) -> None:
    whole = book(spoken(), in_pauses=in_pauses)
    plain = timeline(Book("T", "A", "N", whole.chapters))
    plan = timeline(whole)
    assert (plan.samples, plan.line_starts, plan.marks) == (plain.samples, plain.line_starts, plain.marks)
    heard = np.concatenate(list(assembly.sound(whole)))
    assert heard.size == plan.samples
    head, tail = heard[: 500 * 24], heard[-1000 * 24 :]
    assert level(head) == pytest.approx(level(tail), abs=1)
    end = plan.line_starts[0][0] + 9_720
    pause = heard[end : end + 600 * 24]
    assert pause.any() == in_pauses
    silent = np.concatenate(list(assembly.sound(Book("T", "A", "N", whole.chapters))))
    start = plan.line_starts[1][1]
    assert np.array_equal(heard[start : start + 9_720], silent[start : start + 9_720])


@pytest.mark.parametrize("format", ["mp3", "m4b", "opus", "flac"])
def test_in_packets_it_moves_no_line(tmp_path: Path, format: encoding.Format) -> None:
    whole = book(spoken(), in_pauses=True)
    written = encoding.write(whole, tmp_path / "a", format)
    plain = timeline(Book("T", "A", "N", whole.chapters), FORMATS[format].grid)
    assert written.timeline.line_starts == plain.line_starts
    assert (written.timeline.samples, written.timeline.packets) == (plain.samples, plain.packets)
    played, rate_hz = sounds.decoded(tmp_path / "a")
    middle = played[rate_hz // 10 : rate_hz * 4 // 10]
    assert level(np.rint(middle * pcm.FULL_SCALE)) == pytest.approx(room_tone.MADE_DBFS, abs=3)
    end = written.timeline.line_starts[0][0] + 9_720 * rate_hz // pcm.RATE_HZ
    pause = played[end + rate_hz * 15 // 100 : end + rate_hz * 45 // 100]
    assert level(np.rint(pause * pcm.FULL_SCALE)) == pytest.approx(room_tone.MADE_DBFS, abs=3)


def test_lines_without_a_pause_fade_into_each_other() -> None:
    first, second = sounds.burst(9_000, seed=1), sounds.burst(7_000, seed=2)
    lines = [sounds.line(first, pause_ms=0), sounds.line(second, pause_ms=0)]
    over = 1_200
    lines[0] = Line(lines[0].open, 9_000, 0, overlap=over)
    one = Book("T", "A", "N", (Chapter("One", tuple(lines)),), lead_ms=0, tail_ms=0)
    heard = np.concatenate(list(assembly.sound(one)))
    assert heard.size == timeline(one).samples == 9_000 + 7_000 - over
    assert timeline(one).line_starts == ((0, 9_000 - over),)
    assert np.array_equal(heard[100 : 9_000 - over], first[100 : 9_000 - over])
    rise = pcm.fade_in_gain(over)
    both = first[-over:] * rise[::-1] + second[:over] * rise
    assert np.abs(heard[9_000 - over + 100 : 8_900] - both[100:-100]).max() <= 1
    with pytest.raises(ValueError, match="overlaps"):
        Line(lines[0].open, 9_000, 200, overlap=over)
