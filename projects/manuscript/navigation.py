"""The table of contents an EPUB carries: the nav document of EPUB 3 or the NCX of EPUB 2, as flat entries."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from . import archive, markup
from .archive import Archive
from .joining import tidy
from .manuscript import Unreadable
from .markup import name
from .package import Package

MAX_DEPTH = 12
MAX_ENTRIES = 5000


@dataclass(frozen=True)
class Entry:
    """One line of the contents. `path` is a member of the archive, `depth` counts from 0."""

    title: str
    path: str
    fragment: str
    depth: int


def read(book: Archive, package: Package) -> list[Entry]:
    """The entries in order; from the NCX when there is no nav or it is empty; none when both fail."""
    for path, reader in ((package.nav, _nav), (package.ncx, _ncx)):
        if not path:
            continue
        try:
            entries = list(reader(book, path, markup.parse_xml(book.read(path))))
        except (markup.Malformed, Unreadable):
            continue
        if entries:
            return entries[:MAX_ENTRIES]
    return []


def _nav(book: Archive, path: str, root: etree._Element) -> Iterator[Entry]:
    for nav in root.iter():
        if name(nav) == "nav" and ("toc" in markup.types(nav) or nav.get("role") == "doc-toc"):
            for child in nav:
                if name(child) in ("ol", "ul"):
                    yield from _list(book, path, child, 0)
            return


def _list(book: Archive, path: str, items: etree._Element, depth: int) -> Iterator[Entry]:
    if depth > MAX_DEPTH:
        return
    for item in items:
        link = next((e for e in item.iter() if name(e) == "a" and _nearest_item(e) is item), None)
        if link is not None:
            yield from _entry(book, path, _words(link), link.get("href"), depth)
        for child in item:
            if name(child) in ("ol", "ul"):
                yield from _list(book, path, child, depth + 1)


def _nearest_item(element: etree._Element) -> etree._Element | None:
    return next((above for above in element.iterancestors() if name(above) == "li"), None)


def _ncx(book: Archive, path: str, root: etree._Element) -> Iterator[Entry]:
    for nav_map in root.iter():
        if name(nav_map) == "navmap":
            yield from _points(book, path, nav_map, 0)
            return


def _points(book: Archive, path: str, above: etree._Element, depth: int) -> Iterator[Entry]:
    if depth > MAX_DEPTH:
        return
    for point in above:
        if name(point) != "navpoint":
            continue
        label = next((child for child in point if name(child) == "navlabel"), None)
        content = next((child for child in point if name(child) == "content"), None)
        if label is not None and content is not None:
            yield from _entry(book, path, _words(label), content.get("src"), depth)
        yield from _points(book, path, point, depth + 1)


def _words(element: etree._Element) -> str:
    return tidy("".join(str(part) for part in element.itertext()))


def _entry(book: Archive, path: str, title: str, href: str | None, depth: int) -> Iterator[Entry]:
    target, _, fragment = (href or "").partition("#")
    member = book.find(archive.resolve(path, unquote(target))) if target else path
    if title and member:
        yield Entry(title, member, unquote(fragment), depth)
