"""XML and HTML of strangers to element trees: no DTD, no entities but the named characters of HTML, no network."""

import html.entities
import re

from lxml import etree

from . import encoding
from .manuscript import Unreadable

DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
PROLOG_CHARACTERS = 4000
DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
DECLARED = re.compile(rb"<\?xml[^>]*encoding=[\"']([A-Za-z0-9._-]+)[\"']")
ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
XML_ENTITIES = frozenset(("amp", "lt", "gt", "quot", "apos"))


class Malformed(Exception):
    """The mark-up cannot be parsed at all."""


def text_of(data: bytes) -> str:
    """The characters of a mark-up file, by its own declaration where it has one."""
    declared = DECLARED.search(data[:200])
    if declared and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        try:
            return data.decode(declared.group(1).decode("ascii"))
        except (LookupError, UnicodeDecodeError, ValueError):
            pass
    try:
        return encoding.decode(data).text
    except Unreadable:
        return data.decode("utf-8", errors="replace")


def parse_xml(data: bytes) -> etree._Element:
    """The root of an XML file of the package. Raises `Malformed`."""
    root = _xml(_closed(text_of(data)), recover=True)
    if root is None:
        raise Malformed
    return root


def parse_exactly(data: bytes) -> etree._Element:
    """The root of an XML file that a program wrote: a cut or broken one is refused. Raises `Malformed`."""
    root = _xml(_closed(text_of(data)), recover=False)
    if root is None:
        raise Malformed
    return root


def parse_page(text: str) -> etree._Element:
    """The root of a page: as XHTML when it is well-formed, else as HTML. Raises `Malformed`."""
    closed = _closed(text)
    root = _xml(closed, recover=False)
    if root is None:
        parser = etree.HTMLParser(no_network=True, huge_tree=False, encoding="utf-8")
        try:
            root = etree.fromstring(closed.encode("utf-8", "replace"), parser)
        except (etree.XMLSyntaxError, ValueError):
            root = None
    if root is None:
        raise Malformed
    return root


def _closed(text: str) -> str:
    """Without declaration and document type; named HTML characters put in, every other entity as plain text."""
    text = text.replace("\x00", "")
    declaration = DECLARATION.match(text)
    text = text[declaration.end() :] if declaration else text
    at = text[:PROLOG_CHARACTERS].upper().find("<!DOCTYPE")
    document_type = DOCTYPE.match(text, at) if at >= 0 else None
    if document_type:
        text = text[:at] + text[document_type.end() :]
    return ENTITY.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    name = found.group(1)
    if name in XML_ENTITIES:
        return found.group()
    known = html.entities.html5.get(f"{name};")
    return known if known and known not in "<>&" else f"&amp;{name};"


def _xml(text: str, *, recover: bool) -> etree._Element | None:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=recover,
        encoding="utf-8",
    )
    try:
        return etree.fromstring(text.strip().encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def name(element: etree._Element) -> str:
    """The tag without its namespace, in lower case; "" for comments and instructions."""
    tag = element.tag
    return tag.rsplit("}", 1)[-1].lower() if isinstance(tag, str) else ""


def types(element: etree._Element) -> frozenset[str]:
    """The EPUB types of an element, written as XHTML or as HTML attributes."""
    value = element.get("{http://www.idpf.org/2007/ops}type") or element.get("epub:type") or ""
    return frozenset(value.lower().split())
