"""A page of XHTML or HTML to pieces: one for each heading, paragraph, note and caption, in reading order."""

import re
from dataclasses import dataclass, field

from lxml import etree

from . import elements, markup
from .joining import tidy
from .manuscript import Kind
from .markup import name, types
from .pieces import Piece

MAX_DEPTH = 180
MAX_ORNAMENT_CHARACTERS = 20
SCENE_BREAK = "* * *"


@dataclass
class Walk:
    """One pass over a page, collecting pieces. `code` counts the code blocks, which are left out."""

    pieces: list[Piece] = field(default_factory=list)
    code: int = 0
    trailing_ids: tuple[str, ...] = ()
    _text: list[str] = field(default_factory=list)
    _ids: list[str] = field(default_factory=list)
    _types: list[frozenset[str]] = field(default_factory=list)
    _late: list[Piece] = field(default_factory=list)
    _kind: Kind = Kind.PROSE
    _rows: int = 0

    def page(self, root: etree._Element) -> "Walk":
        self._visit(root, 0)
        self._flush()
        self.trailing_ids = tuple(self._ids)
        return self

    def _visit(self, element: etree._Element, depth: int) -> None:
        tag = name(element)
        if not tag or elements.is_silent(element, tag):
            return
        if tag == "br":
            self._text.append("\n")
        elif tag == "hr":
            self._flush()
            self.pieces.append(Piece(SCENE_BREAK, kind=Kind.BREAK))
        elif elements.is_code(element, tag):
            self.code += 1
        else:
            self._enter(element, tag, depth)

    def _enter(self, element: etree._Element, tag: str, depth: int) -> None:
        kind, outer = elements.kind(element, tag), self._kind
        block = tag in elements.BLOCK_TAGS and not (self._rows and tag != "table")
        if block:
            self._flush()
        self._kind = outer if kind is None or outer is Kind.NOTE else kind
        if self._kind in (Kind.NOTE, Kind.CAPTION) and self._kind is not outer and not block:
            self._aside(element, tag, depth)
        else:
            self._inline(element, tag, depth)
        if block:
            self._flush(int(tag[1]) if re.fullmatch("h[1-6]", tag) else 0)
        self._kind = outer

    def _aside(self, element: etree._Element, tag: str, depth: int) -> None:
        """A note in the middle of a sentence: it comes as a piece of its own behind the paragraph."""
        text, ids, late, before = self._text, self._ids, self._late, len(self.pieces)
        self._text, self._ids, self._late = [], [], []
        self._inline(element, tag, depth)
        self._flush()
        self._text, self._ids = text, ids
        self._late = late + self.pieces[before:]
        del self.pieces[before:]

    def _inline(self, element: etree._Element, tag: str, depth: int) -> None:
        self._ids += [target for target in (element.get("id"), element.get("name")) if target]
        self._types.append(types(element))
        self._inside(element, tag, depth)
        self._types.pop()

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
        if self._rows and tag in elements.BLOCK_TAGS:
            self._text.append(" ")

    def _flush(self, level: int = 0) -> None:
        text = tidy("".join(self._text))
        self._text.clear()
        if any(map(str.isalnum, text)):
            around = frozenset().union(*self._types)
            # A heading over the notes below a text begins no chapter.
            level = 0 if self._kind is Kind.NOTE and self.pieces else level
            self.pieces.append(Piece(text, level, tuple(self._ids), around, self._kind))
            self._ids.clear()
        elif 0 < len(text) <= MAX_ORNAMENT_CHARACTERS:
            self.pieces.append(Piece(text, kind=Kind.BREAK))
        self.pieces += self._late
        self._late = []


def pieces(text: str) -> Walk:
    """The pieces of one page. Raises `markup.Malformed`."""
    return Walk().page(markup.parse_page(text))
