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
Line = tuple[str, float, float, float, float, float, bool, bool]
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
        """Each line as text, left, right, bottom, top, size in points, and whether it is bold and vertical."""
        at = 0
        # A character of its own stands for a hyphen at a line end; the next line goes on behind it.
        for line in re.split(r"(\r\n|[\r\n])|(?<=[\ufffe\x02])", self._text()):
            if line is None:
                continue
            if words := line.strip():
                first = at + line.index(words)
                yield self._line(line, at, first, first + len(words) - 1)
            at += len(line)

    def _line(self, line: str, at: int, first: int, last: int) -> Line:
        halfway = (first + last) // 2
        halfway += line[halfway - at :].find(line[halfway - at :].strip()[0])  # a space has no height
        start, middle, end = self._box(first), self._box(halfway), self._box(last)
        # One sign may come from another font, so the size is the middle one of three.
        _, bottom, _, top = sorted((start, middle, end), key=lambda box: box[3] - box[1])[1]
        left, size = start[0], top - bottom
        bold = raw.FPDFText_GetFontWeight(self._words, self._index(first)) >= BOLD_WEIGHT
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
