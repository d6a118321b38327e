"""A page of XHTML or HTML to pieces: which elements are paragraphs, and which are not for speaking."""

import re
from dataclasses import dataclass, field

from lxml import etree

from . import markup
from .joining import tidy
from .markup import name, types
from .pieces import Piece

SILENT_TAGS = frozenset(
    [
        "head",
        "script",
        "style",
        "title",
        "nav",
        "figcaption",
        "img",
        "svg",
        "template",
        "object",
        "iframe",
        "audio",
        "video",
        "canvas",
        "input",
        "select",
        "textarea",
        "button",
        "rt",
        "rp",
        "rtc",
        "hr",
        "math",
        "map",
        "noscript",
    ]
)
BLOCK_TAGS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "figure",
        "footer",
        "form",
        "fieldset",
        "header",
        "hgroup",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "html",
        "legend",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "thead",
        "tfoot",
        "tr",
        "ul",
    ]
)
SILENT_TYPES = frozenset(
    [
        "noteref",
        "pagebreak",
        "footnote",
        "rearnote",
        "backlink",
        "toc",
        "landmarks",
        "page-list",
        "loi",
        "lot",
    ]
)
NOTE_SECTIONS = frozenset(["endnotes", "footnotes", "rearnotes"])
SILENT_CLASSES = frozenset(
    [
        "pagenum",
        "pageno",
        "page-number",
        "pagebreak",
        "caption",
        "noteref",
        "footnote",
        "footnotes",
        "endnotes",
        "fnote",
        "pg-boilerplate",
    ]
)
SILENT_ROLES = frozenset(
    ["doc-noteref", "doc-pagebreak", "doc-footnote", "doc-backlink", "doc-toc", "doc-pagelist"]
)
SILENT_IDS = frozenset(("pg-header", "pg-footer", "pg-machine-header"))
NOTE_MARK = re.compile(r"[\[(]?(?:\d{1,3}|[*†‡§]{1,3}|[ivx]{1,5}|[a-zA-Z])[\])]?\Z")
NOTE_LINK = re.compile(r"(?:fn|foot|note|ref|ftn)", re.IGNORECASE)
BACK_LINKS = frozenset(["↩", "↑", "^", "⏎", "↵", "↩︎"])
MAX_DEPTH = 180


@dataclass
class Walk:
    """One pass over a page, collecting pieces. `notes` counts the note marks left out, `code` the code blocks."""

    pieces: list[Piece] = field(default_factory=list)
    notes: int = 0
    code: int = 0
    trailing_ids: tuple[str, ...] = ()
    _text: list[str] = field(default_factory=list)
    _ids: list[str] = field(default_factory=list)
    _types: list[frozenset[str]] = field(default_factory=list)
    _level: int = 0
    _rows: int = 0

    def page(self, root: etree._Element) -> "Walk":
        self._visit(root, 0)
        self._flush()
        self.trailing_ids = tuple(self._ids)
        return self

    def _visit(self, element: etree._Element, depth: int) -> None:
        tag = name(element)
        if not tag or self._silent(element, tag):
            return
        if tag == "br":
            self._text.append("\n")
            return
        block = tag in BLOCK_TAGS and not (self._rows and tag != "table")
        if block:
            self._flush()
        self._ids += [target for target in (element.get("id"), element.get("name")) if target]
        self._types.append(types(element))
        self._inside(element, tag, depth)
        self._types.pop()
        if block:
            self._flush(self._level_of(tag))

    def _level_of(self, tag: str) -> int:
        return int(tag[1]) if re.fullmatch("h[1-6]", tag) else 0

    def _inside(self, element: etree._Element, tag: str, depth: int) -> None:
        if tag in ("td", "th") and self._rows and any(part.strip() for part in self._text):
            while not self._text[-1].strip():
                self._text.pop()
            self._text[-1] = f"{self._text[-1].rstrip()}, "
        self._rows += tag == "tr"
        if depth > MAX_DEPTH:
            self._text.append(" ".join(str(part) for part in element.itertext()))
        else:
            self._text.append(element.text or "")
            for child in element:
                self._visit(child, depth + 1)
                self._text.append(child.tail or "")
        self._rows -= tag == "tr"
        if self._rows and tag in BLOCK_TAGS:
            self._text.append(" ")

    def _flush(self, level: int = 0) -> None:
        text = tidy("".join(self._text))
        self._text.clear()
        if any(map(str.isalnum, text)):
            around = frozenset().union(*self._types)
            self.pieces.append(Piece(text, level, tuple(self._ids), around))
            self._ids.clear()

    def _silent(self, element: etree._Element, tag: str) -> bool:
        if tag in SILENT_TAGS or element.get("hidden") is not None:
            return True
        if tag == "figure":
            return not any(name(child) in ("table", "blockquote", "pre", "p", "div") for child in element)
        if tag == "pre" and (
            any(name(child) == "code" for child in element) or "code" in (element.get("class") or "")
        ):
            self.code += 1
            return True
        style = (element.get("style") or "").replace(" ", "").lower()
        return "display:none" in style or self._is_note(element, tag)

    def _is_note(self, element: etree._Element, tag: str) -> bool:
        own, role = types(element), element.get("role") or ""
        classes = frozenset((element.get("class") or "").lower().split())
        reference = "noteref" in own or role == "doc-noteref" or (tag == "a" and self._is_reference(element))
        self.notes += reference and "".join(map(str, element.itertext())).strip() not in BACK_LINKS
        if reference or own & SILENT_TYPES or role in SILENT_ROLES or element.get("id") in SILENT_IDS:
            return True
        if tag == "sup" and len(element) == 1 and name(element[0]) == "a" and self._is_reference(element[0]):
            self.notes += 1
            return True
        # A page that holds nothing but notes is offered unticked; notes below a text are left out.
        return bool(self.pieces and (own & NOTE_SECTIONS or "endnote" in own)) or bool(
            classes & SILENT_CLASSES and (self.pieces or not classes & {"footnotes", "endnotes", "footnote"})
        )

    def _is_reference(self, link: etree._Element) -> bool:
        """True for a link that is only a note mark: a raised or bracketed number that leads to a note."""
        text = "".join(str(part) for part in link.itertext()).strip()
        if text in BACK_LINKS:
            return True
        target = link.get("href") or ""
        if "#" not in target or not NOTE_MARK.match(text):
            return False
        parent = link.getparent()
        raised = any(name(child) == "sup" for child in link) or (parent is not None and name(parent) == "sup")
        return raised or text[0] in "[(*†‡" or bool(NOTE_LINK.search(target.rsplit("#", 1)[-1]))


def pieces(text: str) -> Walk:
    """The pieces of one page. Raises `markup.Malformed`."""
    return Walk().page(markup.parse_page(text))
