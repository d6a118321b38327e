"""The doors of the engine: a path, uploaded bytes or pasted text in, a manuscript out.

Here the reader of a format is chosen and the limits are kept; how a format is read is told in its own file.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from projects.sentences import gettext_noop as _

from . import docx, encoding, epub, markdown, pdf, screenplay, signatures, speakers, subtitles, transcript
from . import text as plain
from .manuscript import Chapter, Form, Kind, Manuscript, Passage, Unreadable

FOLDER = _("“%(name)s” is a folder. Choose a file in it.")
NO_FILE = _("There is no file “%(name)s”. Check the name and the folder.")
CLOSED = _("The file “%(name)s” cannot be opened. Check that you may read it.")

MAX_BYTES = 60_000_000
MAX_TEXT_BYTES = 20_000_000
TOO_LARGE = _(
    "This file is larger than 60 MB. A manuscript is far smaller: leave out the pictures and try again."
)
TOO_LONG = _(
    "This text is longer than 20 MB, which is more than forty novels. Split it and import the parts."
)
NO_TEXT = _("This file has no text in it. Check that it is the right file.")
WRONG_END = _(
    "This file is named .%(ending)s but holds something else. Open it in its own program and save it again."
)

ARCHIVE_READERS = {"epub": epub.read, "docx": docx.read}
TEXT_READERS = {"markdown": markdown.read, "fountain": screenplay.read, "subtitles": subtitles.read}


def read(path: Path) -> Manuscript:
    """The manuscript in a file. Raises `Unreadable` with a sentence for the person, also when there is no file."""
    try:
        if path.is_dir():
            raise Unreadable(FOLDER % {"name": path.name or path})
        if path.stat().st_size > MAX_BYTES:
            raise Unreadable(TOO_LARGE)
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise Unreadable(NO_FILE % {"name": path.name or path}) from error
    except (OSError, ValueError) as error:
        raise Unreadable(CLOSED % {"name": path.name}) from error
    return read_bytes(data, path.name)


def read_bytes(data: bytes, filename: str) -> Manuscript:
    """The manuscript in an uploaded file of at most 60 MB. The name tells Markdown from text and lends a title."""
    if len(data) > MAX_BYTES:
        raise Unreadable(TOO_LARGE)
    if not data.strip():
        raise Unreadable(NO_TEXT)
    kind = signatures.kind(data, filename)
    if kind in signatures.REFUSED:
        raise Unreadable(signatures.REFUSED[kind])
    title = _title(filename)
    if kind == "pdf":
        if not data.startswith(signatures.PDF_START):
            raise Unreadable(WRONG_END % {"ending": kind})
        return _finished(pdf.read(data, title=title))
    if kind in ARCHIVE_READERS:
        if not data.startswith(signatures.ZIP_STARTS):
            raise Unreadable(WRONG_END % {"ending": kind})
        return _finished(ARCHIVE_READERS[kind](data, title=title))
    if len(data) > MAX_TEXT_BYTES:
        raise Unreadable(TOO_LONG)
    decoded = encoding.decode(data)
    notes = [decoded.note] if decoded.note else []
    return _finished(_text_reader(kind, decoded.text)(decoded.text, title=title, notes=notes))


def read_text(text: str, title: str = "") -> Manuscript:
    """The manuscript in a pasted text. Raises `Unreadable` when it is empty, binary or too long."""
    if len(text) > MAX_TEXT_BYTES:
        raise Unreadable(TOO_LONG)
    if "\x00" in text:
        raise Unreadable(encoding.BINARY)
    if not text.strip():
        raise Unreadable(_("The pasted text has no text in it. Paste the words of the manuscript."))
    return _finished(_text_reader("text", text)(text, title=title))


def _text_reader(kind: str, text: str) -> Callable[..., Manuscript]:
    """Who reads this text. Screenplays and subtitles are known by their looks, also in a file of another name."""
    if kind in TEXT_READERS:
        return TEXT_READERS[kind]
    if subtitles.looks_like(text):
        return subtitles.read
    return screenplay.read if screenplay.looks_like(text) else plain.read


def _title(filename: str) -> str:
    """A readable title from a file name: "practical-ai-6.md" gives "Practical ai 6"."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    stem = re.sub(r"\.\w{1,8}\Z", "", name) or name
    words = re.sub(r"[\s_-]+", " ", stem).strip()
    return words[:1].upper() + words[1:200]


def _finished(manuscript: Manuscript) -> Manuscript:
    """What is the same for all formats: time stamps out, speakers' names recognised, idle scene breaks out."""
    chapters, stamps = transcript.strip(manuscript.chapters)
    form = manuscript.form
    if form is Form.PROSE:
        chapters, form = speakers.find(chapters)
    chapters = [_without_idle_breaks(chapter) for chapter in chapters]
    if not any(chapter.paragraphs for chapter in chapters):
        raise Unreadable(NO_TEXT)
    notes = (*manuscript.notes, stamps) if stamps else manuscript.notes
    return replace(manuscript, chapters=tuple(chapters), notes=notes, form=form)


def _without_idle_breaks(chapter: Chapter) -> Chapter:
    """Without scene breaks that stand at an edge or behind another one: they part nothing."""
    kept: list[Passage] = []
    waiting: Passage | None = None
    for passage in chapter.passages:
        if passage.kind is Kind.BREAK:
            waiting = passage if kept else None
            continue
        if waiting is not None:
            kept.append(waiting)
            waiting = None
        kept.append(passage)
    return replace(chapter, passages=tuple(kept))
