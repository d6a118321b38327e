"""PDF files for the tests and the bench, written by hand: lines of Helvetica at their places."""

import textwrap
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

WIDTH, HEIGHT = 420, 595
LEFT, RIGHT, TOP = 60, 360, 520
SIZE, PITCH = 10, 14
INDENT = 15
COLUMNS = 60
LINES_A_PAGE = 32
PARENTS = "/Parent 2 0 R /MediaBox [0 0 420 595] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >>"


@dataclass
class Line:
    """A line of text at x and y, in points from the lower left corner. It fills the measure where `full`."""

    text: str
    x: float = LEFT
    y: float = TOP
    size: float = SIZE
    bold: bool = False
    full: bool = False


def pdf(
    pages: Sequence[Sequence[Line]],
    *,
    title: str = "",
    author: str = "",
    outline: Sequence[tuple[str, int]] = (),
    locked: bool = False,
) -> bytes:
    """A PDF of pages of lines. `outline` are bookmarks: a title and the number of its page from 0."""
    objects: dict[int, bytes] = {
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        4: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        5: f"<< /Title {_string(title)} /Author {_string(author)} >>".encode("latin-1"),
    }
    first = 10
    for number, lines in enumerate(pages):
        content = zlib.compress("\n".join(_show(line) for line in lines).encode("cp1252"))
        at = first + 2 * number
        objects[at] = f"<< /Type /Page {PARENTS} /Contents {at + 1} 0 R >>".encode()
        head = f"<< /Length {len(content)} /Filter /FlateDecode >>\nstream\n".encode()
        objects[at + 1] = head + content + b"\nendstream"
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(pages)))
    objects[2] = f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode()
    objects[1] = b"<< /Type /Catalog /Pages 2 0 R " + (b"/Outlines 6 0 R " if outline else b"") + b">>"
    if outline:
        objects |= _outline(outline, first + 2 * len(pages), first)
    lock = (
        f" /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{'ab' * 32}> /U <{'cd' * 32}> >>"
        if locked
        else ""
    )
    return _file(objects, f"/Root 1 0 R /Info 5 0 R /ID [<00> <00>]{lock}")


def _outline(outline: Sequence[tuple[str, int]], start: int, first_page: int) -> dict[int, bytes]:
    last = start + len(outline) - 1
    objects = {6: f"<< /First {start} 0 R /Last {last} 0 R /Count {len(outline)} >>".encode()}
    for number, (title, page) in enumerate(outline):
        at = start + number
        after = f"/Next {at + 1} 0 R" if at < last else ""
        target = f"/Dest [{first_page + 2 * page} 0 R /Fit]"
        objects[at] = f"<< /Title {_string(title)} /Parent 6 0 R {target} {after} >>".encode("latin-1")
    return objects


def _file(objects: dict[int, bytes], trailer: str) -> bytes:
    out = bytearray(b"%PDF-1.5\n")
    places = {}
    for number, content in sorted(objects.items()):
        places[number] = len(out)
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = len(out)
    size = max(objects) + 1
    out += f"xref\n0 {size}\n".encode()
    for number in range(size):
        used = number in places
        out += f"{places.get(number, 0):010} {0 if used else 65535:05} {'n' if used else 'f'} \n".encode()
    return bytes(out + f"trailer << /Size {size} {trailer} >>\nstartxref\n{table}\n%%EOF".encode())


def _string(text: str) -> str:
    return "(" + text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)") + ")"


def _show(line: Line) -> str:
    font = "F2" if line.bold else "F1"
    # A justified line: its natural width in Helvetica is about half its size a character.
    scale = 100 * (RIGHT - line.x) / max(1, _natural(line.text, line.size)) if line.full else 100
    return f"BT /{font} {line.size} Tf {scale:.1f} Tz {line.x} {line.y} Td {_string(line.text)} Tj ET"


NARROW = frozenset("iljtfI.,;:'!|()[] -")


def _natural(text: str, size: float) -> float:
    return size * sum(0.28 if sign in NARROW else 0.72 if sign.isupper() else 0.55 for sign in text)


def set_pages(chapters: Sequence[tuple[str, Sequence[str]]], *, head: str = "") -> list[list[Line]]:
    """Chapters as a printer would set them: indented paragraphs, running head, page number, hyphens at line ends."""
    pages: list[list[Line]] = []
    rows = list(_rows(chapters))
    while rows:
        number = len(pages) + 1
        own: list[Line] = []
        if head and number > 1:
            own.append(Line(f"{number}    {head}", y=560, size=8))
        y: float = TOP
        while rows and y > TOP - LINES_A_PAGE * PITCH:
            line, opens_page = rows[0]
            if opens_page and y < TOP:
                break
            line.y = y
            own.append(rows.pop(0)[0])
            y -= 2.5 * PITCH if line.bold else PITCH
        own.append(Line(str(number), x=205, y=30))
        pages.append(own)
    return pages


def _rows(chapters: Sequence[tuple[str, Sequence[str]]]) -> Iterator[tuple[Line, bool]]:
    for title, paragraphs in chapters:
        yield Line(title, x=150, size=16, bold=True), True
        for paragraph in paragraphs:
            lines = textwrap.wrap(paragraph, COLUMNS, initial_indent="   ")
            for number, words in enumerate(lines):
                last = number == len(lines) - 1
                yield Line(words.strip(), x=LEFT + (INDENT if number == 0 else 0), full=not last), False


def set_columns(
    paragraphs: Sequence[str], *, gutter: float = 20, woven: bool = False, head: str = ""
) -> list[list[Line]]:
    """Pages of two columns with a page number; ``woven``: written line by line across both, as some programs do."""
    rows = [row for paragraph in paragraphs for row in _narrow_rows(paragraph)]
    right = LEFT + (RIGHT - LEFT + gutter) / 2
    pages: list[list[Line]] = []
    while rows:
        own = [Line(head, x=150, y=540, size=16, bold=True)] if head and not pages else []
        columns = []
        for x in (LEFT, right):
            count = min(30, len(rows))
            columns.append(
                [
                    Line(text, x=x + set_in, y=500 - PITCH * at)
                    for at, (text, set_in) in enumerate(rows[:count])
                ]
            )
            del rows[:count]
        if woven:
            own += [line for pair in zip_longest(*columns) for line in pair if line]
        else:
            own += columns[0] + columns[1]
        own.append(Line(str(len(pages) + 1), x=205, y=30))
        pages.append(own)
    return pages


def _narrow_rows(paragraph: str) -> list[tuple[str, int]]:
    lines = textwrap.wrap(paragraph, COLUMNS // 2, initial_indent="  ")
    return [(words.strip(), 0 if number else INDENT) for number, words in enumerate(lines)]
