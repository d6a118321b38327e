"""What of a paragraph is spoken by somebody and what tells of it: quotation marks of several habits, and dashes."""

import re
from dataclasses import dataclass

# Opening -> what may close it. German opens with what English closes with, so the pair is found by its opening.
PAIRS = {"“": "”", "„": "“”", "«": "»", "»": "«", "「": "」", "『": "』", '"': '"', "‘": "’", "‚": "‘’"}
INNER = frozenset("‘‚")
# A dash opens a speech in French, Spanish and Russian dialogue; what tells of it follows a comma or a full stop.
DASH = re.compile(r"\A\s*[—–―-]\s*(?=\S)")
SENTENCE = re.compile(r"(?<!Mr\.)(?<!Mrs\.)(?<!Ms\.)(?<!Dr\.)(?<!St\.)(?:(?<=[.!?…])\s+|(?<=[。！？]))")
ENDS = re.compile(r"[,.!?…;:—–，。！？；：-]\s*\Z")


@dataclass(frozen=True)
class Part:
    """A stretch of a paragraph: what somebody says (``spoken``), or what is told. ``open``: it is never closed."""

    text: str
    spoken: bool
    open: bool = False


def parts(text: str, *, single: bool = False) -> list[Part]:
    """The stretches of a paragraph in order; ``single``: ‘these’ are the marks of speech, not of quotes inside it.

    A word in quotation marks inside a sentence ("his ‘friend’ left") is told, not spoken: nothing in it ends.
    """
    found: list[Part] = []
    told, at = 0, 0
    while at < len(text):
        closing = PAIRS.get(text[at], "")
        if not closing or (text[at] in INNER and not single) or not _opens(text, at):
            at += 1
            continue
        end = _end(text, at, closing)
        inside = text[at + 1 : end]
        if at == 0 or ENDS.search(inside) or end == len(text):
            if text[told:at].strip():
                found.append(Part(text[told:at], False))
            found.append(Part(inside, True, open=end == len(text)))
            told = end + 1
        at = end + 1
    if text[told:].strip():
        found.append(Part(text[told:], False))
    return found


def _opens(text: str, at: int) -> bool:
    """Whether a mark stands where a speech may begin: not inside a word, nor behind one as an apostrophe does."""
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < len(text) else " "
    if after.isspace() and text[at] != "«":  # in French a space follows it
        return False
    return not (before.isalnum() and text[at] in "\"‘'")


def _end(text: str, at: int, closing: str) -> int:
    """Where the speech that opens at ``at`` ends: its closing mark, or the end of the text."""
    depth, opening = 0, text[at]
    for end in range(at + 1, len(text)):
        char = text[end]
        if char == opening and opening not in closing:
            depth += 1
        elif char in closing:
            inside_word = end + 1 < len(text) and text[end + 1].isalnum() and text[end - 1].isalnum()
            if char == "’" and inside_word:
                continue
            if depth == 0:
                return end
            depth -= 1
    return len(text)


def sentences(text: str) -> list[str]:
    """The sentences of what is told, roughly: enough to know which one stands beside a speech."""
    return [sentence for sentence in SENTENCE.split(text.strip()) if sentence]


def dashed(text: str) -> str:
    """What follows the dash of a speech that begins with one; empty for any other paragraph."""
    found = DASH.match(text)
    return text[found.end() :] if found else ""


def uses_single(paragraphs: list[str]) -> bool:
    """Whether a book marks speech with ‘these’: far more paragraphs begin with them than with “these”."""
    single = sum(1 for text in paragraphs if text.startswith("‘"))
    double = sum(1 for text in paragraphs if text.startswith(("“", '"')))
    return single > 3 and single > 3 * double
