"""What a read-along is made of: chapters of text, and from when on each sentence is heard in its chapter's file."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Sentence:
    """A sentence, with the space behind it, and from when on it is heard."""

    text: str
    start_ms: int


@dataclass(frozen=True)
class Paragraph:
    """`language` is a two-letter code where it is another one than the book's."""

    sentences: tuple[Sentence, ...]
    language: str = ""

    @property
    def text(self) -> str:
        return "".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True)
class Chapter:
    """`audio` is the name of its sound file, `media_type` its kind, `duration_ms` its length."""

    title: str
    paragraphs: tuple[Paragraph, ...]
    audio: str
    media_type: str
    duration_ms: int


@dataclass(frozen=True)
class Edition:
    """The whole book. `identifier` is a URN that no other edition has; `cover` a JPEG or PNG of `cover_type`."""

    identifier: str
    title: str
    author: str
    narrator: str
    language: str
    modified: datetime
    chapters: tuple[Chapter, ...]
    cover: bytes = b""
    cover_type: str = ""
    note: str = ""

    @property
    def duration_ms(self) -> int:
        return sum(chapter.duration_ms for chapter in self.chapters)
