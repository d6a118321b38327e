"""Plain text: the whole way from a decoded file to a manuscript. Other formats have files of their own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from projects.sentences import gettext_noop as _

from . import aozora, apparatus, chapters, contents, gutenberg, headings, language, layout, speakers
from .joining import Vocabulary
from .layout import Block
from .manuscript import Chapter, Kind, Manuscript, Passage

LEFT_OUT_THE = _("Left out the closing line “%(text)s”.")

BY = re.compile(
    r"(?:written\s+)?(?:by|von|par|por|di|door|author:|autor:|作者[:：]|著者[:：])\s+(?P<name>\S.{1,60})\Z",
    re.IGNORECASE,
)
NAMED = re.compile(r"(?P<title>.{2,100}?),? by (?P<name>[A-Z]\S*(?: \S+){0,4})(?<![.!?])\Z")
FRONT_PROSE_CHARACTERS = 400
TITLE_PAGE = "Title page"


@dataclass
class Draft:
    """What is known so far about one text, before and beside its words."""

    title: str = ""
    author: str = ""
    language: str = ""
    notes: list[str] = field(default_factory=list)


def read(
    text: str, *, title: str = "", notes: Sequence[str] = (), draft: Draft | None = None, apart: bool = False
) -> Manuscript:
    """A manuscript from plain text. `title` is used when the text names none; `draft` holds what is known already.

    `apart`: a reader has put the text down with blank lines between paragraphs and nowhere else.
    """
    draft = draft or Draft()
    draft.notes += notes
    aside = apparatus.Aside(_trim(text.replace("\r\n", "\n").replace("\r", "\n"), draft))
    return assemble(layout.blocks(aside.text, apart=apart), draft, title=title, aside=aside)


def assemble(
    blocks: Sequence[Block], draft: Draft, *, title: str = "", aside: apparatus.Aside | None = None
) -> Manuscript:
    """A manuscript from blocks: where its chapters begin is found by the headings' words."""
    blocks, tabled = contents.strip(chapters.split_headings(blocks))
    starts, passed = chapters.find(blocks)
    if tabled or passed:
        draft.notes.append(contents.NOTE)
    body = _Body(blocks, aside or apparatus.Aside(""))
    found = _without_closing(_chapters(body, starts, draft, title), draft.notes)
    spoken = "\n".join(paragraph for chapter in found for paragraph in chapter.paragraphs)
    return Manuscript(
        draft.title or title,
        draft.author,
        draft.language or language.guess(spoken),
        tuple(found),
        tuple(draft.notes),
    )


def _trim(text: str, draft: Draft) -> str:
    book = gutenberg.trim(text)
    if book.found:
        draft.title, draft.author = book.title or draft.title, book.author or draft.author
        draft.language = book.language or draft.language
        draft.notes.append(gutenberg.LICENCE_NOTE)
    noted = aozora.trim(book.text)
    if noted.found:
        draft.title, draft.author = draft.title or noted.title, draft.author or noted.author
        draft.language = draft.language or "ja"
        draft.notes.append(_("Left out the Aozora Bunko ruby readings and editors' notes."))
    return noted.text


class _Body:
    """The blocks of one document, joined to passages on demand."""

    def __init__(self, blocks: Sequence[Block], aside: apparatus.Aside) -> None:
        self.blocks = blocks
        self._aside = aside
        self._vocabulary = Vocabulary(line for block in blocks for line in block.lines)

    def passages(self, start: int, end: int) -> list[Passage]:
        """Some blocks in order, each followed by the notes and captions that stood in brackets at it."""
        found: list[Passage] = []
        for block in self.blocks[start:end]:
            text = apparatus.plain(self._vocabulary.join(block.lines)).replace(headings.MARK, "").strip()
            inner = chapters.is_heading(block) or block.rows[0].as_heading
            kind = Kind.HEADING if inner else block.kind
            found.append(Passage(text, apparatus.kind_of(text, kind)))
            found += self._aside.passages(block.aside)
        return apparatus.mark_footnotes(found, bracketed=self._aside.has_notes)

    def beside(self, start: int, end: int) -> list[Passage]:
        """Only the notes and captions at some blocks: those of a heading."""
        return [one for block in self.blocks[start:end] for one in self._aside.passages(block.aside)]

    def title(self, text: str) -> str:
        return apparatus.plain(self._vocabulary.join([text])).replace(headings.MARK, "").strip()


