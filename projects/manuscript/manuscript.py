"""What reading a file gives: a manuscript, its chapters, and the error for what cannot be read.

No reading happens here: `reading.py` picks the reader, and each format has its own file.
"""

from dataclasses import dataclass


class Unreadable(Exception):
    """The file cannot be read. `str(error)` is one sentence for the person: what happened and what to do."""


@dataclass(frozen=True)
class Chapter:
    """One chapter as the preview offers it.

    `paragraphs` are single lines without mark-up, each with at least one letter or digit.
    `part` says why the chapter is not ticked ("Title page", "Colophon"); it is empty for a ticked one.
    """

    title: str
    paragraphs: tuple[str, ...]
    ticked: bool = True
    part: str = ""

    @property
    def characters(self) -> int:
        return sum(len(paragraph) for paragraph in self.paragraphs)


@dataclass(frozen=True)
class Manuscript:
    """A whole file. `language` is a BCP 47 code or empty; `cover` is the bytes of an image or empty.

    `notes` are sentences for the import preview: what was left out, and how the bytes were read.
    """

    title: str
    author: str
    language: str
    chapters: tuple[Chapter, ...]
    notes: tuple[str, ...] = ()
    cover: bytes = b""

    @property
    def ticked_chapters(self) -> tuple[Chapter, ...]:
        return tuple(chapter for chapter in self.chapters if chapter.ticked)
