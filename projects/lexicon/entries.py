"""What a lexicon is made of, and what comes of a text: entries, changes, the spoken text."""

from dataclasses import dataclass

# Longer ones are sentences, and belong into the line.
WRITTEN_CHARACTERS = 200
SPOKEN_CHARACTERS = 400

# How an entry treats capitals. KEEP: in any case, and a sentence goes on to begin with a capital.
EXACT, ANY, KEEP = "exact", "any", "keep"
WORD, PATTERN = "word", "pattern"


@dataclass(frozen=True)
class Entry:
    """Say ``spoken`` where ``written`` stands: a whole word (or several), or a regular expression.

    ``language`` is the endpoint's name of one; blank means any. A lower ``rank`` goes before a higher one with the
    same match: a project's entries before the team's.
    """

    written: str
    spoken: str
    kind: str = WORD
    case: str = KEEP
    language: str = ""
    rank: int = 0
    pk: int = 0


@dataclass(frozen=True)
class Change:
    """``said`` instead of what stands from ``start`` to ``end`` of the written text.

    By an entry, or by the expansion of this name.
    """

    start: int
    end: int
    said: str
    entry: Entry | None = None
    expansion: str = ""


@dataclass(frozen=True)
class Spoken:
    """A text as it is spoken, and what was changed of the ``written`` one, in order and without overlap."""

    written: str
    text: str
    changes: tuple[Change, ...] = ()

    @property
    def pieces(self) -> list[tuple[str, str, Change | None]]:
        """(unchanged before it, what was written, what is said instead) of each change, and the rest."""
        at, pieces = 0, []
        for change in self.changes:
            before, was = self.written[at : change.start], self.written[change.start : change.end]
            pieces.append((before, was, change))
            at = change.end
        return [*pieces, (self.written[at:], "", None)]
