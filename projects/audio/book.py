"""What a book is made of, and where each part of it stands, to the sample. Reads no sound.

Room kept: pause rules, trims, gains and clips of the finishing room become fields of Line; the timeline stays
the one source for marks and captions.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from projects.audio import pcm


class EmptyBook(ValueError):
    """There is no line to assemble."""


@dataclass(frozen=True)
class Line:
    """One take, as a seekable WAV with exactly `frames` frames, and the pause that follows it."""

    open: Callable[[], BinaryIO]
    frames: int
    pause_ms: int

    def __post_init__(self) -> None:
        if self.frames <= 0 or self.pause_ms < 0:
            raise ValueError(
                f"A line needs sound and a pause of 0 ms or more: {self.frames}, {self.pause_ms}."
            )


@dataclass(frozen=True)
class Chapter:
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Book:
    """A whole production. `cover` is a JPEG or PNG file, `language` a code (en, pt-BR) or an English name.

    `lead_ms` of silence before the first line. The pause between two chapters is at least `chapter_pause_ms`,
    the silence at the end at least `tail_ms`; a longer pause of the line before them holds.
    """

    title: str
    author: str
    narrator: str
    chapters: tuple[Chapter, ...]
    cover: bytes = b""
    language: str = ""
    comment: str = ""
    lead_ms: int = 500
    tail_ms: int = 1000
    chapter_pause_ms: int = 2000


@dataclass(frozen=True)
class Mark:
    """A chapter's stretch of the file; `end_frame` is the next one's start."""

    title: str
    start_frame: int
    end_frame: int

    @property
    def start_ms(self) -> int:
        return pcm.frames_to_ms(self.start_frame)

    @property
    def end_ms(self) -> int:
        return pcm.frames_to_ms(self.end_frame)


@dataclass(frozen=True)
class Timeline:
    """Where everything stands, in frames of 24 kHz. `line_starts` has a row per chapter, as the book has."""

    frames: int
    marks: tuple[Mark, ...]
    line_starts: tuple[tuple[int, ...], ...]

    @property
    def duration_ms(self) -> int:
        return pcm.frames_to_ms(self.frames)


def timeline(book: Book) -> Timeline:
    """The place of each line and chapter. EmptyBook when there is no line.

    A mark stands at the first frame of its chapter's first line, the first one at 0; together they cover the
    file without a hole. A chapter without lines takes no time and gets no mark.
    """
    at = pcm.ms_to_frames(book.lead_ms)
    starts: list[tuple[int, ...]] = []
    for index in range(len(book.chapters)):
        row = []
        for line, pause_ms in zip(book.chapters[index].lines, pauses_ms(book, index), strict=True):
            row.append(at)
            at += line.frames + pcm.ms_to_frames(pause_ms)
        starts.append(tuple(row))
    if not any(starts):
        raise EmptyBook("There is no line to assemble.")
    return Timeline(frames=at, marks=_marks(book, starts, at), line_starts=tuple(starts))


def pauses_ms(book: Book, chapter_index: int) -> list[int]:
    """The silence after each line of one chapter, the pause to the next one or the book's tail included."""
    pauses = [line.pause_ms for line in book.chapters[chapter_index].lines]
    if pauses:
        follows = any(chapter.lines for chapter in book.chapters[chapter_index + 1 :])
        pauses[-1] = max(pauses[-1], book.chapter_pause_ms if follows else book.tail_ms)
    return pauses


def _marks(book: Book, starts: list[tuple[int, ...]], frames: int) -> tuple[Mark, ...]:
    titled = [(chapter.title, row[0]) for chapter, row in zip(book.chapters, starts, strict=True) if row]
    begins = [0, *(start for _, start in titled[1:])]
    ends = [*begins[1:], frames]
    return tuple(Mark(title, begin, end) for (title, _), begin, end in zip(titled, begins, ends, strict=True))
