"""What stands in a plain text beside the words to be spoken: footnotes, pictures, page marks, emphasis signs."""

import re
from collections.abc import Sequence

BRACKETED = re.compile(
    r"\[(?:(?P<note>Footnotes?|Endnotes?|Fußnote|Note)(?: ?[\w*†‡]{1,6})?:|"
    r"(?:Illustrations?|Illus\.|Abbildung|Music|Musik|Sidenote|Transcriber['’]s notes?"
    r"|Image|Picture|Blank Page|Decoration)\b)"
    r"[^\[\]]{0,4000}(?:\[[^\[\]]{0,200}\][^\[\]]{0,4000}){0,20}\]",
    re.IGNORECASE,
)
PAGE = re.compile(r"\[(?:Pg|Page|p\.) ?[\divxlc]{1,5}\]|\{(?:p\. ?)?\d{1,4}\}", re.IGNORECASE)
MARK = r"\d{1,3}|[A-Z]|\*{1,3}|†|‡"
REFERENCE = re.compile(rf"(?<=[\w.,;:!?\"'”’»)_—。，」])\[(?P<mark>{MARK})\]")
BODY = re.compile(rf"\[(?P<mark>{MARK})\][:.]?\s+\S")
EMPHASIS = re.compile(r"(?<![\w_])_(?=\S)([^_]{1,600}?)(?<=\S)_(?![\w_])")
STARRED = re.compile(r"(?<![\w*])\*{1,2}(?=[^\s*])([^*\n]{1,600}?)(?<=[^\s*])\*{1,2}(?![\w*])")
ORNAMENT = re.compile(r"(?:[xXoO#]\s+){2,}[xXoO#]\Z")
CLOSING = re.compile(
    r"[\W_]*(?:the end|finis|fin|ende|fine|koniec|конец|完|全文完|全书完|全書完|終|了|おわり|끝)[\W_]*\Z",
    re.IGNORECASE,
)


def strip_brackets(text: str) -> tuple[str, int]:
    """The text without bracketed notes, pictures and page marks; and how many footnotes went."""
    notes = 0

    def drop(found: re.Match[str]) -> str:
        nonlocal notes
        notes += found["note"] is not None
        return ""

    return PAGE.sub("", BRACKETED.sub(drop, text)), notes


def strip_footnotes(paragraphs: Sequence[str], *, bracketed: int) -> tuple[list[str], int]:
    """Paragraphs without reference marks and without the notes they point to; and how many notes went.

    A mark is dropped when it hangs on a word; a paragraph "[1] ..." is a note when such a mark points to it.
    """
    marks = {found["mark"] for paragraph in paragraphs for found in REFERENCE.finditer(paragraph)}
    kept: list[str] = []
    notes = 0
    for paragraph in paragraphs:
        body = BODY.match(paragraph)
        if body and body["mark"] in marks:
            notes += 1
        else:
            kept.append(paragraph)
    if bracketed or notes or len(marks) > 1:
        kept = [REFERENCE.sub("", paragraph) for paragraph in kept]
    return kept, notes


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


def footnote_note(count: int) -> str:
    """The sentence for the preview, or "" for none."""
    if not count:
        return ""
    return f"{count} {'footnote is' if count == 1 else 'footnotes are'} not read aloud."
