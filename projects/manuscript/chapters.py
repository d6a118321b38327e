"""Where the chapters of a plain text begin: which of the possible headings are the chapter headings.

A heading is judged with the whole document in view: "CHAPTER" beats "I.", a sequence must count up, and a heading
that comes again further down with text behind it was a line of the contents.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from . import contents, headings, numerals
from .headings import Heading
from .layout import Block, Row
from .manuscript import Kind

TABLE_BODY_CHARACTERS = 60
CAPS_BODY_CHARACTERS = 80
KEYWORD_KINDS = ("marked", "chapter", "act", "scene", "minor")


@dataclass(frozen=True)
class Start:
    """A chapter begins: `at` is the block of its heading, `body` the first block behind heading and subtitle."""

    at: int
    body: int
    heading: Heading


def split_headings(blocks: Sequence[Block]) -> list[Block]:
    """Blocks in which a heading line stands on its own, also where its text follows without a blank line."""
    result: list[Block] = []
    for block in blocks:
        possible = len(block.rows) > 1 and block.kind is Kind.PROSE and _stands_out(block)
        known = headings.recognise(block.rows[0].text) if possible else None
        if known and known.kind in headings.STRONG:
            rest = block.rows[1:]
            if known.bare and len(rest) > 2 and _is_title_row(rest[0], rest[1]):
                result += [Block(block.rows[:2]), Block((replace(rest[1], gap=1), *rest[2:]))]
                continue
            titled = len(rest) <= 2 and known.bare and all(headings.title_like(row.text) for row in rest)
            if not titled:
                result += [
                    Block(block.rows[:1]),
                    Block((replace(rest[0], gap=max(1, rest[0].gap)), *rest[1:])),
                ]
                continue
        result.append(block)
    return result


def _is_title_row(row: Row, below: Row) -> bool:
    """True for a short title between a chapter number and its text, all without blank lines."""
    return headings.title_like(row.text) and row.width < 0.6 * below.width


def _stands_out(block: Block) -> bool:
    first, second = block.rows[:2]
    return first.width <= 50 or first.width < 0.75 * second.width


def find(blocks: Sequence[Block]) -> tuple[list[Start], bool]:
    """The chapter starts in order, and whether headings of a table of contents were passed over."""
    possible = [(at, known) for at, block in enumerate(blocks) if (known := _heading(blocks, at))]
    chosen = _choose(blocks, possible)
    real = _without_table(blocks, chosen)
    starts = [Start(at, *_with_subtitle(blocks, at, known)) for at, known in real]
    return starts, len(real) < len(chosen)


def by_keyword(starts: Sequence[Start]) -> bool:
    """True where words such as "Chapter" tell the chapters; numbers and capitals tell less than how a line is set."""
    return sum(start.heading.kind in KEYWORD_KINDS for start in starts) > 1


def _heading(blocks: Sequence[Block], at: int) -> Heading | None:
    block = blocks[at]
    if block.outdented:
        return Heading("outdent", block.text)
    if len(block.lines) > 3 or block.kind is not Kind.PROSE:
        return None
    known = headings.recognise(block.lines[0])
    if known is None:
        return None
    if known.kind not in headings.STRONG and not _isolated(blocks, at):
        return None
    if len(block.lines) == 1:
        return known
    if known.kind == "caps":
        joined = headings.recognise(block.text)
        return joined if joined and joined.kind == "caps" else None
    if known.kind in headings.STRONG and all(headings.title_like(line) for line in block.lines[1:]):
        separator = " " if known.title[-1] in ".:—–-" or not known.bare else ". "
        return replace(known, title=known.title + separator + " ".join(block.lines[1:]), bare=False)
    return None


def _isolated(blocks: Sequence[Block], at: int) -> bool:
    after = at + 1 >= len(blocks) or blocks[at + 1].gap >= 1
    return (at == 0 or blocks[at].gap >= 1) and after


def _choose(blocks: Sequence[Block], possible: list[tuple[int, Heading]]) -> list[tuple[int, Heading]]:
    """The headings of the chapter kind of this document, with the parts and the named sections."""
    kind = _chapter_kind(blocks, possible)
    primary = [(at, known) for at, known in possible if known.kind == kind]
    if kind in ("numeral", "numbered"):
        primary = _counting(primary, len(blocks))
    if kind == "caps":
        primary = [(at, known) for at, known in primary if _is_caps_chapter(blocks, at)]
    gap = min((blocks[at].gap for at, _ in primary if at), default=1)
    first = primary[0][0] if primary else 0
    others = [
        (at, known)
        for at, known in possible
        if (known.kind == "part" and kind != "part")
        or (known.kind == "named" and (blocks[at].gap >= min(2, gap) or at <= first))
    ]
    return sorted(primary + others, key=lambda pair: pair[0])


def _chapter_kind(blocks: Sequence[Block], possible: list[tuple[int, Heading]]) -> str:
    count = {
        kind: sum(1 for _, known in possible if known.kind == kind)
        for kind in ("part", *KEYWORD_KINDS, "outdent")
    }
    for kind in KEYWORD_KINDS:
        if count[kind] >= (1 if kind in ("chapter", "act") else 2):
            return kind
    if count["outdent"] >= 2:
        return "outdent"
    caps = [at for at, known in possible if known.kind == "caps" and _is_caps_chapter(blocks, at)]
    for kind in ("numbered", "numeral"):
        counted = _counting([(at, known) for at, known in possible if known.kind == kind], len(blocks))
        restarts = sum(1 for _, known in counted if known.number == 1)
        if len(counted) >= 2 and not (restarts > 1 and len(caps) >= 2 and not count["part"]):
            return kind
    if count["part"]:
        return "part"
    return "caps" if len(caps) >= 2 else ""


def _counting(found: list[tuple[int, Heading]], blocks: int) -> list[tuple[int, Heading]]:
    """Only the numbers that count up from 1; a new 1 begins again (a new part). `blocks`: how many there are."""
    kept: list[tuple[int, Heading]] = []
    expected = 1
    for at, known in found:
        if known.number in (expected, 1):
            kept.append((at, known))
            expected = known.number + 1
    # A list counts up too, but nothing stands between its items.
    taken = {at for at, _ in kept}
    with_text = sum(1 for at in taken if at + 1 not in taken and at + 1 < blocks)
    counts_up = len(kept) >= 2 and any(known.number > 1 for _, known in kept)
    return kept if counts_up and with_text >= 0.7 * len(kept) else []


def _is_caps_chapter(blocks: Sequence[Block], at: int) -> bool:
    if (at and blocks[at].gap < 2) or at + 1 >= len(blocks):
        return False
    return any(len(block.text) >= CAPS_BODY_CHARACTERS for block in blocks[at + 1 : at + 3])


def _without_table(blocks: Sequence[Block], chosen: list[tuple[int, Heading]]) -> list[tuple[int, Heading]]:
    """Without headings that have no text behind them and come again: the lines of a table of contents."""
    ends = [at for at, _ in chosen[1:]] + [len(blocks)]
    later: set[tuple[str, int, str]] = set()
    kept: list[tuple[int, Heading]] = []
    for (at, known), end in reversed(list(zip(chosen, ends, strict=False))):
        body = sum(len(block.text) for block in blocks[at + 1 : end])
        same = (known.kind, known.number, "" if known.number else contents.key(known.title))
        if not (same in later and body < TABLE_BODY_CHARACTERS):
            kept.append((at, known))
        later.add(same)
    return kept[::-1]


def _with_subtitle(blocks: Sequence[Block], at: int, known: Heading) -> tuple[int, Heading]:
    """The block behind the heading, and the heading with the title that stands on the next line."""
    body = at + 1
    if not known.bare or body >= len(blocks) or known.kind in ("named", "numbered"):
        return body, known
    block = blocks[body]
    if len(block.lines) > 3 or _heading_kind(block) in (
        "chapter",
        "part",
        "act",
        "scene",
        "numeral",
        "named",
    ):
        return body, known
    alone = body + 1 < len(blocks) and blocks[body + 1].gap >= 1
    if (
        not alone
        or block.gap > blocks[at].gap + 1
        or not all(headings.title_like(line) for line in block.lines)
    ):
        return body, known
    separator = " " if known.title[-1] in ".:—–-" else ". "
    return body + 1, replace(known, title=known.title + separator + " ".join(block.lines))


def _heading_kind(block: Block) -> str:
    known = headings.recognise(block.lines[0])
    return known.kind if known else ""


def is_heading(block: Block) -> bool:
    """True for a block that is surely a heading by its words: "SCENE II. A camp." inside an act."""
    single = len(block.lines) == 1 and block.kind is Kind.PROSE
    known = headings.recognise(block.lines[0]) if single else None
    return known is not None and known.kind in headings.STRONG


def is_part(title: str) -> bool:
    """True for the title of a part that holds chapters: "BOOK ONE", "第一部"."""
    known = headings.recognise(title)
    return known is not None and known.kind == "part"


def number_of(title: str) -> int:
    """The number a title consists of ("IV", "4."), or 0."""
    return numerals.value(title.strip(" .").upper())
