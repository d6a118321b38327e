"""The lines of a PDF with their places, by PDFium. A program of its own: bytes in on stdin, JSON out on stdout.

PDFium is C++ and reads the files of strangers, so it runs in a process that may use only so much memory and time, and
may die: see `pdf.py`. Only pypdfium2 and the standard library are imported here.
"""

import json
import re
import resource
import sys
from collections.abc import Iterator
from ctypes import byref, c_ushort
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

MEMORY_BYTES = 800_000_000
CPU_SECONDS = 60
MAX_PAGES = 10_000
MAX_CHARACTERS = 20_000_000
MAX_OUTLINE = 2_000
PASSWORD_ERROR = 4
BOLD_WEIGHT = 600
RAISED_SHARE = 0.8
# A small raised figure behind a word or its punctuation is the mark of a note.
# How many times its own height a line must run down to be vertical.
VERTICAL_LINES = 2
# Two columns written across: so many lines at least, and such a part of those that reach over the gutter, leave it
# free by this part of their height; both columns hold words, the one no less than this part of the other's.
MIN_ROWS = 6
WOVEN_SHARE = 0.6
GUTTER_SHARE = 0.8
COLUMN_EVEN, COLUMN_SIGNS = 0.4, 12
# A line, where it begins in the text of the page, and its first and last character.
Span = tuple[str, int, int, int]
Line = tuple[str, float, float, float, float, float, bool, bool]
SPACES = re.compile(" +")
MARK_SIGNS = "0123456789*†‡§"
RAISED = re.compile(r"(?<=[^\W\d_]|[.,;:!?”’\"')\]]) ?(\d{1,3}|[*†‡§]{1,3})(?=[\s.,;:!?”’\"')\]—–-]|$)")


def main() -> None:
    for limit, most in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, CPU_SECONDS)):
        try:
            resource.setrlimit(limit, (most, most + 1))
        except (OSError, ValueError):
            continue  # not every system has every limit
    data = sys.stdin.buffer.read()
    try:
        found = read(data)
    except MemoryError:
        found = {"error": "long"}
    except (pdfium.PdfiumError, ValueError, IndexError, OverflowError, RecursionError):
        found = {"error": "damaged"}
    json.dump(found, sys.stdout)


