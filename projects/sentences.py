"""Sentences that people read, made where nobody knows who will: in engines, workers and rows. Plain Python.

They are marked for the catalogue here, and are English wherever they are made, kept, logged or answered by the API.
A page says them in the language of its reader (narrator/sentences.py). Why: docs/adr/0035-kept-in-english.md.
A sentence with placeholders is marked where its module is read, so that all of them are known to who reads it again.
"""

from typing import Any

MARKED: dict[str, str | None] = {}
"""Each marked sentence with placeholders, and its plural where it counts something."""


def gettext_noop(sentence: str) -> str:
    """The sentence itself.

    A placeholder named ``said…`` holds a phrase or sentence that is marked itself, ``said_all`` several of them with
    commas between; any other holds a name or a number, which stays as it is.
    """
    if "%(" in sentence:
        MARKED[sentence] = None
    return sentence


class Counting:
    """A sentence that counts something: ``LINES.of(3)`` is "3 lines"."""

    def __init__(self, singular: str, plural: str) -> None:
        self.singular, self.plural = singular, plural
        MARKED[singular] = plural

    def of(self, count: int, **values: Any) -> str:
        """The sentence for so many: they are written as ``1,200`` where it says ``%(count)s``."""
        return (self.singular if count == 1 else self.plural) % {"count": f"{count:,}", **values}


def ngettext_lazy(singular: str, plural: str) -> Counting:
    """Mark a sentence that counts ``%(count)s`` of something."""
    return Counting(singular, plural)
