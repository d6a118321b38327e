"""PDF files with text: lines to paragraphs, across the ends of pages; running heads, page numbers and notes apart."""

import json
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from projects.sentences import gettext_noop as _

from . import (
    archive,
    chapters,
    contents,
    headings,
    joining,
    layout,
    pdf_furniture,
    pdf_pages,
    properties,
    text,
)
from .layout import Block, Row
from .manuscript import Manuscript, Unreadable
from .pdf_pages import HEAD_SHARE, Line, Page, Setting

LEFT_OUT = _("Left out %(count)s running heads and page numbers.")

READER = Path(__file__).with_name("pdfium.py")
TIMEOUT_SECONDS = 120
SCANNED = _(
    "This file is a scanned PDF: it has pictures of pages and no text. "
    "Export it with text, or paste the text here."
)
CODED = _(
    "The letters of this PDF cannot be read: its fonts do not say which letter each sign is. Export it again from "
    "its source, or paste the text here."
)
ERRORS = {
    "password": archive.PROTECTED,
    "damaged": archive.DAMAGED,
    "long": _("This PDF holds more than a book can need, so it was not read. Split it and import the parts."),
}
# How a process ends that has used up its time, or its memory.
LIMIT_REACHED = (signal.SIGXCPU, signal.SIGKILL, signal.SIGABRT)
LETTERS_A_PAGE = 10
CODED_SHARE = 0.2
DROP_CAP_SHARE = 1.8
HEAD_GAP, PARAGRAPH_GAP, SECTION_GAP = 3, 1, 2
MAX_HEAD_CHARACTERS = 100
ALIKE_POINTS = 2


@dataclass
class Group:
    """Lines of one paragraph or heading. `gap` is the blank lines to put before it."""

    lines: list[Line]
    gap: int
    notes: list[str] = field(default_factory=list)
    marked: bool = False

    @property
    def text(self) -> str:
        return " ".join(line.text.strip() for line in self.lines)


def read(data: bytes, *, title: str = "") -> Manuscript:
    """A manuscript from the bytes of a PDF. Raises `Unreadable` for damage, a password, or pictures without text."""
    found = _lines(data)
    pages = [_page(page) for page in found["pages"]]
    _refuse_unread(pages)
    for page in pages:
        pdf_pages.joined(page)
    body = pdf_pages.setting(pages)
    furniture = pdf_furniture.strip(pages, body)
    pdf_pages.take_notes(pages, body)
    pdf_pages.find_columns(pages, body)
    groups = _groups(pages, body)
    _mark(groups, found["outline"], body)
    draft = text.Draft(notes=[LEFT_OUT % {"count": furniture}] if furniture else [])
    named = text.NAMED.match(properties.title(found["title"]))
    draft.title = named["title"] if named else properties.title(found["title"])
    author = named["name"] if named else properties.author(found["author"])
    manuscript = text.read(_text(groups, body), title=title, draft=draft, apart=True)
    return replace(manuscript, author=manuscript.author or author)