def _chapters(body: _Body, starts: Sequence[chapters.Start], draft: Draft, title: str) -> list[Chapter]:
    first = starts[0].at if starts else len(body.blocks)
    front = _without_credits(body.passages(0, first))
    if not starts:
        front = _take_title_page(front, draft)
        return [Chapter(draft.title or title, tuple(front))] if _spoken(front) else []
    found = front_matter(front, draft, title)
    ends = [start.at for start in starts[1:]] + [len(body.blocks)]
    before = ""
    for start, end in zip(starts, ends, strict=True):
        heading = body.title(start.heading.title)
        passages = _without_credits(body.passages(start.body, end), end == len(body.blocks))
        if passages and contents.key(passages[0].text) == contents.key(heading):
            del passages[0]
        if not _spoken(passages):
            # A part page or a lone heading: its words open the title of the chapter that follows.
            before = f"{before}{heading.rstrip('.')}, " if not start.heading.part else before
            continue
        part = start.heading.part
        passages = body.beside(start.at, start.body) + passages
        found.append(Chapter(before + heading, tuple(passages), not part, part))
        before = ""
    return found


def _spoken(passages: Sequence[Passage]) -> list[Passage]:
    return [passage for passage in passages if passage.is_spoken]


def _without_credits(passages: list[Passage], last: bool = False) -> list[Passage]:
    edge = range(len(passages) - 6, len(passages)) if last else range(12)
    return [one for at, one in enumerate(passages) if not (at in edge and gutenberg.is_credit(one.text))]


def front_matter(front: list[Passage], draft: Draft, title: str) -> list[Chapter]:
    """What stands before the first chapter: a title page, or an opening to be read when it is running text."""
    if not _spoken(front):
        return []
    rest = _take_title_page(list(front), draft, alone=True)
    prose = sum(
        len(one.text) for one in _spoken(rest) if len(one.text) > 120 and one.text[-1] in layout.TERMINAL
    )
    if prose >= FRONT_PROSE_CHARACTERS:
        return [Chapter(draft.title or title or "Opening", tuple(rest))]
    return [Chapter(TITLE_PAGE, tuple(front), ticked=False, part=TITLE_PAGE)]


def _take_title_page(front: list[Passage], draft: Draft, *, alone: bool = False) -> list[Passage]:
    """The passages without title and author when they open the text; both go into the draft.

    `alone`: these passages stand before the first chapter, so a single one can be a title too.
    """
    spoken = _spoken(front)
    opening = spoken[0] if spoken else Passage("")
    text = opening.text
    taken = [opening]
    if not (draft.title and contents.key(text) == contents.key(draft.title)):
        if draft.title or not (len(spoken) > 1 or alone):
            taken = []
        elif named := NAMED.match(text):
            draft.title, draft.author = named["title"], draft.author or named["name"]
            return [one for one in front if one is not opening]
        elif headings.title_like(text) and not speakers.begin(spoken):
            draft.title = text
        else:
            taken = []
    rest = [one for one in spoken if one not in taken]
    for one in rest[:4]:
        by = BY.match(one.text)
        if by and draft.title and not one.text.endswith((".", "!", "?", ":")):
            draft.author = draft.author or by["name"].strip()
            taken.append(one)
            break
    return [one for one in front if not any(one is gone for gone in taken)]


def _without_closing(found: list[Chapter], notes: list[str]) -> list[Chapter]:
    """Without the line that only says THE END."""
    ticked = [at for at, chapter in enumerate(found) if chapter.ticked]
    if not ticked:
        return found
    last = found[ticked[-1]]
    spoken = _spoken(last.passages)
    if len(spoken) > 1 and apparatus.is_closing(spoken[-1].text):
        notes.append(LEFT_OUT_THE % {"text": spoken[-1].text})
        kept = tuple(one for one in last.passages if one is not spoken[-1])
        found[ticked[-1]] = replace(last, passages=kept)
    return found
