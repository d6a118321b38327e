"""Marked-up text as a row of pieces: headings and paragraphs in reading order, and how they fall into chapters."""

from collections.abc import Sequence
from dataclasses import dataclass

from . import chapters, matter
from .manuscript import Chapter


@dataclass(frozen=True)
class Piece:
    """One heading (`level` 1 to 6) or paragraph (0). `ids` are the link targets at it, `types` its EPUB types."""

    text: str
    level: int = 0
    ids: tuple[str, ...] = ()
    types: frozenset[str] = frozenset()


def split(pieces: Sequence[Piece], title: str) -> list[Chapter]:
    """Chapters by headings alone. Headings below the chapter level are not read aloud: see `left_out`.

    Text before the first chapter heading opens under `title`; headings above the chapter level with no text of
    their own (a part) open the title of the chapter that follows.
    """
    level = chapter_level(pieces)
    if not level:
        return _chapter(title, [piece.text for piece in pieces if not piece.level])
    found: list[Chapter] = []
    above, heading, paragraphs = "", title, list[str]()
    for piece in pieces:
        if not 0 < piece.level <= level:
            paragraphs += [] if piece.level else [piece.text]
            continue
        found += _chapter(heading, paragraphs)
        above = "" if paragraphs else above
        if not paragraphs and heading and heading != title and chapters.is_part(heading):
            above = f"{heading}, "
        heading, paragraphs = above + piece.text, []
    return found + _chapter(heading, paragraphs)


def _chapter(title: str, paragraphs: list[str]) -> list[Chapter]:
    part = matter.part_of_title(title)
    return [Chapter(title, tuple(paragraphs), not part, part)] if paragraphs else []


def left_out(count: int) -> str:
    """The sentence for the preview about headings inside chapters, or "" for none."""
    if not count:
        return ""
    noun, verb = ("heading", "is") if count == 1 else ("headings", "are")
    return f"{count} {noun} inside chapters {verb} not read aloud."


def chapter_level(pieces: Sequence[Piece]) -> int:
    """The heading level that makes chapters: the first that comes at least twice with text under most; 0 if none."""
    for level in range(1, 7):
        at = [index for index, piece in enumerate(pieces) if piece.level == level]
        if len(at) < 2:
            continue
        own = sum(1 for index in at if index + 1 < len(pieces) and not pieces[index + 1].level)
        deeper = any(piece.level > level for piece in pieces)
        if own * 2 >= len(at) or not deeper:
            return level
    return 0
