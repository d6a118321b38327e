"""The pages of a PDF: their lines, how the body is set, where its columns stand, which lines are footnotes."""

import re
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from .joining import tidy

HEAD_SHARE = 1.15
NOTE = re.compile(r"\s*(?:\d{1,3}|[*†‡§]{1,3})[.)\]]?\s*[^\W\d]")
SMALL_SHARE = 0.92
COLUMN_SHARE = 0.25


@dataclass(slots=True)
class Line:
    """One line with its place on the page, in points from the lower left corner. `size` is the height of its font."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    bold: bool
    page: int = 0
    vertical: bool = False


@dataclass
class Page:
    """A page in reading order. `columns` are the left and right edges of its text, from left to right."""

    number: int
    width: float
    height: float
    lines: list[Line]
    notes: list[Line] = field(default_factory=list)
    columns: list[tuple[float, float]] = field(default_factory=list)

    def column(self, line: Line) -> tuple[float, float]:
        """The edges of the column that a line stands in."""
        inside = [edges for edges in self.columns if edges[0] <= line.left + line.size]
        return inside[-1] if inside else (line.left, max(line.right, self.width - line.left))


@dataclass(frozen=True)
class Setting:
    """How the body of the whole document is set: font size and distance between lines, in points."""

    size: float
    pitch: float
    bold: bool = False

    def is_of(self, line: Line) -> bool:
        """True for a line in the size of the body."""
        return abs(line.size - self.size) < 0.1 * self.size


def upright(page: Page) -> Page:
    """A page of vertical lines, which come turned by a quarter: as any other page, without its furniture.

    What lies across such a page is its running head and its number.
    """
    upright_lines = [line for line in page.lines if not line.vertical]
    vertical = [line for line in page.lines if line.vertical]
    if sum(len(line.text) for line in vertical) <= sum(len(line.text) for line in upright_lines):
        return page
    first, last = min(line.left for line in vertical), max(line.right for line in vertical)
    lines = []
    for line in page.lines:
        if not line.vertical:
            # One or two signs, the end of a paragraph: nothing shows that they run down but their place.
            line.left, line.right, line.bottom, line.top = -line.top, -line.bottom, line.left, line.right
        if first - line.size < line.left < last:
            line.left, line.right = line.left + page.height, line.right + page.height
            lines.append(line)
    return Page(page.number, page.height, page.width, _in_order(lines))


def _in_order(lines: Sequence[Line]) -> list[Line]:
    """Vertical lines from the right to the left; what stands in one line, such as a stop on its own, joins it."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: -(line.bottom + line.top)):
        widest = max(rows[-1], key=lambda one: one.size) if rows else None
        if widest and abs(widest.bottom + widest.top - line.bottom - line.top) < widest.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    for row in rows:
        widest = max(row, key=lambda one: one.size)
        for line in row:
            line.bottom, line.top, line.size = widest.bottom, widest.top, widest.size
    return [line for row in rows for line in sorted(row, key=lambda one: one.left)]


def joined(page: Page) -> None:
    """Make one line of the pieces that stand side by side: PDF files part a line at a wide space."""
    lines: list[Line] = []
    for line in page.lines:
        before = lines[-1] if lines else None
        if (
            before
            and abs(before.bottom - line.bottom) < 0.3 * before.size
            and 0 <= line.left - before.right < 6 * line.size
        ):
            before.text = tidy(f"{before.text}\n{line.text}")
            before.right = line.right
        else:
            lines.append(line)
    page.lines = lines


def setting(pages: Sequence[Page]) -> Setting:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[round(line.size * 2) / 2] += len(line.text)
    size = sizes.most_common(1)[0][0] if sizes else 10.0
    steps = [
        before.bottom - line.bottom
        for page in pages
        for before, line in pairwise(page.lines)
        if abs(line.size - size) < 1 and 0.8 * size < before.bottom - line.bottom < 3 * size
    ]
    bold = sum(1 if line.bold else -1 for page in pages for line in page.lines) > 0
    return Setting(size, statistics.median(steps) if steps else 1.3 * size, bold)


def take_notes(pages: Sequence[Page], body: Setting) -> None:
    """Set the footnotes of each page apart: the smaller lines below its text, the first of them with its mark."""
    going_on = False
    for page in pages:
        at = len(page.lines)
        while at > 0 and page.lines[at - 1].size < SMALL_SHARE * body.size:
            at -= 1
        small = page.lines[at:]
        first = next((number for number, line in enumerate(small) if NOTE.match(line.text)), None)
        if at and small and first is not None:
            start = 0 if going_on else first
            page.notes, page.lines = small[start:], page.lines[: at + start]
        going_on = bool(page.notes)


def find_columns(pages: Sequence[Page], body: Setting) -> None:
    """The edges of the text on every page, one pair or two; left and right pages differ in bound books."""
    by_side: dict[bool, list[Line]] = {True: [], False: []}
    for page in pages:
        by_side[page.number % 2 == 0] += [line for line in page.lines if body.is_of(line)]
    for page in pages:
        own = [line for line in page.lines if body.is_of(line)]
        lines = own if len(own) >= 10 else by_side[page.number % 2 == 0] or page.lines
        page.columns = _columns(lines, page.width)


def _columns(lines: Sequence[Line], page_width: float) -> list[tuple[float, float]]:
    if not lines:
        return []
    lefts = Counter(round(line.left) for line in lines)
    starts = [lefts.most_common(1)[0][0]]
    for left, count in lefts.most_common(6)[1:]:
        if count >= COLUMN_SHARE * len(lines) and all(
            abs(left - other) > 0.3 * page_width for other in starts
        ):
            starts.append(left)
    starts = sorted(starts)
    # First lines of dialogue are indented and may be the most frequent ones: the edge is the leftmost usual one.
    usual = [left for left, count in lefts.items() if count >= 0.08 * len(lines)]
    starts[0] = min([starts[0], *usual])
    edges = []
    for number, left in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else page_width
        rights = sorted(line.right for line in lines if left - 3 <= line.left < end)
        edges.append((float(left), rights[-1 - len(rights) // 20] if rights else float(end)))
    return edges