def _lines(data: bytes) -> dict[str, Any]:
    """What the reader of lines says. It is a process of its own: whatever the file does to it ends there."""
    command = [sys.executable, "-I", str(READER)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise Unreadable(ERRORS["long"]) from error
    if done.returncode < 0:
        raise Unreadable(ERRORS["long"] if -done.returncode in LIMIT_REACHED else archive.DAMAGED)
    if done.returncode:
        raise RuntimeError(
            f"The reader of PDF files did not start: {done.stderr.decode(errors='replace')[-500:]}"
        )
    found: dict[str, Any] = json.loads(done.stdout)
    if "error" in found:
        raise Unreadable(ERRORS[found["error"]])
    return found


def _page(page: dict[str, Any]) -> Page:
    lines = [
        Line(_letters(words), left, right, bottom, top, size, bold, page["number"], vertical)
        for words, left, right, bottom, top, size, bold, vertical in page["lines"]
    ]
    return pdf_pages.upright(
        Page(page["number"], page["width"], page["height"], [line for line in lines if line.text.strip()])
    )


def _letters(line: str) -> str:
    """A line with its hyphen as one, and without what PDFium gives for signs that have no name."""
    return re.sub("[\ufffe\x02]", "-", line).replace("\x00", "").replace("\ufffd", "")


def _refuse_unread(pages: Sequence[Page]) -> None:
    words = "".join(line.text for page in pages for line in page.lines)
    if sum(map(str.isalnum, words[:100_000])) < LETTERS_A_PAGE * min(len(pages), 100):
        raise Unreadable(SCANNED)
    private = sum(1 for character in words if "\ue000" <= character <= "\uf8ff")
    if private > CODED_SHARE * len(words):
        raise Unreadable(CODED)


def _groups(pages: Sequence[Page], body: Setting) -> list[Group]:
    groups: list[Group] = []
    before: Line | None = None
    home = {page.number: page for page in pages}
    indent = _usual_indent(pages, body)
    for page in pages:
        for line in _with_drop_caps(page.lines, body):
            gap = _gap(before, line, home, body, indent) if before else HEAD_GAP
            if gap:
                groups.append(Group([line], gap))
            else:
                groups[-1].lines.append(line)
            before = line
        if page.notes and groups:
            groups[-1].notes += _note_texts(page.notes)
    return groups


def _usual_indent(pages: Sequence[Page], body: Setting) -> int:
    """By how many points the first lines of paragraphs are set in; 0 where they are not."""
    lines = [(line, page.column(line)[0]) for page in pages for line in page.lines if body.is_of(line)]
    offsets = Counter(round(line.left - left) for line, left in lines if _is_indented(line, left))
    usual, _ = offsets.most_common(1)[0] if offsets else (0, 0)
    return usual if offsets.total() > 0.06 * len(lines) else 0


def _is_indented(line: Line, left: float) -> bool:
    return 0.6 * line.size < line.left - left < 5 * line.size


def _gap(before: Line, line: Line, home: dict[int, Page], body: Setting, indent: int) -> int:
    """How many blank lines part two lines: none inside a paragraph."""
    page_end = before.page != line.page or line.bottom > before.bottom + body.pitch
    if max(line.size, before.size) > HEAD_SHARE * min(line.size, before.size):
        return HEAD_GAP if page_end or line.size > before.size else SECTION_GAP
    step = before.bottom - line.bottom
    if not page_end and step > 1.35 * max(body.pitch, 1.2 * line.size):
        return SECTION_GAP if step > 2.6 * body.pitch else PARAGRAPH_GAP
    edges_before, edges = home[before.page].column(before), home[line.page].column(line)
    offset = line.left - edges[0]
    starts = _is_indented(line, edges[0])
    alike = abs(offset - (before.left - edges_before[0])) < ALIKE_POINTS
    ends = before.text.rstrip()[-1] in layout.TERMINAL
    deliberate = _would_fit(before, line, edges_before[1])
    if deliberate and layout.BULLET.match(line.text):
        return PARAGRAPH_GAP
    if starts and abs(offset - indent) < ALIKE_POINTS and body.is_of(line):
        return PARAGRAPH_GAP
    if starts and not alike:
        # Verse is indented, too, and its lines end early without the end of a sentence.
        return 0 if deliberate and not ends else PARAGRAPH_GAP
    if alike and (not body.is_of(line) or starts):
        return 0  # set off from the text, as verse and letters are: only a wider step ends it
    return PARAGRAPH_GAP if ends and (deliberate or (starts and indent)) else 0


def _would_fit(before: Line, line: Line, right: float) -> bool:
    """True if the first word of a line had room on the line before: that line was ended on purpose."""
    width = (before.right - before.left) / max(1, len(before.text.rstrip()))
    first = line.text.strip()
    # Chinese and Japanese break between any two signs, but for a stop that may not begin a line.
    word = 2 if joining.spaceless(first[0]) else len(first.split(maxsplit=1)[0])
    return before.right + (word + 1) * width < right - 0.5 * line.size


def _with_drop_caps(lines: Sequence[Line], body: Setting) -> Iterator[Line]:
    """A large first letter put before the line that it begins; the lines beside it begin where it does."""
    cap: Line | None = None
    begun = False
    for line in lines:
        if cap and line.bottom > cap.bottom - 0.5 * body.size:
            line.text = line.text if begun else cap.text.strip() + line.text.lstrip()
            line.left, begun = cap.left, True
        elif cap and not begun:
            yield cap
            cap = None
        letter = line.text.strip()
        if len(letter) <= 2 and letter.isalpha() and line.size > DROP_CAP_SHARE * body.size:
            cap, begun = line, False
        else:
            yield line
    if cap and not begun:
        yield cap


def _note_texts(lines: Sequence[Line]) -> list[str]:
    texts: list[str] = []
    for line in lines:
        words = line.text.strip().replace("[", "(").replace("]", ")")
        if texts and not pdf_pages.NOTE.match(line.text):
            texts[-1] = (
                texts[-1].removesuffix("-") + words if texts[-1].endswith("-") else f"{texts[-1]} {words}"
            )
        else:
            texts.append(words)
    return texts


def _mark(groups: list[Group], outline: Sequence[tuple[int, str, int]], body: Setting) -> None:
    """Mark the headings of chapters: those that the bookmarks name, else the large ones where words do not tell."""
    named = _by_outline(groups, outline)
    if not named:
        starts, _ = chapters.find([_block(group) for group in groups])
        if chapters.by_keyword(starts):
            return
        named = [group for group in groups if _is_head(group, body)]
        named = _largest(named)
    if len(named) > 1:
        for group in named:
            group.marked = True


def _largest(heads: Sequence[Group]) -> list[Group]:
    """Those of the largest size that comes more than once."""
    for size in sorted({group.lines[0].size for group in heads}, reverse=True):
        alike = [group for group in heads if abs(group.lines[0].size - size) < 0.08 * size]
        if len(alike) > 1:
            return alike
    return []


def _block(group: Group) -> Block:
    texts = [line.text.strip() for line in group.lines]
    return Block(tuple(Row(words, 0, 0 if number else group.gap) for number, words in enumerate(texts)))


def _is_head(group: Group, body: Setting) -> bool:
    first = group.lines[0]
    bold = first.bold and not body.bold
    large = first.size > HEAD_SHARE * body.size or (bold and group.gap > PARAGRAPH_GAP)
    return large and len(group.text) <= MAX_HEAD_CHARACTERS and headings.title_like(group.text)


def _by_outline(groups: Sequence[Group], outline: Sequence[tuple[int, str, int]]) -> list[Group]:
    levels = [level for level, title, _ in outline if not chapters.is_part(title)]
    level = next((one for one in range(5) if levels.count(one) > 1), -1)
    by_page: dict[int, list[Group]] = {}
    for group in groups:
        by_page.setdefault(group.lines[0].page, []).append(group)
    found = []
    for _level, title, page in (entry for entry in outline if entry[0] <= level):
        wanted = contents.key(title)
        for group in by_page.get(page, []):
            words = contents.key(group.text)
            if wanted and (
                words == wanted
                or (words and len(group.text) <= MAX_HEAD_CHARACTERS and (words in wanted or wanted in words))
            ):
                found.append(group)
                break
    return found


def _text(groups: Sequence[Group], body: Setting) -> str:
    """The document as plain text, with blank lines between paragraphs and nowhere else."""
    parts: list[str] = []
    for group in groups:
        inner = layout.SET_AS_HEADING if _is_head(group, body) else ""
        mark = headings.MARK if group.marked else inner
        # A heading on two lines is one heading; a paragraph keeps its lines, for the hyphens at their ends.
        between = " " if group.marked or group.lines[0].size > HEAD_SHARE * body.size else "\n"
        lines = between.join(line.text.strip() for line in group.lines)
        parts.append("\n" * ((HEAD_GAP if group.marked else group.gap) + 1) + mark + lines)
        parts += [f"\n\n[Footnote: {note}]" for note in group.notes]
    return "".join(parts)
