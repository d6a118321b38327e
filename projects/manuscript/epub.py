"""EPUB 2 and 3: spine order, chapters by the table of contents, front and back matter unticked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from projects.sentences import ngettext_lazy

from . import chapters, contents, language, matter, navigation, package, pages, pieces
from .archive import Archive
from .manuscript import Chapter, Kind, Manuscript
from .navigation import Entry
from .pages import Book, Page
from .pieces import Piece

UNREAD = ngettext_lazy(
    "%(count)s page of the EPUB could not be read; check that no text is missing.",
    "%(count)s pages of the EPUB could not be read; check that no text is missing.",
)

MAX_TITLE_CHARACTERS = 120
MAX_TITLE_HEADINGS = 3


@dataclass(frozen=True)
class Start:
    """A chapter begins at a piece; `title` is empty when the table of contents does not name it."""

    at: int
    page: int
    title: str = ""


def read(data: bytes, *, title: str = "") -> Manuscript:
    """A manuscript from the bytes of an EPUB. Raises `Unreadable` for damage, protection or too much data."""
    archive = Archive(data)
    described = package.read(archive)
    book = pages.read(archive, described)
    starts = _starts(book, navigation.read(archive, described))
    name = described.title or title
    found = _chapters(book, starts, name)
    spoken = "\n".join(text for chapter in found if chapter.ticked for text in chapter.paragraphs)
    return Manuscript(
        name,
        described.author,
        language.code(described.language) or language.guess(spoken),
        tuple(found),
        _unreadable(book.unreadable),
        package.cover_bytes(archive, described),
    )


def _unreadable(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    return (UNREAD.of(count),)


def _starts(book: Book, entries: Sequence[Entry]) -> list[Start]:
    """By the table of contents, and by headings or matter on pages that it does not name."""
    named = list(_named(book, entries))
    by_page: dict[int, list[Start]] = {}
    for start in named:
        by_page.setdefault(start.page, []).append(start)
    headed = any(piece.level for piece in book.pieces)
    starts: list[Start] = []
    for at, page in enumerate(book.pages):
        own = sorted(by_page.get(at, []), key=lambda start: start.at)
        if not own:
            own = _unnamed(book, at, starts, split=not named, headed=headed or bool(named))
        elif own[0].at > page.start and _opens_anew(book, at, starts):
            own.insert(0, Start(page.start, at))
        starts += own
    return starts


def _named(book: Book, entries: Sequence[Entry]) -> Iterable[Start]:
    """The entries that begin chapters. An entry inside a page whose parent entry has text there is a section."""
    at_path = {page.path: at for at, page in enumerate(book.pages)}
    above: list[tuple[int, Start]] = []
    for entry in entries:
        at = at_path.get(entry.path)
        if at is None:
            continue
        page = book.pages[at]
        start = Start(page.anchors.get(entry.fragment, page.start), at, entry.title)
        while above and above[-1][0] >= entry.depth:
            above.pop()
        parent = above[-1][1] if above else None
        if parent and parent.page == at and _has_text(book, parent.at, start.at):
            continue
        above.append((entry.depth, start))
        yield start


def _has_text(book: Book, start: int, end: int) -> bool:
    return any(piece.is_text for piece in book.pieces[start:end])


def _opens_anew(book: Book, at: int, before: Sequence[Start]) -> bool:
    """True if a page cannot go on with the chapter before it: there is none, or it is another kind of matter."""
    return not before or book.pages[before[-1].page].part != book.pages[at].part


def _unnamed(book: Book, at: int, before: Sequence[Start], *, split: bool, headed: bool) -> list[Start]:
    """The starts on a page without an entry: its headings, or nothing when it goes on with the chapter before."""
    page, end = book.pages[at], book.end_of(at)
    own = book.pieces[page.start : end]
    if split:
        level = pieces.chapter_level(own)
        found = [
            Start(page.start + number, at) for number, piece in enumerate(own) if 0 < piece.level <= level
        ]
        if len(found) > 1:
            return found if found[0].at == page.start else [Start(page.start, at), *found]
    if _opens_anew(book, at, before) or not headed:
        return [Start(page.start, at)]
    if own and 0 < own[0].level <= 2:
        waiting = before[-1]
        empty = not _has_text(book, waiting.at, page.start)
        if not empty or split or chapters.is_part(waiting.title):
            return [Start(page.start, at)]
    return []


def _chapters(book: Book, starts: Sequence[Start], name: str) -> list[Chapter]:
    """The chapters with text."""
    found: list[Chapter] = []
    above = ""
    ends = [start.at for start in starts[1:]] + [len(book.pieces)]
    for start, end in zip(starts, ends, strict=False):
        own = [piece for piece in book.pieces[start.at : end] if piece.text]
        lead = _leading(own)
        page = book.pages[start.page]
        title = _title(start, [piece.text for piece in lead], page, name, len(found) + 1)
        passages = pieces.passages(_without_title(own[len(lead) :], title))
        part = _part(start, page, title, book)
        only_notes = any(one.kind is Kind.NOTE for one in passages) and not any(o.is_spoken for o in passages)
        if only_notes or part in matter.BESIDE:
            # A page of notes is offered as a chapter, unticked, and its notes as what would then be read.
            part = part or matter.NOTES
            passages = [replace(one, kind=Kind.PROSE) if one.kind is Kind.NOTE else one for one in passages]
        if not any(one.is_spoken for one in passages):
            above = f"{title}, " if chapters.is_part(title) else above
            continue
        found.append(Chapter(title if part else above + title, tuple(passages), not part, part))
        above = above if part else ""
    return found


def _leading(own: Sequence[Piece]) -> list[Piece]:
    lead: list[Piece] = []
    for piece in own:
        if not piece.level:
            break
        lead.append(piece)
    return lead


def _title(start: Start, lead: Sequence[str], page: Page, name: str, number: int) -> str:
    """The entry's title, or the fuller one from the headings that contain it; else the page title or a number."""
    heading = ". ".join(text.rstrip(".:") for text in lead[:MAX_TITLE_HEADINGS])
    heading = lead[0] if len(lead) == 1 else heading
    if start.title:
        fuller = len(heading) <= MAX_TITLE_CHARACTERS and contents.key(start.title) in contents.key(heading)
        return heading if fuller and len(heading) > len(start.title) else start.title
    if heading:
        return heading[:MAX_TITLE_CHARACTERS]
    return page.title if page.title and page.title != name else f"Section {number}"


def _without_title(own: Sequence[Piece], title: str) -> Sequence[Piece]:
    """Without a first paragraph that only repeats the title."""
    first = next((at for at, piece in enumerate(own) if piece.is_text), None)
    if first is not None and contents.key(own[first].text) == contents.key(title):
        return [*own[:first], *own[first + 1 :]]
    return own


def _part(start: Start, page: Page, title: str, book: Book) -> str:
    """Why a chapter is not ticked. A section that is named as narrated stays ticked in any surroundings."""
    by_title = matter.part_of_title(title)
    first = book.pieces[start.at].types if start.at < len(book.pieces) else frozenset()
    part = matter.part_of_types(first) or page.part
    if part in matter.SURROUNDINGS.values() and not by_title and matter.is_narrated(title):
        return ""
    return by_title or part
