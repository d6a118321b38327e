"""Running heads and page numbers of a PDF: lines at the edge of the page that come again, or that count the pages."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import headings, numerals
from .pdf_pages import HEAD_SHARE, Line, Page, Setting

EDGE_SHARE = 0.14
EDGE_LINES = 2
MIN_REPEATS = 3
FEW_PAGES = 6
NUMBERED_SHARE = 0.3
APART_PITCH = 1.25
NUMERAL = re.compile(r"\b(?:\d{1,4}|[ivxlc]{1,7})\b", re.IGNORECASE)
NUMBER = re.compile(
    r"\W*(?:page |seite |p\. ?)?(?:\d{1,4}|[ivxlc]{1,7})(?: (?:of|von|de|/) ?\d{1,4})?\W*\Z", re.IGNORECASE
)


@dataclass(frozen=True)
class _Edge:
    """A line at the top or bottom of a page. `key` is what it has in common with those of other pages."""

    page: Page
    line: Line
    key: tuple[bool, str]

    @property
    def offsets(self) -> set[int]:
        """What each number in the line would make the number of page 0, were it the number of this page."""
        return {numerals.value(word.upper()) - self.page.number for word in NUMERAL.findall(self.line.text)}


def strip(pages: Sequence[Page], body: Setting) -> int:
    """Take out running heads and page numbers; how many lines went.

    "Chapter 4" at the top of a page is a heading: its number does not grow as the pages do.
    """
    edges = [edge for page in pages for edge in _edges(page, body)]
    same = Counter((edge.key[0], edge.line.text.strip()) for edge in edges)
    counting: dict[tuple[bool, str], Counter[int]] = defaultdict(Counter)
    for edge in edges:
        counting[edge.key].update(edge.offsets)
    first = _first_number(edges, len(pages))
    gone = 0
    for edge in edges:
        again = same[edge.key[0], edge.line.text.strip()] >= MIN_REPEATS
        large = edge.line.size > HEAD_SHARE * body.size
        counted = any(counting[edge.key][offset] >= MIN_REPEATS for offset in edge.offsets)
        alone = edge.key[1] == "#" and len(pages) < FEW_PAGES
        if again or alone or (not large and (counted or _bears(edge.line.text, first, edge.page))):
            edge.page.lines = [one for one in edge.page.lines if one is not edge.line]
            gone += 1
    return gone


def _edges(page: Page, body: Setting) -> Iterator[_Edge]:
    """The outermost lines at the top and the bottom, as far as they stand apart from the text."""
    rows = sorted(page.lines, key=lambda line: -line.bottom)
    for is_top, ordered in ((True, rows), (False, rows[::-1])):
        for at, line in enumerate(ordered[:EDGE_LINES]):
            edge = (1 - EDGE_SHARE) * page.height if is_top else EDGE_SHARE * page.height
            beyond = line.top > edge if is_top else line.bottom < edge
            inner = ordered[at + 1] if at + 1 < len(ordered) else None
            step = abs(line.bottom - inner.bottom) if inner else page.height
            apart = step > APART_PITCH * body.pitch or abs(line.size - body.size) > 0.08 * body.size
            if not beyond or not (apart or NUMBER.match(line.text)):
                break
            yield _Edge(page, line, (is_top, _key(line.text)))


def _key(text: str) -> str:
    """A running head as it can be compared with the one on another page: without the page number."""
    text = "#" if NUMBER.match(text) else NUMERAL.sub("#", text.casefold())
    return "".join(character for character in text if character.isalnum() or character == "#")


def _first_number(edges: Sequence[_Edge], pages: int) -> int | None:
    """The printed number of page 0, where a good part of the pages bear numbers that count them."""
    offsets = Counter(offset for edge in edges for offset in edge.offsets)
    first, times = offsets.most_common(1)[0] if offsets else (0, 0)
    return first if times >= max(MIN_REPEATS, NUMBERED_SHARE * pages) else None


def _bears(text: str, first: int | None, page: Page) -> bool:
    """True for a line that begins or ends with the number of its page, besides other words: "3 The River Road"."""
    words = text.split()
    if first is None or len(words) < 2:
        return False
    number = page.number + first
    ends = numerals.value(words[-1].upper()) == number and not headings.ANY_KEYWORD.fullmatch(words[-2])
    begins = numerals.value(words[0].upper()) == number and headings.recognise(text.strip()) is None
    return ends or begins
