"""What a book is made of. Where each part of it stands is timeline.py's business; neither reads sound."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from projects.audio.treatment import UNTREATED, Treatment


class EmptyBook(ValueError):
    """There is no line to assemble."""


class Unfit(ValueError):
    """The format cannot hold this book. The message is meant for the person who asked for it."""


@dataclass(frozen=True)
class Line:
    """One take, as a seekable WAV, and the pause that follows it; `frames` are heard of it.

    `key` names the sound in that WAV, whatever file it is in; without one nothing of it is kept for later. The WAV
    has exactly those frames and the ones that the `treatment` cuts. The last `overlap` frames are heard under the
    first ones of the next line, into which they fade; only where no pause is between them.
    """

    open: Callable[[], BinaryIO]
    frames: int
    pause_ms: int
    key: str = ""
    treatment: Treatment = UNTREATED
    overlap: int = 0

    def __post_init__(self) -> None:
        if self.frames <= 0 or self.pause_ms < 0:
            raise ValueError(
                f"A line needs sound and a pause of 0 ms or more: {self.frames}, {self.pause_ms}."
            )
        if self.overlap and (self.pause_ms or not 0 < self.overlap <= self.frames):
            raise ValueError(f"A line overlaps the next one with its own sound and no pause: {self.overlap}.")


@dataclass(frozen=True)
class Chapter:
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Book:
    """A whole production. `cover` is a JPEG or PNG file, `language` a code (en, pt-BR) or an English name.

    `album` is what it is a part of, and `track` which one of how many; (0, 0) where it is a whole.
    `lead_ms` of silence before the first line. The pause between two chapters is at least `chapter_pause_ms`,
    the silence at the end at least `tail_ms`; a longer pause of the line before them holds. `tone` is heard in place
    of the silence at both ends, with `tone_in_pauses` in each pause, too.
    """

    title: str
    author: str
    narrator: str
    chapters: tuple[Chapter, ...]
    cover: bytes = b""
    language: str = ""
    comment: str = ""
    album: str = ""
    track: tuple[int, int] = (0, 0)
    lead_ms: int = 500
    tail_ms: int = 1000
    chapter_pause_ms: int = 2000
    tone: Line | None = None
    tone_in_pauses: bool = False
