import io

import pytest

from projects.audio import book


def line(frames: int, pause_ms: int = 600) -> book.Line:
    return book.Line(io.BytesIO, frames, pause_ms)


def made(*chapters: tuple[book.Line, ...], **options: int) -> book.Book:
    titled = tuple(book.Chapter(f"Chapter {n}", lines) for n, lines in enumerate(chapters, start=1))
    return book.Book("Title", "Author", "Narrator", titled, **options)  # type: ignore[arg-type]


def test_every_frame_has_its_place() -> None:
    plan = book.timeline(made((line(1_001), line(2_002, 700)), (line(3_003),)))
    first, second = 12_000, 12_000 + 1_001 + 14_400
    third = second + 2_002 + 48_000
    assert plan.line_starts == ((first, second), (third,))
    assert plan.frames == third + 3_003 + 24_000
    assert plan.duration_ms == round(plan.frames / 24)


def test_marks_cover_the_file_without_a_hole() -> None:
    plan = book.timeline(made((line(1_001),), (line(2_002),), (line(3_003),)))
    starts = [row[0] for row in plan.line_starts]
    assert [mark.start_frame for mark in plan.marks] == [0, starts[1], starts[2]]
    assert [mark.end_frame for mark in plan.marks] == [starts[1], starts[2], plan.frames]
    assert [mark.title for mark in plan.marks] == ["Chapter 1", "Chapter 2", "Chapter 3"]
    assert plan.marks[1].start_ms == round(starts[1] / 24)
    assert plan.marks[1].end_ms == plan.marks[2].start_ms


def test_a_longer_pause_of_the_last_line_holds() -> None:
    plan = book.timeline(made((line(100, 5_000),), (line(100, 3_000),), lead_ms=0))
    assert plan.line_starts == ((0,), (100 + 5_000 * 24,))
    assert plan.frames == 200 + 8_000 * 24


def test_a_chapter_without_lines_takes_no_time_and_no_mark() -> None:
    plan = book.timeline(made((), (line(100),), (), (line(100),), (), lead_ms=0, tail_ms=100))
    assert plan.line_starts == ((), (0,), (), (100 + 48_000,), ())
    assert [(mark.title, mark.start_frame) for mark in plan.marks] == [
        ("Chapter 2", 0),
        ("Chapter 4", 48_100),
    ]
    assert plan.frames == 48_200 + 600 * 24


@pytest.mark.parametrize("chapters", [(), ((),), ((), ())])
def test_a_book_without_lines_is_refused(chapters: tuple[tuple[book.Line, ...], ...]) -> None:
    with pytest.raises(book.EmptyBook, match="no line"):
        book.timeline(made(*chapters))


@pytest.mark.parametrize(("frames", "pause_ms"), [(0, 600), (-1, 600), (100, -1)])
def test_a_line_without_sound_or_with_a_negative_pause_is_refused(frames: int, pause_ms: int) -> None:
    with pytest.raises(ValueError, match="needs sound"):
        line(frames, pause_ms)
