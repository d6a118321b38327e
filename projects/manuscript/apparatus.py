"""What stands in a plain text beside the words to be spoken: footnotes, pictures, page marks, emphasis signs."""

import re
from collections.abc import Sequence
from dataclasses import replace

from .manuscript import Kind, Passage

BRACKETED = re.compile(
    r"\[(?:(?P<note>Footnotes?|Endnotes?|Fußnote|Note)(?: ?[\w*†‡]{1,6})?:|"
    r"(?:Illustrations?|Illus\.|Abbildung|Sidenote|Transcriber['’]s notes?|Image|Picture|Blank Page|Decoration)\b:?"
    r"|(?:Music|Musik)(?::|(?=\])))"
    r"(?P<words>[^\[\]]{0,4000}(?:\[[^\[\]]{0,200}\][^\[\]]{0,4000}){0,20})\]",
    re.IGNORECASE,
)
PAGE = re.compile(r"\[(?:Pg|Page|p\.) ?[\divxlc]{1,5}\]|\{(?:p\. ?)?\d{1,4}\}", re.IGNORECASE)
MARK = r"\d{1,3}|[A-Z]|\*{1,3}|†|‡"
REFERENCE = re.compile(rf"(?<=[\w.,;:!?\"'”’»)_—。，」])\[(?P<mark>{MARK})\]")
BODY = re.compile(rf"\[(?P<mark>{MARK})\][:.]?\s+\S")
EMPHASIS = re.compile(r"(?<![\w_])_(?=\S)([^_]{1,600}?)(?<=\S)_(?![\w_])")
STARRED = re.compile(r"(?<![\w*])\*{1,2}(?=[^\s*])([^*\n]{1,600}?)(?<=[^\s*])\*{1,2}(?![\w*])")
# The tokens of `Aside` stand in private characters, which are taken out of what a stranger hands in.
OPEN, CLOSE = "\ue001", "\ue002"
TOKEN = re.compile(f"{OPEN}(\\d+){CLOSE}")
ORNAMENT = re.compile(r"(?:[xXoO#]\s+){2,}[xXoO#]\Z")
CLOSING = re.compile(
    r"[\W_]*(?:the end|finis|fin|ende|fine|koniec|конец|完|全文完|全书完|全書完|終|了|おわり|끝)[\W_]*\Z",
    re.IGNORECASE,
)


class Aside:
    """What stood in brackets in a text: each is replaced by a token, and comes back as a passage of its own."""

    def __init__(self, text: str) -> None:
        self._passages: list[Passage] = []
        text = text.replace(OPEN, "").replace(CLOSE, "")
        self.text = PAGE.sub("", BRACKETED.sub(self._keep, text))

    def _keep(self, found: re.Match[str]) -> str:
        words = plain(" ".join(found["words"].split()))
        if not any(map(str.isalnum, words)):
            return ""
        self._passages.append(Passage(words, Kind.NOTE if found["note"] else Kind.CAPTION))
        return f"{OPEN}{len(self._passages) - 1}{CLOSE}"

    @property
    def has_notes(self) -> bool:
        return any(passage.kind is Kind.NOTE for passage in self._passages)

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        return [self._passages[number] for number in numbers]


def take_tokens(line: str) -> tuple[str, tuple[int, ...]]:
    """A line without the tokens of `Aside`, and their numbers."""
    if OPEN not in line:
        return line, ()
    return TOKEN.sub("", line).rstrip(), tuple(int(found[1]) for found in TOKEN.finditer(line))


def mark_footnotes(passages: Sequence[Passage], *, bracketed: bool) -> list[Passage]:
    """Passages without reference marks, and the notes they point to as notes.

    A mark is dropped when it hangs on a word; a paragraph "[1] ..." is a note when such a mark points to it.
    """
    marks = {found["mark"] for passage in passages for found in REFERENCE.finditer(passage.text)}
    kept: list[Passage] = []
    notes = False
    for passage in passages:
        body = BODY.match(passage.text) if passage.is_spoken else None
        if body and body["mark"] in marks:
            notes = True
            kept.append(Passage(passage.text[body.end("mark") + 1 :].lstrip(".: "), Kind.NOTE))
        else:
            kept.append(passage)
    if bracketed or notes or len(marks) > 1:
        return [replace(passage, text=REFERENCE.sub("", passage.text)) for passage in kept]
    return kept


def plain(text: str) -> str:
    """The words without the signs that plain text uses for italics."""
    if "_" in text:
        text = EMPHASIS.sub(r"\1", text)
    if "*" in text:
        text = STARRED.sub(r"\1", text)
    return text


def speakable(text: str) -> bool:
    """False for ornaments and scene breaks: nothing in them can be said."""
    return any(map(str.isalnum, text)) and not ORNAMENT.match(text)


def is_closing(text: str) -> bool:
    """True for the line that only says that the book is over."""
    return bool(CLOSING.match(text))


def kind_of(text: str, kind: Kind = Kind.PROSE) -> Kind:
    """A scene break where there is nothing to say, else the kind given."""
    return kind if speakable(text) else Kind.BREAK
