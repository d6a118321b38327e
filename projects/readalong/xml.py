"""XML as EPUB wants it."""

import re

from lxml import etree

XHTML = "http://www.w3.org/1999/xhtml"
EPUB = "http://www.idpf.org/2007/ops"

_UNREADABLE = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def readable(text: str) -> str:
    """The text without what no XML may hold."""
    return _UNREADABLE.sub("", text)


def document(root: etree._Element, *, doctype: str | None = None) -> bytes:
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", doctype=doctype)
    return made
