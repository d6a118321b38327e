"""Word files (DOCX): chapters by heading styles, or by the words of the headings where no such styles are used.

Read with zipfile and lxml alone: the limits of `archive.py` and `markup.py` hold, and nothing in the file is run.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from projects.sentences import gettext_noop as _

from . import archive, chapters, contents, docx_styles, headings, language, markup, pieces, properties, text
from .archive import Archive
from .docx_body import Body, Para
from .docx_styles import attribute, child
from .layout import Block, Row
from .manuscript import Kind, Manuscript, Unreadable
from .markup import name
from .pieces import Piece

ROOT_RELATIONS = "_rels/.rels"
DOCUMENT = "word/document.xml"
CORE = "docProps/core.xml"
NOTE_PARTS = {"footnote": "footnotes.xml", "endnote": "endnotes.xml"}
NOT_WORD = _("This Word file has no readable text part. Open it in Word, save it again and try the new copy.")
TRACKED = _("The file has tracked changes: insertions are read, deletions are not.")
COMMENTED = _("The comments in the margin are not read.")
# Blank lines that a page break or a centred line is worth where chapters are told by what surrounds a line.
PAGE_GAP, CENTRED_GAP = 4, 2


@dataclass(frozen=True)
class _Document:
    """The paragraphs of the file, the texts of its notes, and what its properties say."""

    paras: list[Para]
    note_texts: dict[tuple[str, str], str]
    draft: text.Draft


def read(data: bytes, *, title: str = "") -> Manuscript:
    """A manuscript from the bytes of a DOCX. Raises `Unreadable` for damage, a password or too much data."""
    document = _open(Archive(data))
    found = _pieces(document)
    if pieces.chapter_level(found):
        return _by_styles(document.draft, found, title)
    blocks = _blocks(document)
    return text.assemble(blocks, document.draft, title=title)


def _open(book: Archive) -> _Document:
    main = _main_part(book)
    folder = main.rpartition("/")[0]
    styles = docx_styles.read(_part(book, f"{folder}/styles.xml"))
    root = _part(book, main)
    if root is None:
        raise Unreadable(NOT_WORD)
    body = Body(styles)
    paras = list(body.paragraphs(root))
    notes = {kind for para in paras for kind, _ in para.notes}
    note_texts: dict[tuple[str, str], str] = {}
    for kind in sorted(notes):
        note_texts |= _note_texts(kind, _part(book, f"{folder}/{NOTE_PARTS[kind]}"), Body(styles))
    draft = _draft(paras, _part(book, CORE), styles.language)
    draft.notes += [TRACKED] * bool(body.tracked) + [COMMENTED] * bool(body.comments)
    draft.notes += [contents.NOTE] * any(para.look.role == "contents" for para in paras)
    return _Document(paras, note_texts, draft)


def _main_part(book: Archive) -> str:
    """The member that holds the text: the package says which; most programs name it alike."""
    relations = _part(book, ROOT_RELATIONS)
    for relation in relations if relations is not None else ():
        if attribute(relation, "Type").endswith("/officeDocument"):
            target = archive.resolve("", attribute(relation, "Target").lstrip("/"))
            if target and book.find(target):
                return book.find(target)
    return book.find(DOCUMENT) or DOCUMENT


def _part(book: Archive, path: str) -> etree._Element | None:
    stored = book.find(path)
    if not stored:
        return None
    try:
        return markup.parse_exactly(book.read(stored))
    except markup.Malformed as error:
        raise Unreadable(archive.DAMAGED) from error


def _note_texts(kind: str, root: etree._Element | None, body: Body) -> dict[tuple[str, str], str]:
    found = {}
    for note in root if root is not None else ():
        words = " ".join(para.text for para in body.paragraphs(note) if para.text)
        if name(note) == kind and any(map(str.isalnum, words)):
            found[kind, attribute(note, "id")] = words
    return found


def _draft(paras: Sequence[Para], core: etree._Element | None, style_language: str) -> text.Draft:
    """Title and author: from the title page where its styles name them, else from the properties."""

    def property_of(tag: str) -> str:
        found = child(core, tag)
        return "".join(map(str, found.itertext())) if found is not None else ""

    named = {
        role: next((p.text for p in paras if p.look.role == role and p.text), "")
        for role in ("title", "subtitle")
    }
    by = text.BY.match(named["subtitle"])
    spoken = " ".join(para.text for para in paras[:400])
    return text.Draft(
        title=named["title"] or properties.title(property_of("title")),
        author=by["name"] if by else properties.author(property_of("creator")),
        language=language.code(property_of("language"))
        or language.guess(spoken)
        or language.code(style_language),
    )


def _spoken(document: _Document) -> Iterator[Para]:
    """Without title page lines that are known as such by their style, and without the lines of the contents."""
    unnumbered = 0
    for para in document.paras:
        if para.look.role:
            continue
        if para.look.heading_level and para.numbered and not para.text:
            # A heading that consists of nothing but its automatic number.
            unnumbered += 1
            para = replace(para, text=f"Chapter {unnumbered}")
        yield para


def _notes(document: _Document, para: Para) -> list[str]:
    return [document.note_texts[note] for note in para.notes if note in document.note_texts]


def _pieces(document: _Document) -> list[Piece]:
    found: list[Piece] = []
    for para in _spoken(document):
        if para.text:
            found.append(Piece(para.text, min(6, para.look.heading_level), kind=para.look.kind))
        found += [Piece(note, kind=Kind.NOTE) for note in _notes(document, para)]
    return found


def _by_styles(draft: text.Draft, found: list[Piece], title: str) -> Manuscript:
    first = [piece for piece in found if piece.level == 1]
    if len(first) == 1 and found[0] is first[0]:
        draft.title = first[0].text
        found = found[1:]
    name = draft.title or title
    parts = pieces.split(found, name)
    if len(parts) > 1 and parts[0].title == name:
        parts[:1] = text.front_matter(list(parts[0].passages), draft, title)
    return Manuscript(name, draft.author, draft.language, tuple(parts), tuple(draft.notes))


def _blocks(document: _Document) -> list[Block]:
    """Each paragraph as a block, with the blank lines before it as far as they tell chapters apart."""
    blocks: list[Block] = []
    apart: set[int] = set()
    gap = 1
    for para in _spoken(document):
        look = para.look
        gap = max(gap, PAGE_GAP if look.new_page else 1)
        if para.text:
            titled = headings.title_like(para.text)
            as_heading = titled and (look.heading_level > 0 or (look.centred and look.bold))
            if titled and (look.new_page or as_heading):
                apart.add(len(blocks))
            gap = max(gap, CENTRED_GAP if look.centred else 1)
            blocks.append(Block((Row(para.text, 0, gap, as_heading=as_heading),), kind=look.kind))
            gap = 1
        else:
            gap += 1
        blocks += [Block((Row(note, 0, 1),), kind=Kind.NOTE) for note in _notes(document, para)]
    starts, _ = chapters.find(blocks)
    return blocks if chapters.by_keyword(starts) else _marked(blocks, apart)


def _marked(blocks: list[Block], apart: set[int]) -> list[Block]:
    """With the lines that are set as headings marked as such, where at least two of them have text below."""
    heads = [at for at in sorted(apart) if at + 1 < len(blocks) and at + 1 not in apart]
    if len(heads) < 2:
        return blocks
    marked = list(blocks)
    for at in heads:
        row = blocks[at].rows[0]
        marked[at] = Block((replace(row, text=f"{headings.MARK}{row.text}"),))
    return marked
