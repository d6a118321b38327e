"""The package of an EPUB: container, metadata, manifest, spine, guide, cover. The pages are read elsewhere."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from projects.sentences import gettext_noop as _

from . import archive, markup
from .archive import Archive
from .manuscript import Unreadable
from .markup import name

CONTAINER = "META-INF/container.xml"
ENCRYPTION = "META-INF/encryption.xml"
RIGHTS = "META-INF/rights.xml"  # Adobe
LICENCES = ("META-INF/license.lcpl", "META-INF/sinf.xml")  # Readium LCP, Apple FairPlay
NOT_A_BOOK = _(
    "This EPUB has no readable table of its files. Export it again from its source and try the new copy."
)
LOCKED = _("This EPUB is locked by copy protection (DRM). Ask the publisher or author for a copy without it.")
FONT_ALGORITHMS = frozenset(("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"))
PAGE_TYPES = ("application/xhtml+xml", "text/html", "text/x-oeb1-document", "application/x-dtbook+xml")
IMAGE_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF", b"<svg", b"<?xml")


@dataclass(frozen=True)
class Item:
    """One file of the manifest; `path` is its name in the archive."""

    path: str
    media_type: str
    properties: frozenset[str]


@dataclass(frozen=True)
class Package:
    """What the package file says. `spine` holds paths of pages with True for linear ones, in reading order."""

    title: str
    author: str
    language: str
    items: dict[str, Item]
    spine: tuple[tuple[str, bool], ...]
    guide: dict[str, str]
    ncx: str
    nav: str
    cover: str


def read(book: Archive) -> Package:
    """The package of an EPUB. Raises `Unreadable` when it is missing or locked."""
    _refuse_locked(book)
    path = _package_path(book)
    root = _xml(book, path)
    items = _items(book, root, path)
    creators = _texts(root, "creator")
    return Package(
        title=next(iter(_texts(root, "title")), ""),
        author=", ".join(dict.fromkeys(creators)),
        language=next(iter(_texts(root, "language")), ""),
        items=items,
        spine=_spine(root, items),
        guide=_guide(book, root, path),
        ncx=_ncx(root, items),
        nav=next((item.path for item in items.values() if "nav" in item.properties), ""),
        cover=_cover(root, items),
    )


def _xml(book: Archive, path: str) -> etree._Element:
    stored = book.find(path)
    if not stored:
        raise Unreadable(NOT_A_BOOK)
    try:
        return markup.parse_xml(book.read(stored))
    except markup.Malformed as error:
        raise Unreadable(NOT_A_BOOK) from error


def _refuse_locked(book: Archive) -> None:
    """Only scrambled fonts are allowed; anything else encrypted means that the text cannot be read."""
    if any(map(book.find, LICENCES)) or (book.find(RIGHTS) and book.find(ENCRYPTION)):
        raise Unreadable(LOCKED)
    if not book.find(ENCRYPTION):
        return
    root = _xml(book, ENCRYPTION)
    for entry in _all(root, "EncryptedData"):
        methods = {element.get("Algorithm") or "" for element in _all(entry, "EncryptionMethod")}
        if not methods or not methods <= FONT_ALGORITHMS:
            raise Unreadable(LOCKED)


def _package_path(book: Archive) -> str:
    root = _xml(book, CONTAINER)
    for element in _all(root, "rootfile"):
        path = archive.resolve("", unquote(element.get("full-path") or ""))
        if path and book.find(path):
            return book.find(path)
    raise Unreadable(NOT_A_BOOK)


def _all(root: etree._Element, tag: str) -> list[etree._Element]:
    return [element for element in root.iter() if name(element) == tag.lower()]


def _texts(root: etree._Element, tag: str) -> list[str]:
    metadata = next(iter(_all(root, "metadata")), None)
    if metadata is None:
        return []
    texts = (" ".join("".join(map(str, element.itertext())).split()) for element in _all(metadata, tag))
    return [text for text in texts if text]


def _items(book: Archive, root: etree._Element, path: str) -> dict[str, Item]:
    items: dict[str, Item] = {}
    for element in _all(root, "item"):
        target = book.find(archive.resolve(path, unquote(element.get("href") or "")))
        if target and element.get("id"):
            properties = frozenset((element.get("properties") or "").split())
            items[element.get("id") or ""] = Item(target, element.get("media-type") or "", properties)
    return items


def _spine(root: etree._Element, items: dict[str, Item]) -> tuple[tuple[str, bool], ...]:
    spine: dict[str, bool] = {}
    for element in _all(root, "itemref"):
        item = items.get(element.get("idref") or "")
        if item and (item.media_type in PAGE_TYPES or re.search(r"\.x?html?\Z", item.path, re.IGNORECASE)):
            spine.setdefault(item.path, element.get("linear") != "no")
    return tuple(spine.items())


def _guide(book: Archive, root: etree._Element, path: str) -> dict[str, str]:
    guide: dict[str, str] = {}
    for element in _all(root, "reference"):
        target = book.find(archive.resolve(path, unquote((element.get("href") or "").split("#")[0])))
        if target:
            guide[target] = (element.get("type") or "").lower()
    return guide


def _ncx(root: etree._Element, items: dict[str, Item]) -> str:
    named = next((element.get("toc") for element in _all(root, "spine") if element.get("toc")), None)
    if named in items:
        return items[named or ""].path
    return next((item.path for item in items.values() if item.media_type == "application/x-dtbncx+xml"), "")


def _cover(root: etree._Element, items: dict[str, Item]) -> str:
    """The path of the cover image: by EPUB 3 property, by EPUB 2 meta, by a telling name; "" if none."""
    images = {key: item for key, item in items.items() if item.media_type.startswith("image/")}
    for item in images.values():
        if "cover-image" in item.properties:
            return item.path
    meta = next(
        (element.get("content") for element in _all(root, "meta") if element.get("name") == "cover"), None
    )
    if meta in images:
        return images[meta or ""].path
    return next((item.path for key, item in images.items() if "cover" in f"{key} {item.path}".lower()), "")


def cover_bytes(book: Archive, package: Package) -> bytes:
    """The cover image, or nothing: a damaged picture is no reason to refuse the book."""
    if not package.cover:
        return b""
    try:
        data = book.read(package.cover)
    except Unreadable:
        return b""
    return data if data.lstrip().startswith(IMAGE_STARTS) else b""
