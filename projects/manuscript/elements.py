"""What an element of a page is for: a block of text, a note or caption beside it, or nothing that is ever spoken."""

import re

from lxml import etree

from .manuscript import Kind
from .markup import name, types


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


BLOCK_TAGS = _names(
    "address article aside blockquote body caption center dd details div dl dt figcaption figure footer form "
    "fieldset header hgroup h1 h2 h3 h4 h5 h6 html legend li main ol p pre section summary table tbody thead tfoot "
    "tr ul"
)
SILENT_TAGS = _names(
    "head script style title nav img svg template object iframe audio video canvas input select textarea button "
    "rt rp rtc math map noscript"
)
SILENT_TYPES = _names("noteref pagebreak backlink toc landmarks page-list loi lot")
SILENT_CLASSES = _names("pagenum pageno page-number pagebreak noteref pg-boilerplate")
SILENT_ROLES = _names("doc-noteref doc-pagebreak doc-backlink doc-toc doc-pagelist")
SILENT_IDS = _names("pg-header pg-footer pg-machine-header")
NOTE_TYPES = _names("footnote rearnote endnote endnotes footnotes rearnotes")
NOTE_CLASSES = _names("footnote footnotes endnote endnotes fnote")
NOTE_ROLES = _names("doc-footnote doc-endnote doc-endnotes")
VERSE_NAMES = _names("poem poetry verse stanza song hymn z3998:poem z3998:verse z3998:song z3998:hymn")
CAPTION_TAGS = _names("figcaption caption")
HELD_BY_FIGURE = _names("table blockquote pre p div figcaption")
NOTE_MARK = re.compile(r"[\[(]?(?:\d{1,3}|[*†‡§]{1,3}|[ivx]{1,5}|[a-zA-Z])[\])]?\Z")
NOTE_LINK = re.compile(r"(?:fn|foot|note|ref|ftn)", re.IGNORECASE)
BACK_LINKS = frozenset(["↩", "↑", "^", "⏎", "↵", "↩︎"])


def is_silent(element: etree._Element, tag: str) -> bool:
    """True for what no reader would say, and no preview would offer: scripts, pictures, page numbers, note marks."""
    style = (element.get("style") or "").replace(" ", "").lower()
    return (
        tag in SILENT_TAGS
        or element.get("hidden") is not None
        or "display:none" in style
        or element.get("id") in SILENT_IDS
        or bool(types(element) & SILENT_TYPES or _classes(element) & SILENT_CLASSES)
        or element.get("role") in SILENT_ROLES
        or (tag == "a" and _is_reference(element))
        or (tag == "sup" and len(element) == 1 and name(element[0]) == "a" and _is_reference(element[0]))
    )


def is_code(element: etree._Element, tag: str) -> bool:
    """True for a block of program text."""
    return tag == "pre" and ("code" in _classes(element) or any(name(child) == "code" for child in element))


def kind(element: etree._Element, tag: str) -> Kind | None:
    """What the words inside this element are; None where they are what the words around it are."""
    own, classes = types(element), _classes(element)
    if own & NOTE_TYPES or classes & NOTE_CLASSES or element.get("role") in NOTE_ROLES:
        return Kind.NOTE
    if tag in CAPTION_TAGS or "caption" in classes:
        return Kind.CAPTION
    if tag == "figure" and not any(name(child) in HELD_BY_FIGURE for child in element):
        return Kind.CAPTION
    return Kind.VERSE if (own | classes) & VERSE_NAMES else None


def _classes(element: etree._Element) -> frozenset[str]:
    value = element.get("class")
    return frozenset(value.lower().split()) if value else frozenset()


def _is_reference(link: etree._Element) -> bool:
    """True for a link that is only a note mark: a raised or bracketed number that leads to a note, or back."""
    text = "".join(str(part) for part in link.itertext()).strip()
    if text in BACK_LINKS:
        return True
    target = link.get("href") or ""
    if "#" not in target or not NOTE_MARK.match(text):
        return False
    parent = link.getparent()
    raised = any(name(child) == "sup" for child in link) or (parent is not None and name(parent) == "sup")
    return raised or text[0] in "[(*†‡" or bool(NOTE_LINK.search(target.rsplit("#", 1)[-1]))
