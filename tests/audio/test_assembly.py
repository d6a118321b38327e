import io
from pathlib import Path

import numpy as np
import pytest

from projects.audio import assembly, pcm
from projects.audio.book import Book, Chapter, Line
from projects.audio.timeline import timeline
from tests.audio import sounds


def made(*lines: Line, **options: int) -> Book:
    return Book("Title", "Author", "Narrator", (Chapter("Only", lines),), **options)  # type: ignore[arg-type]


def soft(frames: int, seed: int = 0) -> pcm.Pcm:
    """A burst that begins and ends at zero, so that no fade touches it."""
    return sounds.padded(sounds.burst(frames - 2, seed=seed), 1, 1)


def whole(book: Book) -> pcm.Pcm:
    return np.concatenate(list(assembly.sound(book)))


def test_every_line_stands_bit_for_bit_where_the_timeline_says() -> None:
    takes = [soft(frames, seed) for seed, frames in enumerate((50_001, 24_000, 777, 24_071, 24_072, 48_100))]
    book = made(*(sounds.line(take, pause_ms=333) for take in takes))
    plan, sound = timeline(book), whole(book)
    assert sound.size == plan.samples
    expected = pcm.silence(plan.samples)
    for start, take in zip(plan.line_starts[0], takes, strict=True):
        expected[start : start + take.size] = take
    assert np.array_equal(sound, expected)


def test_long_takes_and_silences_come_in_pieces() -> None:
    book = made(sounds.line(soft(100_000)), sounds.line(soft(5)), lead_ms=2_500)
    sizes = [piece.size for piece in assembly.sound(book)]
    assert max(sizes) <= 10 * 24_000
    assert sum(sizes) == timeline(book).samples


def test_lines_without_pauses_follow_each_other() -> None:
    one, two = soft(3_000), soft(4_000, 1)
    book = made(sounds.line(one, 0), sounds.line(two, 0), lead_ms=0, tail_ms=0)
    assert np.array_equal(whole(book), np.concatenate([one, two]))


@pytest.mark.parametrize("frames", [1, 2, 100, 143, 24_000, 24_050, 60_000])
def test_hard_edges_fade_within_3_ms_and_nothing_moves(frames: int) -> None:
    sound = np.full(frames, 10_000, np.int16)
    played = whole(made(sounds.line(sound), lead_ms=10, tail_ms=10))
    played = played[240 : 240 + frames]
    fade = min(72, frames // 2)
    assert np.array_equal(played[fade : frames - fade], sound[fade : frames - fade])
    if frames >= 144:
        assert max(abs(int(played[0])), abs(int(played[-1]))) < 10
        assert np.abs(np.diff(played.astype(int))).max() < 250


def test_edges_near_zero_are_not_touched() -> None:
    sound = np.full(500, 33, np.int16)
    assert np.array_equal(
        whole(
            made(
                sounds.line(sound),
                lead_ms=0,
                tail_ms=0,
            )
        )[:500],
        sound,
    )


def test_the_loudest_negative_sample_counts_as_loud() -> None:
    played = whole(made(sounds.line(np.full(500, -32_768, np.int16)), lead_ms=0))
    assert abs(int(played[0])) < 100


def broken_by(line: Line) -> assembly.BrokenTake:
    good = sounds.line(soft(100))
    book = Book("T", "A", "N", (Chapter("One", (good,)), Chapter("Two", (good, line, good))))
    with pytest.raises(assembly.BrokenTake) as caught:
        whole(book)
    return caught.value


def test_a_missing_file_names_its_line(tmp_path: Path) -> None:
    error = broken_by(Line((tmp_path / "gone.wav").open, 100, 0))
    assert (error.chapter, error.line, error.reason) == (1, 1, "is missing")
    assert str(error) == 'Line 2 of chapter 2 ("Two") cannot be used: its sound is missing.'


@pytest.mark.parametrize(("noted", "how"), [(101, "shorter"), (99, "longer")])
def test_another_length_than_noted_is_never_taken(noted: int, how: str) -> None:
    data = sounds.wav_bytes(soft(100))
    error = broken_by(Line(lambda: io.BytesIO(data), noted, 0))
    assert error.reason == f"is {how} than noted (100 frames instead of {noted})"


def test_a_truncated_file_is_never_taken() -> None:
    data = sounds.wav_bytes(soft(100))[:-20]
    assert (
        "shorter than noted (90 frames instead of 100)"
        in broken_by(Line(lambda: io.BytesIO(data), 100, 0)).reason
    )


def test_what_is_no_wav_is_named() -> None:
    error = broken_by(Line(lambda: io.BytesIO(b"<html>"), 100, 0))
    assert error.reason == "file is not a WAV file"


class Failing(io.BytesIO):
    """A file on a store that fails once the header has been read."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= 44:
            raise ConnectionError("the store went away")
        return super().read(size)


class Shrinking(io.BytesIO):
    """A file that is cut off while it is being read."""

    def read(self, size: int | None = -1, /) -> bytes:
        return (
            super().read(size)[:10] if self.tell() == 44 else b"" if self.tell() > 44 else super().read(size)
        )


def test_a_store_that_fails_is_a_broken_take_and_the_file_is_closed() -> None:
    file = Failing(sounds.wav_bytes(soft(100)))
    error = broken_by(Line(lambda: file, 100, 0))
    assert error.reason == "cannot be read (the store went away)"
    assert isinstance(error.__cause__, ConnectionError)
    assert file.closed


def test_a_file_cut_off_while_it_is_read_is_a_broken_take() -> None:
    data = sounds.wav_bytes(soft(100))
    assert broken_by(Line(lambda: Shrinking(data), 100, 0)).reason == "breaks off after 5 of 100 frames"


def test_a_store_that_cannot_be_asked_is_a_broken_take() -> None:
    def refused() -> io.BytesIO:
        raise PermissionError("not yours")

    assert broken_by(Line(refused, 100, 0)).reason == "cannot be opened (not yours)"


def test_one_file_is_open_at_a_time_and_all_are_closed_when_the_stream_ends_early() -> None:
    opened: list[io.BytesIO] = []

    def opener() -> io.BytesIO:
        assert all(file.closed for file in opened)
        opened.append(io.BytesIO(sounds.wav_bytes(soft(300_000))))
        return opened[-1]

    stream = assembly.sound(made(*(Line(opener, 300_000, 0) for _ in range(5))))
    for _ in range(4):
        next(stream)
    stream.close()
    assert len(opened) == 2
    assert all(file.closed for file in opened)
