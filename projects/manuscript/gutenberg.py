"""Project Gutenberg files: the header with its fields, the licence, the makers' credits."""

import re
from dataclasses import dataclass

from projects.sentences import gettext_noop as _

from . import language

START = re.compile(
    r"^[ \t]*\*{2,3} ?START OF (?:THE|THIS) PROJECT GUTENBERG[^*]{0,400}\*{3}[^\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
SMALL_PRINT = re.compile(r"^\*END\*? ?THE SMALL PRINT[^\n]*$", re.IGNORECASE | re.MULTILINE)
END = re.compile(
    r"^[ \t]*(?:\*{2,3} ?END OF (?:THE|THIS) PROJECT GUTENBERG|End of (?:the )?Project Gutenberg)",
    re.IGNORECASE | re.MULTILINE,
)
CREDIT = re.compile(
    r"(?:Produced by|E-?text prepared by|Transcribed (?:by|from)|This e-?(?:text|book) was (?:produced|prepared)"
    r"|\(?This file was produced from|Note: (?:Project Gutenberg|Images of the original)"
    r"|\[?Transcriber[’']?s?[’']? notes?\b)",
    re.IGNORECASE,
)
NAME = "project gutenberg"
LICENCE_NOTE = _("Left out the Project Gutenberg licence.")


@dataclass(frozen=True)
class Trimmed:
    """The text between the markers, with what the header says. `found` is False for any other file."""

    text: str
    found: bool = False
    title: str = ""
    author: str = ""
    language: str = ""


def trim(text: str) -> Trimmed:
    """The book without header and licence; other texts come back as they are."""
    if NAME not in text[:5000].casefold() and NAME not in text[-30_000:].casefold():
        return Trimmed(text)
    start = START.search(text) or SMALL_PRINT.search(text)
    begin = start.end() if start else 0
    end = END.search(text, begin)
    if start is None and end is None:
        return Trimmed(text)
    header = text[:begin]
    body = text[begin : end.start() if end else len(text)]
    return Trimmed(
        body,
        True,
        _field(header, "Title"),
        _field(header, "Author"),
        language.code(_field(header, "Language")),
    )


def _field(header: str, name: str) -> str:
    """A header field; its value may go on in indented lines."""
    found = re.search(rf"^{name}:[ \t]*([^\n]+(?:\n[ \t]+\S[^\n]*)*)", header, re.MULTILINE)
    return " ".join(found.group(1).split()) if found else ""


def is_credit(paragraph: str) -> bool:
    """True for a paragraph by the makers of the file: credits and transcribers' notes."""
    return bool(CREDIT.match(paragraph))
