"""The doors of the engine: a path, uploaded bytes or pasted text in, a manuscript out.

Here the reader of a format is chosen and the limits are kept; how a format is read is told in its own file.
"""

import re
from pathlib import Path

from . import encoding, epub, markdown, signatures
from . import text as plain
from .manuscript import Manuscript, Unreadable

MAX_BYTES = 60_000_000
MAX_TEXT_BYTES = 20_000_000
TOO_LARGE = (
    "This file is larger than 60 MB. A manuscript is far smaller: leave out the pictures and try again."
)
TOO_LONG = "This text is longer than 20 MB, which is more than forty novels. Split it and import the parts."
NO_TEXT = "This file has no text in it. Check that it is the right file."
WRONG_END = "This file is named .{} but holds something else. Open it in its own program and save it again."


def read(path: Path) -> Manuscript:
    """The manuscript in a file. Raises `Unreadable` with a sentence for the person, also when there is no file."""
    try:
        if path.is_dir():
            raise Unreadable(f"“{path.name or path}” is a folder. Choose a file in it.")
        if path.stat().st_size > MAX_BYTES:
            raise Unreadable(TOO_LARGE)
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise Unreadable(f"There is no file “{path.name or path}”. Check the name and the folder.") from error
    except (OSError, ValueError) as error:
        raise Unreadable(f"The file “{path.name}” cannot be opened. Check that you may read it.") from error
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
    if kind == "epub":
        if not data.startswith(signatures.ZIP_STARTS):
            raise Unreadable(WRONG_END.format("epub"))
        return _with_words(epub.read(data, title=title))
    if len(data) > MAX_TEXT_BYTES:
        raise Unreadable(TOO_LONG)
    decoded = encoding.decode(data)
    notes = [decoded.note] if decoded.note else []
    reader = markdown if kind == "markdown" else plain
    return _with_words(reader.read(decoded.text, title=title, notes=notes))


def read_text(text: str, title: str = "") -> Manuscript:
    """The manuscript in a pasted text. Raises `Unreadable` when it is empty, binary or too long."""
    if len(text) > MAX_TEXT_BYTES:
        raise Unreadable(TOO_LONG)
    if "\x00" in text:
        raise Unreadable(encoding.BINARY)
    if not text.strip():
        raise Unreadable("The pasted text has no text in it. Paste the words of the manuscript.")
    return _with_words(plain.read(text, title=title))


def _title(filename: str) -> str:
    """A readable title from a file name: "practical-ai-6.md" gives "Practical ai 6"."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    stem = re.sub(r"\.\w{1,8}\Z", "", name) or name
    words = re.sub(r"[\s_-]+", " ", stem).strip()
    return words[:1].upper() + words[1:200]


def _with_words(manuscript: Manuscript) -> Manuscript:
    if not any(chapter.paragraphs for chapter in manuscript.chapters):
        raise Unreadable(NO_TEXT)
    return manuscript
