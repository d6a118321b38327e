"""Tables of contents in plain text: found and taken out, so that their lines do not become empty chapters."""

from collections.abc import Sequence

from projects.sentences import gettext_noop as _

from . import headings, matter
from .layout import Block

NOTE = _("Left out the table of contents.")
MAX_BLOCKS = 400
NEW_SECTION_GAP = 3


def key(line: str) -> str:
    """A line as it can be compared with its copy in the text: letters and digits, no page number."""
    line = headings.LEADER.sub("", line)
    return "".join(character for character in line.casefold() if character.isalnum())


def strip(blocks: Sequence[Block]) -> tuple[list[Block], bool]:
    """The blocks without the table of contents and its title; and whether there was one."""
    start = _title(blocks)
    if start is not None:
        end = _end(blocks, start)
        if end is not None:
            return [*blocks[:start], *blocks[end:]], True
    kept = [block for at, block in enumerate(blocks) if not _is_list(blocks, at)]
    return kept, len(kept) < len(blocks)


def _title(blocks: Sequence[Block]) -> int | None:
    for at, block in enumerate(blocks[: max(40, len(blocks) // 3)]):
        if len(block.lines) == 1 and matter.part_of_title(block.lines[0]) == "Contents":
            return at
    return None


def _end(blocks: Sequence[Block], start: int) -> int | None:
    """The first block after the table: a section after a wide gap, a heading told a second time, or prose."""
    seen: set[str] = set()
    wide = max(NEW_SECTION_GAP, blocks[start].gap)
    for at in range(start + 1, min(len(blocks), start + MAX_BLOCKS)):
        block = blocks[at]
        if is_prose(block):
            return _back(blocks, start, at, seen)
        known = headings.recognise(block.lines[0])
        strong = known is not None and known.kind in headings.STRONG
        if at > start + 1 and (block.gap >= wide or (strong and key(block.lines[0]) in seen)):
            return at
        seen.update(key(line) for line in block.lines)
    return None


def _back(blocks: Sequence[Block], start: int, prose: int, seen: set[str]) -> int:
    """From the first prose back over the heading that belongs to it."""
    for at in range(prose - 1, max(start, prose - 4), -1):
        known = headings.recognise(blocks[at].lines[0])
        if known and (known.kind in headings.STRONG or known.kind == "named"):
            return at
    before = prose - 1
    if before > start + 1 and any(
        key(line) == key(blocks[before].text) for b in blocks[start:before] for line in b.lines
    ):
        return before
    return prose


def is_prose(block: Block) -> bool:
    """True for a paragraph of running text, False for a title or a list of titles."""
    rows = block.rows
    if not rows[-1].ends:
        return False
    wide = (
        rows[0].width >= 100
        if len(rows) == 1
        else sum(row.width for row in rows[:-1]) >= 45 * (len(rows) - 1)
    )
    listed = sum(1 for row in rows if headings.LEADER.search(row.text) or headings.recognise(row.text))
    return wide and listed * 2 < len(rows)


def _is_list(blocks: Sequence[Block], at: int) -> bool:
    """True for a block of several chapter headings that come again later: contents without a title."""
    lines = blocks[at].lines
    if len(lines) < 2 or at > len(blocks) // 2 or sum(line[0].islower() for line in lines) * 2 > len(lines):
        return False  # as nearly every block is: passed over quickly
    if len(headings.CHAPTER_SIGNS.findall(blocks[at].text)) < 2:
        return False
    kinds = [known.kind for line in lines if (known := headings.recognise(headings.LEADER.sub("", line)))]
    if sum(kind == "chapter" for kind in kinds) < 2:
        return False
    firsts = {key(line) for block in blocks[at + 1 :] for line in block.lines[:2]}
    return sum(key(line) in firsts for line in lines) * 2 >= len(lines)
