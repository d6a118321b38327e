"""The pages of an EPUB in reading order, each as pieces with the places its links can point to."""

from dataclasses import dataclass, field

from lxml import etree

from . import gutenberg, markup, matter, xhtml
from .archive import Archive
from .joining import tidy
from .markup import name
from .package import Package
from .pieces import Piece

MAX_PIECES = 400_000
LINKED_SHARE = 0.6
MIN_LINKS = 4


@dataclass
class Page:
    """One spine page. `start` is its first piece in the whole book; `anchors` are piece numbers in the book."""

    path: str
    start: int
    title: str = ""
    part: str = ""
    types: frozenset[str] = frozenset()
    anchors: dict[str, int] = field(default_factory=dict)


@dataclass
class Book:
    """All pages with all pieces in one row."""

    pages: list[Page] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    unreadable: int = 0

    def end_of(self, at: int) -> int:
        """The piece number behind the last piece of a page."""
        return self.pages[at + 1].start if at + 1 < len(self.pages) else len(self.pieces)


def read(archive: Archive, package: Package) -> Book:
    """Every page of the spine. A page that cannot be parsed is counted and passed over."""
    book = Book()
    for path, linear in package.spine:
        try:
            text = markup.text_of(archive.read(path))
            root = markup.parse_page(text)
            walk = xhtml.Walk().page(root)
        except (markup.Malformed, RecursionError):
            book.unreadable += 1
            continue
        page = _page(path, len(book.pieces), root, walk)
        page.part = _part(page, root, package.guide.get(path, ""), linear)
        book.pages.append(page)
        book.pieces += walk.pieces[: MAX_PIECES - len(book.pieces)]
    _trim_licence(book)
    return book


def _page(path: str, start: int, root: etree._Element, walk: xhtml.Walk) -> Page:
    page = Page(path, start, types=walk.pieces[0].types if walk.pieces else frozenset())
    title = next((element for element in root.iter() if name(element) == "title"), None)
    page.title = tidy("".join(map(str, title.itertext()))) if title is not None else ""
    for at, piece in enumerate(walk.pieces):
        for target in piece.ids:
            page.anchors.setdefault(target, start + at)
    for target in walk.trailing_ids:
        page.anchors.setdefault(target, start + len(walk.pieces))
    return page


def _part(page: Page, root: etree._Element, guide: str, linear: bool) -> str:
    """Why this page is not ticked: by its types, by the guide, because it is a list of links or beside the text."""
    part = matter.part_of_types(page.types)
    if not part and guide and guide not in ("text", "start"):
        part = matter.part_of_types([guide.removeprefix("other.")])
    if not part and _is_link_list(root):
        part = "Contents"
    return part or ("" if linear else "Extra page")


def _is_link_list(root: etree._Element) -> bool:
    body = next((element for element in root.iter() if name(element) == "body"), None)
    if body is None:
        return False
    links = [
        len("".join(map(str, e.itertext())).strip()) for e in body.iter() if name(e) == "a" and e.get("href")
    ]
    words = sum(len(str(text).strip()) for text in body.itertext())
    return len(links) >= MIN_LINKS and sum(links) > LINKED_SHARE * words


def _trim_licence(book: Book) -> None:
    """Blank the pieces outside the Project Gutenberg markers; the numbering of pieces stays."""
    blank = Piece("")
    for at, piece in enumerate(book.pieces):
        if gutenberg.START.match(piece.text) and at < 200:
            book.pieces[: at + 1] = [blank] * (at + 1)
        elif gutenberg.END.match(piece.text) and at > len(book.pieces) // 2:
            book.pieces[at:] = [blank] * (len(book.pieces) - at)
            return
