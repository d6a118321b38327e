"""What two texts have in common: their sound, their words, and the words in which they differ."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise

# What printers set differently and nobody hears: quotation marks, dashes, the three dots, white space, soft hyphens.
_PLAIN = dict.fromkeys("“”„‟«»", '"') | dict.fromkeys("‘’‚‛‹›´`", "'") | dict.fromkeys("–—―‒−‐‑-", "-")
_SET = re.compile("[“”„‟«»‘’‚‛‹›´`–—―‒−‐‑\u00ad-]+")
_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]|[^\W_]+(?:['’][^\W_]+)*|[^\w\s]|_|\s+"
)
# Texts of so many words are compared word by word; longer ones only at their ends.
LONGEST_WORDS = 4_000

Piece = tuple[str, str]
"""``("same" | "gone" | "new", text)``."""


def sound(text: str) -> str:
    """A text as it is heard: equal for two that differ in quotation marks, dashes or white space alone."""
    folded = _SET.sub(_plain, unicodedata.normalize("NFKC", text))
    return " ".join(folded.split())


def _plain(found: re.Match[str]) -> str:
    plain = "".join(_PLAIN.get(mark, "") for mark in found[0])
    return re.sub("-+", "-", plain)


def cut(text: str) -> list[str]:
    """A text in words, marks and spaces, which joined are the text again; a Han or Kana letter counts as a word."""
    return _WORD.findall(text)


@lru_cache(maxsize=50_000)
def bag(text: str) -> Counter[str]:
    """The words of a text with how often each occurs, without regard to capitals."""
    return Counter(word.casefold() for word in cut(text) if word[0].isalnum())


def forget() -> None:
    """Let go of the words of a book that was compared: they take more room than the book."""
    bag.cache_clear()


def likeness(one: Counter[str], other: Counter[str]) -> float:
    """How much two bags of words share, 0 to 1: twice what is in both, over what is in either (Dice)."""
    total = one.total() + other.total()
    if not total:
        return 0.0
    if len(one) > len(other):
        one, other = other, one
    return 2 * sum(min(count, other[word]) for word, count in one.items() if word in other) / total


def differing(old: str, new: str) -> list[Piece]:
    """The way from one text to another, whole words at a time: what stays, goes and comes, in reading order."""
    a, b = cut(old), cut(new)
    found: list[Piece] = []
    for kind, a0, a1, b0, b1 in _steps(a, b):
        if kind == "equal":
            found.append(("same", "".join(b[b0:b1])))
            continue
        if a1 > a0:
            found.append(("gone", "".join(a[a0:a1])))
        if b1 > b0:
            found.append(("new", "".join(b[b0:b1])))
    return found


def _steps(a: list[str], b: list[str]) -> Iterable[tuple[str, int, int, int, int]]:
    if max(len(a), len(b)) > LONGEST_WORDS:
        return [("equal" if a == b else "replace", 0, len(a), 0, len(b))]
    return SequenceMatcher(None, a, b, autojunk=False).get_opcodes()


def parted_like(parts: list[str], new: str) -> list[str]:
    """Cut a text where its older version is cut into ``parts``; fewer parts where there is nothing for one."""
    a, b = cut(" ".join(parts)), cut(new)
    ends, length = [], 0
    for part in parts[:-1]:
        length += len(cut(part)) + 1
        ends.append(length)
    steps = list(_steps(a, b))
    cuts = [0, *(_place(steps, end) for end in ends), len(b)]
    pieces = ("".join(b[start:end]).strip() for start, end in pairwise(cuts))
    return [piece for piece in pieces if any(map(str.isalnum, piece))]


def _place(steps: list[tuple[str, int, int, int, int]], at: int) -> int:
    """Where in the new text the word ``at`` of the old one stands."""
    for kind, a0, a1, b0, b1 in steps:
        if a0 <= at < a1:
            return b0 + (at - a0) if kind == "equal" else b1
    return steps[-1][4] if steps else 0
