"""Marked-up text as a row of pieces: headings and paragraphs in reading order, and how they fall into chapters."""

from collections.abc import Sequence
from dataclasses import dataclass

from . import apparatus, chapters, matter
from .manuscript import SPOKEN, Chapter, Kind, Passage


@dataclass(frozen=True, slots=True)
class Piece:
    """One heading (`level` 1 to 6) or passage (0). `ids` are the link targets at it, `types` its EPUB types."""

    text: str
    level: int = 0
    ids: tuple[str, ...] = ()
    types: frozenset[str] = frozenset()
    kind: Kind = Kind.PROSE

    @property
    def is_text(self) -> bool:
        """True for words that are spoken: neither a heading nor a note beside the text."""
        return bool(self.text) and not self.level and self.kind in SPOKEN


def passages(pieces: Sequence[Piece]) -> list[Passage]:
    """The pieces of one chapter as passages; what has no letters is a scene break."""
    return [
        Passage(piece.text, Kind.HEADING if piece.level else apparatus.kind_of(piece.text, piece.kind))
        for piece in pieces
        if piece.text
    ]


def split(pieces: Sequence[Piece], title: str) -> list[Chapter]:
    """Chapters by headings alone. Headings below the chapter level stay inside as passages of their own.

    Text before the first chapter heading opens under `title`; headings above the chapter level with no text of
    their own (a part) open the title of the chapter that follows.
    """
    level = chapter_level(pieces)
    if not level:
        return _chapter(title, pieces)
    found: list[Chapter] = []
    above, heading, own = "", title, list[Piece]()
    for piece in pieces:
        if not 0 < piece.level <= level:
            own.append(piece)
            continue
        chapter = _chapter(heading, own)
        found += chapter
        above = "" if chapter else above
        if not chapter and heading and heading != title and chapters.is_part(heading):
            above = f"{heading}, "
        heading, own = above + piece.text, []
    return found + _chapter(heading, own)


def _chapter(title: str, own: Sequence[Piece]) -> list[Chapter]:
    if not any(piece.is_text for piece in own):
        return []
    part = matter.part_of_title(title)
    return [Chapter(title, tuple(passages(own)), not part, part)]


def chapter_level(pieces: Sequence[Piece]) -> int:
    """The heading level that makes chapters: the first that comes at least twice with text under most; 0 if none."""
    for level in range(1, 7):
        at = [index for index, piece in enumerate(pieces) if piece.level == level]
        if len(at) < 2:
            continue
        own = sum(1 for index in at if index + 1 < len(pieces) and pieces[index + 1].is_text)
        deeper = any(piece.level > level for piece in pieces)
        if own * 2 >= len(at) or not deeper:
            return level
    return 0
