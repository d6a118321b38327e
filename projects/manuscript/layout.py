"""How a plain text is laid out on its lines: which lines belong to one paragraph.

Four layouts are told apart by counting: hard-wrapped blocks between blank lines, one paragraph on each line,
hard-wrapped lines with an indented first line, and wrapped lines with a blank line after every one.
Headings are not known here.
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from . import apparatus
from .joining import width
from .manuscript import Kind

TERMINAL = frozenset(".!?…。！？」』”’\"'）)：:—")
BULLET = re.compile(r"(?:[-*•·‣–—]\s+|\(?\d{1,3}[.)]\s+)\S")
# Readers that see how a line is set put this private character before one that is set as a heading.
SET_AS_HEADING = "\ue003"
SLACK_COLUMNS = 7
LONG_COLUMNS = 120


@dataclass(frozen=True)
class Row:
    """One line with words on it. `gap` counts the blank lines before it, `indent` its columns of white space.

    `aside` are the numbers of the notes and captions that stood in brackets at it: see `apparatus.Aside`.
    `as_heading` says that it is set as a heading: large, or bold on its own.
    """

    text: str
    indent: int
    gap: int
    aside: tuple[int, ...] = ()
    as_heading: bool = False

    @property
    def width(self) -> int:
        return width(self.text)

    @property
    def ends(self) -> bool:
        return self.text[-1] in TERMINAL


@dataclass(frozen=True)
class Block:
    """Lines that make up one paragraph or one heading. `kind` is for readers that know it; chapters are of prose."""

    rows: tuple[Row, ...]
    outdented: bool = False
    kind: Kind = Kind.PROSE

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(row.text for row in self.rows)

    @property
    def gap(self) -> int:
        return self.rows[0].gap

    @property
    def text(self) -> str:
        return " ".join(self.lines)

    @property
    def aside(self) -> tuple[int, ...]:
        return tuple(number for row in self.rows for number in row.aside)


def blocks(text: str, *, apart: bool = False) -> list[Block]:
    """The blocks of a text in order. Lines without words are kept: an ornament is a block too.

    `apart`: blank lines are known to stand between paragraphs and nowhere else, so nothing is to be found out.
    """
    rows = _rows(text)
    if not rows:
        return []
    if apart:
        return [Block(tuple(group)) for group in _groups(rows)]
    outdent = _body_indent(rows)
    if _double_spaced(rows):
        grouped = _double_spaced_groups(rows, outdent)
    else:
        groups = _groups(rows)
        layout = _layout(rows, groups)
        grouped = [part for group in groups for part in _split(group, layout)]
    return [Block(tuple(group), _outdented(group, outdent)) for group in grouped]


def _rows(text: str) -> list[Row]:
    rows: list[Row] = []
    gap = 0
    early: tuple[int, ...] = ()
    for line in re.split(r"\r\n|[\n\r\u2028\u2029\u0085\x0b]", text.replace("\f", "\n\n\n\n")):
        line, aside = apparatus.take_tokens(line.expandtabs(4).rstrip())
        stripped = line.lstrip()
        if stripped:
            words = stripped.removeprefix(SET_AS_HEADING)
            rows.append(Row(words, width(line) - width(stripped), gap, early + aside, words != stripped))
            early, gap = (), 0
            continue
        gap += 1
        # A line that holds nothing but a note counts as blank; the note stays with the line before it.
        if aside and rows:
            rows[-1] = replace(rows[-1], aside=rows[-1].aside + aside)
        else:
            early += aside
    return rows


def _groups(rows: list[Row]) -> list[list[Row]]:
    groups: list[list[Row]] = []
    for row in rows:
        if row.gap or not groups:
            groups.append([])
        groups[-1].append(row)
    return groups


def _body_indent(rows: list[Row]) -> int:
    """The indent of the body when nearly every line has it, else 0."""
    usual, count = Counter(row.indent for row in rows).most_common(1)[0]
    deep = sum(1 for row in rows if row.indent >= usual)
    return usual if usual >= 2 and deep >= 0.9 * len(rows) and count >= 0.5 * len(rows) else 0


def _outdented(group: list[Row], body_indent: int) -> bool:
    row = group[0]
    short = row.width <= 50 and row.text[-1] not in ".,;:。，；：、！？!?」”"
    return len(group) == 1 and row.indent < body_indent - 1 and short


def _full_width(rows: list[Row]) -> int:
    widths = sorted(row.width + row.indent for row in rows)
    return widths[int(len(widths) * 0.8)]


def _double_spaced(rows: list[Row]) -> bool:
    if len(rows) < 20 or sum(1 for row in rows[1:] if row.gap) < 0.9 * len(rows):
        return False
    full = _full_width(rows)
    near = [row for row in rows if abs(row.width + row.indent - full) <= SLACK_COLUMNS]
    return 30 <= full <= LONG_COLUMNS and len(near) >= 0.4 * len(rows) and _unfinished(near) > 0.5


def _unfinished(rows: list[Row]) -> float:
    return sum(1 for row in rows if not row.ends) / max(len(rows), 1)


def _double_spaced_groups(rows: list[Row], body_indent: int) -> list[list[Row]]:
    """A new block after two blank lines, after a short line, and at a heading that stands out to the left."""
    full = _full_width(rows)
    groups: list[list[Row]] = []
    before: Row | None = None
    for row in rows:
        row = replace(row, gap=max(0, row.gap - 1))
        short = before is not None and before.width + before.indent < full - SLACK_COLUMNS
        if before is None or row.gap or short or _outdented([row], body_indent):
            groups.append([])
        groups[-1].append(row)
        before = row
    return groups


def _layout(rows: list[Row], groups: list[list[Row]]) -> str:
    characters = sum(len(row.text) for row in rows)
    if sum(len(row.text) for row in rows if row.width > LONG_COLUMNS) > 0.25 * characters:
        return "stanzas" if sum(1 for row in rows if row.gap) >= 0.7 * len(rows) else "lines"
    inner = [row for group in groups for row in group[:-1]]
    if len(inner) >= 10 and _unfinished(inner) < 0.3:
        return "lines"
    if len(inner) >= 3 and _wide_lines(rows) and _unfinished(inner) < 0.5:
        return "lines"
    return "indented" if _indented(groups) else "blocks"


def _wide_lines(rows: list[Row]) -> bool:
    """True for Chinese or Japanese in which most lines open a paragraph: by their indent or by a quotation."""
    opening = sum(1 for row in rows if row.indent or row.text[0] in "「『“（")
    return sum(1 for row in rows if row.width > len(row.text)) > 0.7 * len(rows) and opening >= 0.5 * len(
        rows
    )


def _indented(groups: list[list[Row]]) -> bool:
    """True if an indented line starts a paragraph: it nearly always follows a finished sentence."""
    starts, finished, lines = 0, 0, 0
    for group in groups:
        for before, row in itertools.pairwise(group):
            lines += 1
            if row.indent >= before.indent + 2 or (row.indent >= 2 and before.indent == row.indent):
                starts += 1
                finished += before.ends
    return starts >= 3 and finished >= 0.8 * starts and starts <= 0.6 * lines


def _split(group: list[Row], layout: str) -> Iterator[list[Row]]:
    if layout == "lines" or (layout == "stanzas" and any(row.width > 70 for row in group)):
        yield from ([row] for row in group)
        return
    starts = _starts(group, layout)
    for start, end in zip(starts, [*starts[1:], len(group)], strict=True):
        yield group[start:end]


def _starts(group: list[Row], layout: str) -> list[int]:
    """Where paragraphs begin inside a group: at list items, or at indented lines."""
    if BULLET.match(group[0].text) and sum(1 for row in group if BULLET.match(row.text)) > 1:
        return [at for at, row in enumerate(group) if at == 0 or BULLET.match(row.text)]
    if layout == "indented":
        base = min(row.indent for row in group)
        return [at for at, row in enumerate(group) if at == 0 or row.indent >= base + 2]
    return [0]
