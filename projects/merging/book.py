"""A book as it is compared: chapters with their titles and paragraphs, counted through."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from .words import sound


@dataclass(frozen=True)
class Book:
    """``chapters`` are (title, paragraphs); a paragraph is known by its place in the whole book."""

    chapters: tuple[tuple[str, tuple[str, ...]], ...]

    @cached_property
    def texts(self) -> tuple[str, ...]:
        return tuple(text for _, texts in self.chapters for text in texts)

    @cached_property
    def chapter_of(self) -> tuple[int, ...]:
        """The chapter of each paragraph."""
        return tuple(at for at, (_, texts) in enumerate(self.chapters) for _ in texts)

    def title(self, chapter: int) -> str:
        return self.chapters[chapter][0]


def same_chapters(one: Book, other: Book, pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Which chapter of the other book each chapter of the one is, by the paragraphs they share; else by its title.

    A chapter is at most one other: of a chapter that was split, the larger part.
    """
    shared = Counter((one.chapter_of[i], other.chapter_of[j]) for i, j in pairs)
    found: dict[int, int] = {}
    for (here, there), _ in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        if here not in found and there not in found.values():
            found[here] = there
    titled = {sound(title).casefold(): at for at, (title, _) in enumerate(other.chapters)}
    for here, (title, _) in enumerate(one.chapters):
        there = titled.get(sound(title).casefold())  # type: ignore[assignment]
        if here not in found and there is not None and there not in found.values():
            found[here] = there
    return found
