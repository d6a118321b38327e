import io

import pytest

from projects.audio import book, codecs
from projects.audio.codecs import Codec
from projects.audio.timeline import Unit, timeline, units


def line(frames: int, pause_ms: int = 600) -> book.Line:
    return book.Line(io.BytesIO, frames, pause_ms)


def made(*chapters: tuple[book.Line, ...], **options: int) -> book.Book:
    titled = tuple(book.Chapter(f"Chapter {n}", lines) for n, lines in enumerate(chapters, start=1))
    return book.Book("Title", "Author", "Narrator", titled, **options)  # type: ignore[arg-type]


def test_every_frame_has_its_place() -> None:
    plan = timeline(made((line(1_001), line(2_002, 700)), (line(3_003),)))
    first, second = 12_000, 12_000 + 1_001 + 14_400
    third = second + 2_002 + 48_000
    assert plan.line_starts == ((first, second), (third,))
    assert plan.samples == third + 3_003 + 24_000
    assert plan.duration_ms == round(plan.samples / 24)


def test_marks_cover_the_file_without_a_hole() -> None:
    plan = timeline(made((line(1_001),), (line(2_002),), (line(3_003),)))
    starts = [row[0] for row in plan.line_starts]
    assert [mark.start for mark in plan.marks] == [0, starts[1], starts[2]]
    assert [mark.end for mark in plan.marks] == [starts[1], starts[2], plan.samples]
    assert [mark.title for mark in plan.marks] == ["Chapter 1", "Chapter 2", "Chapter 3"]
    assert plan.marks[1].start_ms == round(starts[1] / 24)
    assert plan.marks[1].end_ms == plan.marks[2].start_ms


def test_a_longer_pause_of_the_last_line_holds() -> None:
    plan = timeline(made((line(100, 5_000),), (line(100, 3_000),), lead_ms=0))
    assert plan.line_starts == ((0,), (100 + 5_000 * 24,))
    assert plan.samples == 200 + 8_000 * 24


def test_a_chapter_without_lines_takes_no_time_and_no_mark() -> None:
    plan = timeline(made((), (line(100),), (), (line(100),), (), lead_ms=0, tail_ms=100))
    assert plan.line_starts == ((), (0,), (), (100 + 48_000,), ())
    assert [(mark.title, mark.start) for mark in plan.marks] == [
        ("Chapter 2", 0),
        ("Chapter 4", 48_100),
    ]
    assert plan.samples == 48_200 + 600 * 24


@pytest.mark.parametrize("chapters", [(), ((),), ((), ())])
def test_a_book_without_lines_is_refused(chapters: tuple[tuple[book.Line, ...], ...]) -> None:
    with pytest.raises(book.EmptyBook, match="no line"):
        timeline(made(*chapters))


@pytest.mark.parametrize("codec", [codecs.MP3, codecs.AAC])
def test_units_stand_on_whole_packets_and_pauses_are_as_near_as_packets_allow(codec: Codec) -> None:
    lines = tuple(line(24_000 + 977 * n, pause_ms=300 + 41 * n) for n in range(20))
    plan = timeline(made(lines), codec.grid)
    grid = codec.grid
    for place, start in zip(plan.places, plan.line_starts[0], strict=True):
        assert start == place.at * grid.frame
    for here, there, one in zip(plan.places, plan.places[1:], lines, strict=False):
        pause = there.at * grid.frame - here.at * grid.frame - grid.samples(one.frames)
        assert abs(pause - one.pause_ms * grid.rate_hz / 1000) <= grid.frame / 2 + 1
    assert plan.packets * grid.frame - grid.priming - plan.samples in range(grid.frame)


def test_lines_with_next_to_no_pause_between_them_are_one_unit() -> None:
    lines = (line(1_000, 0), line(2_000, 149), line(3_000, 150), line(4_000, 600))
    assert [unit.begins for unit in units(made(lines, (line(500, 0),)))] == [
        (0, 1_000, 3_000 + 149 * 24),
        (0,),
        (0,),
    ]
    plan = timeline(made(lines), codecs.AAC.grid)
    assert plan.line_starts[0][1] - plan.line_starts[0][0] == 1_000


def test_a_unit_does_not_grow_for_ever() -> None:
    minute = line(24_000 * 60, 0)
    assert [len(unit.lines) for unit in units(made((minute,) * 25))] == [11, 11, 3]


def named(*keys: str, pause_ms: int = 0) -> Unit:
    return Unit(0, 0, tuple(book.Line(io.BytesIO, 100, pause_ms, key=key) for key in keys), 600)


def test_a_unit_is_named_by_its_sounds_and_the_pauses_inside_it() -> None:
    assert named("a", "b").key == named("a", "b").key != named("b", "a").key
    assert named("a", "b").key != named("a", "b", pause_ms=10).key
    assert named("a").key == named("a", pause_ms=10).key
    assert named("a", "").key == ""
