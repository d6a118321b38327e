"""The body of a Word file to paragraphs: deletions, fields, comments, hidden text out; boxes and notes apart."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from . import docx_styles
from .docx_styles import Look, Styles, child, is_on, value
from .joining import tidy
from .manuscript import Kind
from .markup import name

# What only wraps its content; insertions are accepted, so they are wrappers, too.
INLINE_WRAPPERS = ("ins", "moveto", "customxml", "smarttag", "hyperlink", "dir", "bdo", "sdt", "fldsimple")
WRAPPERS = frozenset((*INLINE_WRAPPERS, "sdtcontent", "choice", "fallback", "body"))
DELETED = frozenset(("del", "movefrom"))
TRACKED = frozenset(("ins", "del", "movefrom", "moveto"))
NOTE_MARKS = {"footnotereference": "footnote", "endnotereference": "endnote"}
SIGNS = {"tab": " ", "cr": "\n", "nobreakhyphen": "-"}
# Fields whose result is page furniture or a list of places, not text.
SILENT_FIELD = re.compile(
    r"\s*(?:TOC|INDEX|PAGE|NUMPAGES|SECTIONPAGES|PAGEREF|NOTEREF|XE|TC|RD)\b", re.IGNORECASE
)
BOXED = frozenset(("drawing", "pict", "object", "alternatecontent"))
MAX_DEPTH = 60
LAYOUT_CELL_CHARACTERS = 300
VERSE_BREAKS = 2


@dataclass(frozen=True, slots=True)
class Para:
    """One paragraph. `notes` are (footnote or endnote, id); `numbered` is true for one with an automatic number."""

    text: str
    look: Look
    notes: tuple[tuple[str, str], ...] = ()
    numbered: bool = False


@dataclass
class Body:
    """One pass over a part. `tracked` and `comments` count what the writer's revision left in the file."""

    styles: Styles
    tracked: int = 0
    comments: int = 0
    _text: list[str] = field(default_factory=list)
    _notes: list[tuple[str, str]] = field(default_factory=list)
    _boxes: list[etree._Element] = field(default_factory=list)
    _fields: list[str] = field(default_factory=list)
    _bold: bool = True
    _new_page: bool = False
    _carried: str = ""

    def paragraphs(self, root: Iterable[etree._Element], depth: int = 0) -> Iterator[Para]:
        """The paragraphs below some elements in order, tables row by row; also the empty ones."""
        for element in root:
            tag = name(element)
            if tag == "p":
                yield from self._paragraph(element, depth)
            elif tag == "tbl":
                yield from self._table(element, depth)
            elif tag == "alternatecontent":
                yield from self.paragraphs(element[:1], depth + 1)
            elif tag in WRAPPERS and depth < MAX_DEPTH and not (tag == "sdt" and _is_contents(element)):
                self.tracked += tag in TRACKED
                yield from self.paragraphs(element, depth + 1)
            else:
                self.tracked += tag in DELETED

    def _paragraph(self, element: etree._Element, depth: int) -> Iterator[Para]:
        properties = child(element, "ppr")
        look = docx_styles.over(self.styles.look(value(child(properties, "pstyle"))), properties, None)
        page_before, self._new_page, self._bold = self._new_page, False, True
        self._inline(element, depth)
        text, notes, boxes = tidy(self._carried + "".join(self._text)), tuple(self._notes), self._boxes
        raw, self._text, self._notes, self._boxes = self._carried + "".join(self._text), [], [], []
        mark = child(properties, "rpr")
        if child(mark, "del") is not None or child(mark, "movefrom") is not None:
            # The mark that ends this paragraph is struck out: its words go on in the next one.
            self._carried, self._notes, self._new_page = raw, list(notes), self._new_page or page_before
            self.tracked += 1
            return
        self._carried = ""
        if raw.strip().count("\n") >= VERSE_BREAKS and look.kind is Kind.PROSE:
            look = replace(look, kind=Kind.VERSE)
        bold = look.bold or (bool(text) and self._bold)
        look = replace(look, bold=bold, new_page=look.new_page or page_before)
        yield Para(text, look, notes, child(properties, "numpr") is not None)
        for box in boxes:
            for para in self.paragraphs(box, depth + 1):
                yield replace(para, look=replace(para.look, kind=Kind.CAPTION, level=0))

    def _inline(self, element: Iterable[etree._Element], depth: int) -> None:
        for part in element:
            tag = name(part)
            if tag == "r":
                self._run(part, depth)
            elif tag in DELETED:
                self.tracked += 1
            elif tag == "fldsimple" and SILENT_FIELD.match(docx_styles.attribute(part, "instr")):
                continue
            elif tag == "commentrangestart":
                self.comments += 1
            elif depth < MAX_DEPTH and tag in WRAPPERS:
                self.tracked += tag in TRACKED
                self._inline(part, depth + 1)

    def _run(self, run: etree._Element, depth: int) -> None:
        properties = child(run, "rpr")
        if is_on(properties, "vanish"):
            return
        before = len(self._text)
        for part in run:
            self._part(part, name(part), depth)
        if is_on(properties, "b") is not True and any(map(str.strip, self._text[before:])):
            self._bold = False

    def _part(self, part: etree._Element, tag: str, depth: int) -> None:
        if tag == "fldchar":
            self._field(docx_styles.attribute(part, "fldCharType"))
        elif tag == "instrtext":
            if self._fields and SILENT_FIELD.match(part.text or ""):
                self._fields[-1] = "silent"
        elif all(state == "shown" for state in self._fields):
            self._words(part, tag, depth)

    def _words(self, part: etree._Element, tag: str, depth: int) -> None:
        if tag == "t":
            self._text.append(part.text or "")
        elif tag in SIGNS:
            self._text.append(SIGNS[tag])
        elif tag == "br":
            self._break(docx_styles.attribute(part, "type"))
        elif tag in NOTE_MARKS:
            self._notes.append((NOTE_MARKS[tag], docx_styles.attribute(part, "id")))
        elif tag == "ruby" and depth < MAX_DEPTH:
            base = child(part, "rubybase")
            self._inline(base if base is not None else (), depth + 1)
        elif tag in BOXED and depth < MAX_DEPTH:
            inside = part[0] if tag == "alternatecontent" and len(part) else part
            self._boxes += [one for one in inside.iter() if name(one) == "txbxcontent"]

    def _break(self, kind: str) -> None:
        if kind in ("page", "column"):
            self._new_page = True
        else:
            self._text.append("\n")

    def _field(self, kind: str) -> None:
        """Nested fields as a stack: each is in its code, then shows its result, unless it is a silent one."""
        if kind == "begin":
            self._fields.append("code")
        elif kind == "separate" and self._fields and self._fields[-1] == "code":
            self._fields[-1] = "shown"
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _table(self, table: etree._Element, depth: int) -> Iterator[Para]:
        """A row is one passage, its cells parted by commas; a table that only places text is read cell by cell."""
        rows = [row for row in table.iter() if name(row) == "tr"] if depth < MAX_DEPTH else []
        for row in rows:
            if child(child(row, "trpr"), "del") is not None or _outer(row) is not table:
                continue
            cells = [
                list(self.paragraphs(cell, depth + 1))
                for cell in row.iter()
                if name(cell) == "tc" and _outer(cell) is row
            ]
            texts = [" ".join(para.text for para in cell if para.text) for cell in cells]
            if len([text for text in texts if text]) < 2 or max(map(len, texts)) > LAYOUT_CELL_CHARACTERS:
                yield from (para for cell in cells for para in cell)
                continue
            notes = tuple(note for cell in cells for para in cell for note in para.notes)
            yield Para(
                ", ".join(text for text in texts if text), replace(self.styles.default, level=0), notes
            )


def _outer(element: etree._Element) -> etree._Element | None:
    """The row or table that an element stands in, past the wrappers between them."""
    return next((above for above in element.iterancestors() if name(above) in ("tr", "tbl")), None)


def _is_contents(block: etree._Element) -> bool:
    gallery = (value(one) for one in block.iter() if name(one) == "docpartgallery")
    return any(text.lower() == "table of contents" for text in gallery)