def read(data: bytes) -> dict[str, Any]:
    """Pages of lines, metadata and outline; or only `error`: password, damaged or long."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        return {"error": "password" if getattr(error, "err_code", 0) == PASSWORD_ERROR else "damaged"}
    if len(document) > MAX_PAGES:
        return {"error": "long"}
    pages, characters = [], 0
    for number in range(len(document)):
        try:
            page = document[number]
        except pdfium.PdfiumError:
            continue
        pages.append(_page(page, number))
        characters += sum(len(line[0]) for line in pages[-1]["lines"])
        page.close()
        if characters > MAX_CHARACTERS:
            return {"error": "long"}
    properties = document.get_metadata_dict()
    return {
        "title": properties.get("Title", ""),
        "author": properties.get("Author", ""),
        "pages": pages,
        "outline": _outline(document),
    }


def _page(page: pdfium.PdfPage, number: int) -> dict[str, Any]:
    width, height = page.get_size()
    words = page.get_textpage()
    lines = list(_Words(words).lines())
    words.close()
    return {"number": number, "width": width, "height": height, "lines": lines}


class _Words:
    """The text of one page with the places of its characters."""

    def __init__(self, words: pdfium.PdfTextPage) -> None:
        self._words = words
        self._rect = raw.FS_RECTF()
        self._count = max(0, raw.FPDFText_CountChars(words))
        # PDFium counts some characters that it does not write, and the other way round; on most pages there are none.
        last = self._count - 1
        self._straight = raw.FPDFText_GetTextIndexFromCharIndex(words, last) == last

    def lines(self) -> Iterator[Line]:
        """Each line as text, left, right, bottom, top, size in points, and whether it is bold and vertical.

        Two columns that the file writes line by line, across both, come one after the other.
        """
        spans = list(self._spans())
        gutter = self._gutter(spans)
        for span in self._unwoven(spans, gutter) if gutter else spans:
            yield self._line(*span)

    def _spans(self) -> Iterator[Span]:
        at = 0
        # A character of its own stands for a hyphen at a line end; the next line goes on behind it.
        for line in re.split(r"(\r\n|[\r\n])|(?<=[\ufffe\x02])", self._text()):
            if line is None:
                continue
            if words := line.strip():
                first = at + line.index(words)
                yield line, at, first, first + len(words) - 1
            at += len(line)

    def _gutter(self, spans: list[Span]) -> float:
        """Where the space between two columns is that PDFium takes for one line; 0 where there is none.

        A few lines tell whether it is worth looking at all. A list of names with what they say is no two columns.
        """
        if len(spans) < MIN_ROWS:
            return 0
        tried = [self._gaps(spans[len(spans) * part // 4], inner=True) for part in (1, 2)]
        if not any(tried):
            return 0
        tried.append(self._gaps(spans[len(spans) * 3 // 4], inner=True))
        # The right column begins at an edge, and the left one seldom comes near it.
        shared = {
            min(a[1], b[1]) - 1
            for one, other in ((0, 1), (1, 2), (0, 2))
            for a in tried[one]
            for b in tried[other]
            if max(a[0], b[0]) < min(a[1], b[1]) - 1
        }
        for place in shared:
            across = [span for span in spans if self._box(span[2])[0] < place < self._box(span[3])[2]]
            halves = [half for span in across if (half := self._halves(span, place))]
            left, right = (sum(half[side][3] - half[side][2] for half in halves) for side in (0, 1))
            even = min(left, right) > max(COLUMN_EVEN * max(left, right), COLUMN_SIGNS * len(halves))
            if len(halves) >= max(MIN_ROWS, WOVEN_SHARE * len(across)) and even:
                return place
        return 0

    def _gaps(self, span: Span, *, inner: bool = False) -> list[tuple[float, float, int]]:
        """The wide spaces of a line: from where, to where, and the character that follows; ``inner``: of its middle."""
        line, at, first, last = span
        found = []
        edge = len(line) // 4 if inner else 0
        for space in SPACES.finditer(line, edge, len(line) - edge):
            before, after = at + space.start() - 1, at + space.end()
            if first <= before and after <= last:
                left, right = self._box(before), self._box(after)
                if right[0] - left[2] > GUTTER_SHARE * (left[3] - left[1]):
                    found.append((left[2], right[0], after))
        return found

    def _halves(self, span: Span, place: float) -> tuple[Span, Span] | None:
        """A line in two where it leaves this place free; None where it goes across."""
        line, at, first, last = span
        for left, right, after in self._gaps(span):
            if left <= place <= right:
                end = after - 1
                while line[end - at] == " ":
                    end -= 1
                return (line[: end + 1 - at], at, first, end), (line[after - at :], after, after, last)
        return None

    def _unwoven(self, spans: list[Span], place: float) -> Iterator[Span]:
        """The left column, then the right one; what goes across both parts what is above it from what is below."""
        left: list[Span] = []
        right: list[Span] = []
        for span in spans:
            halves = self._halves(span, place)
            if halves:
                left.append(halves[0])
                right.append(halves[1])
            elif self._box(span[3])[2] <= place:
                left.append(span)
            elif self._box(span[2])[0] >= place:
                right.append(span)
            else:
                yield from (*left, *right, span)
                left, right = [], []
        yield from (*left, *right)

    def _line(self, line: str, at: int, first: int, last: int) -> Line:
        halfway = (first + last) // 2
        halfway += line[halfway - at :].find(line[halfway - at :].strip()[0])  # a space has no height
        start, middle, end = self._box(first), self._box(halfway), self._box(last)
        # One sign may come from another font, so the size is the middle one of three.
        _, bottom, _, top = sorted((start, middle, end), key=lambda box: box[3] - box[1])[1]
        left, size = start[0], top - bottom
        bold = raw.FPDFText_GetFontWeight(self._words, self._index(first)) >= BOLD_WEIGHT
        if start[3] - end[1] > VERTICAL_LINES * size:
            boxes = (start, middle, end)
            em = max(max(box[2] - box[0], box[3] - box[1]) for box in boxes)
            nearest, farthest = min(box[0] for box in boxes), max(box[2] for box in boxes)
            if start[3] - end[1] > VERTICAL_LINES * em and farthest - nearest < VERTICAL_LINES * em:
                # Written from top to bottom: turned, so that it reads as any other line of a turned page.
                plain = self._without_raised(line, at, em)
                return plain, -start[3], -end[1], nearest, nearest + em, em, bold, True
        return self._without_raised(line, at, size), left, end[2], bottom, top, size, bold, False

    def _text(self) -> str:
        if not self._count:
            return ""
        buffer = (c_ushort * (self._count + 1))()
        got = raw.FPDFText_GetText(self._words, 0, self._count, buffer)
        return bytes(memoryview(buffer)[: max(0, got - 1)]).decode("utf-16-le", errors="replace")

    def _index(self, at: int) -> int:
        if self._straight:
            return at
        return max(0, raw.FPDFText_GetCharIndexFromTextIndex(self._words, at))

    def _box(self, at: int) -> tuple[float, float, float, float]:
        """Left, bottom, right, top of a character, with the height of its font."""
        box = self._rect
        raw.FPDFText_GetLooseCharBox(self._words, self._index(at), byref(box))
        return box.left, box.bottom, box.right, box.top

    def _without_raised(self, line: str, at: int, size: float) -> str:
        if not any(map(line.__contains__, MARK_SIGNS)):
            return line
        kept, end = [], 0
        for mark in RAISED.finditer(line):
            _, bottom, _, top = self._box(at + mark.start(1))
            if 0 < top - bottom < RAISED_SHARE * size:
                kept.append(line[end : mark.start()])
                end = mark.end()
        return "".join([*kept, line[end:]])


def _outline(document: pdfium.PdfDocument) -> list[tuple[int, str, int]]:
    """The bookmarks as level from 0, title and page number from 0."""
    found = []
    for mark in document.get_toc(max_depth=4):
        destination = mark.get_dest()
        page = destination.get_index() if destination else None
        if page is not None:
            found.append((mark.level, mark.get_title(), page))
        if len(found) >= MAX_OUTLINE:
            break
    return found


if __name__ == "__main__":
    main()
