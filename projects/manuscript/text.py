"""Plain text: the whole way from a decoded file to a manuscript. Other formats have files of their own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from . import aozora, apparatus, chapters, contents, gutenberg, headings, language, layout, pieces, transcript
from .joining import Vocabulary
from .layout import Block
from .manuscript import Chapter, Manuscript

BY = re.compile(
    r"(?:written\s+)?(?:by|von|par|por|di|door|author:|autor:|作者[:：]|著者[:：])\s+(?P<name>\S.{1,60})\Z",
    re.IGNORECASE,
)
FRONT_PROSE_CHARACTERS = 400
TITLE_PAGE = "Title page"


@dataclass
class _Draft:
    """What is known so far about one text."""

    title: str = ""
    author: str = ""
    language: str = ""
    notes: list[str] = field(default_factory=list)


def read(text: str, *, title: str = "", notes: Sequence[str] = ()) -> Manuscript:
    """A manuscript from plain text. `title` is used when the text names none."""
    draft = _Draft(notes=list(notes))
    text = _trim(text.replace("\r\n", "\n").replace("\r", "\n"), draft)
    text, bracketed = apparatus.strip_brackets(text)
    blocks, tabled = contents.strip(chapters.split_headings(layout.blocks(text)))
    starts, passed = chapters.find(blocks)
    if tabled or passed:
        draft.notes.append(contents.NOTE)
    body = _Body(blocks, bracketed)
    found = _chapters(body, starts, draft, title)
    found, cues = transcript.strip(found)
    said = (pieces.left_out(body.headings), apparatus.footnote_note(body.footnotes), cues)
    draft.notes += [note for note in said if note]
    found = _without_closing(found, draft.notes)
    spoken = "\n".join(paragraph for chapter in found for paragraph in chapter.paragraphs)
    return Manuscript(
        draft.title or title,
        draft.author,
        draft.language or language.guess(spoken),
        tuple(found),
        tuple(draft.notes),
    )


def _trim(text: str, draft: _Draft) -> str:
    book = gutenberg.trim(text)
    if book.found:
        draft.title, draft.author, draft.language = book.title, book.author, book.language
        draft.notes.append(gutenberg.LICENCE_NOTE)
    noted = aozora.trim(book.text)
    if noted.found:
        draft.title, draft.author = draft.title or noted.title, draft.author or noted.author
        draft.language = draft.language or "ja"
        draft.notes.append("Left out the Aozora Bunko ruby readings and editors' notes.")
    return noted.text


class _Body:
    """The blocks of one document, joined to paragraphs on demand."""

    def __init__(self, blocks: Sequence[Block], bracketed: int) -> None:
        self.blocks = blocks
        self.footnotes = bracketed
        self.headings = 0
        self._bracketed = bracketed
        self._vocabulary = Vocabulary(line for block in blocks for line in block.lines)

    def paragraphs(self, start: int, end: int) -> list[str]:
        """The spoken paragraphs of some blocks. Headings below the chapter level are counted and left out."""
        running = [block for block in self.blocks[start:end] if not chapters.is_heading(block)]
        self.headings += end - start - len(running)
        joined = [self._vocabulary.join(block.lines) for block in running]
        spoken = [apparatus.plain(text) for text in joined if apparatus.speakable(text)]
        kept, notes = apparatus.strip_footnotes(spoken, bracketed=self._bracketed)
        self.footnotes += notes
        return [paragraph for paragraph in kept if apparatus.speakable(paragraph)]

    def title(self, text: str) -> str:
        return apparatus.plain(self._vocabulary.join([text])).replace(headings.MARK, "").strip()


def _chapters(body: _Body, starts: Sequence[chapters.Start], draft: _Draft, title: str) -> list[Chapter]:
    first = starts[0].at if starts else len(body.blocks)
    front = _without_credits(body.paragraphs(0, first))
    if not starts:
        front = _take_title_page(front, draft)
        return [Chapter(draft.title or title, tuple(front))] if front else []
    found = _front(front, draft, title)
    ends = [start.at for start in starts[1:]] + [len(body.blocks)]
    before = ""
    for start, end in zip(starts, ends, strict=True):
        heading = body.title(start.heading.title)
        paragraphs = _without_credits(body.paragraphs(start.body, end), end == len(body.blocks))
        if paragraphs and contents.key(paragraphs[0]) == contents.key(heading):
            del paragraphs[0]
        if not paragraphs:
            # A part page or a lone heading: its words open the title of the chapter that follows.
            before = f"{before}{heading.rstrip('.')}, " if not start.heading.part else before
            continue
        part = start.heading.part
        found.append(Chapter(before + heading, tuple(paragraphs), not part, part))
        before = ""
    return found


def _without_credits(paragraphs: list[str], last: bool = False) -> list[str]:
    edge = range(len(paragraphs) - 6, len(paragraphs)) if last else range(12)
    return [text for at, text in enumerate(paragraphs) if not (at in edge and gutenberg.is_credit(text))]


def _front(front: list[str], draft: _Draft, title: str) -> list[Chapter]:
    """What stands before the first chapter: a title page, or an opening to be read when it is running text."""
    if not front:
        return []
    rest = _take_title_page(list(front), draft, alone=True)
    prose = sum(len(text) for text in rest if len(text) > 120 and text[-1] in layout.TERMINAL)
    if prose >= FRONT_PROSE_CHARACTERS:
        return [Chapter(draft.title or title or "Opening", tuple(rest))]
    return [Chapter(TITLE_PAGE, tuple(front), ticked=False, part=TITLE_PAGE)]


def _take_title_page(front: list[str], draft: _Draft, *, alone: bool = False) -> list[str]:
    """The paragraphs without title and author when they open the text; both go into the draft.

    `alone`: these paragraphs stand before the first chapter, so a single one can be a title too.
    """
    opening = front[0] if front else ""
    if draft.title and contents.key(opening) == contents.key(draft.title):
        front = front[1:]
    elif not draft.title and (len(front) > 1 or alone):
        named = re.match(r"(?P<title>.{2,100}?),? by (?P<name>[A-Z]\S*(?: \S+){0,4})\Z", opening)
        if named and not opening.endswith((".", "!", "?")):
            draft.title, draft.author = named["title"], draft.author or named["name"]
            return front[1:]
        if headings.title_like(opening):
            draft.title, front = opening, front[1:]
    for at, text in enumerate(front[:4]):
        by = BY.match(text)
        if by and draft.title and not text.endswith((".", "!", "?", ":")):
            draft.author = draft.author or by["name"].strip()
            return front[:at] + front[at + 1 :]
    return front


def _without_closing(found: list[Chapter], notes: list[str]) -> list[Chapter]:
    """Without the line that only says THE END."""
    spoken = [at for at, chapter in enumerate(found) if chapter.ticked]
    if not spoken:
        return found
    last = found[spoken[-1]]
    if len(last.paragraphs) > 1 and apparatus.is_closing(last.paragraphs[-1]):
        notes.append(f"Left out the closing line “{last.paragraphs[-1]}”.")
        found[spoken[-1]] = Chapter(last.title, last.paragraphs[:-1], last.ticked, last.part)
    return found
