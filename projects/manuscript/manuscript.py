"""What reading a file gives: a manuscript, its chapters and passages, and the error for what cannot be read.

No reading happens here: `reading.py` picks the reader, and each format has its own file.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from projects.sentences import gettext_noop as _


class Unreadable(Exception):
    """The file cannot be read. `str(error)` is one sentence for the person: what happened and what to do."""


class Kind(StrEnum):
    """What a passage is. The value names it in a sentence, in the singular."""

    PROSE = _("paragraph")
    VERSE = _("verse")
    DIRECTION = _("stage direction")
    HEADING = _("inner heading")
    NOTE = _("footnote")
    CAPTION = _("caption")
    CUE = _("sound cue")
    BREAK = _("scene break")


# What is spoken unless a person says otherwise. A scene break can only be heard as a pause.
SPOKEN = frozenset((Kind.PROSE, Kind.VERSE, Kind.DIRECTION))
OFFERED = (Kind.DIRECTION, Kind.HEADING, Kind.NOTE, Kind.CAPTION, Kind.CUE)


class Form(StrEnum):
    """What kind of text a manuscript is. Everything but prose names its speakers."""

    PROSE = _("prose")
    PLAY = _("play")
    SCREENPLAY = _("screenplay")
    TRANSCRIPT = _("transcript")
    SUBTITLES = _("subtitles")


@dataclass(frozen=True, slots=True)
class Passage:
    """One stretch of a manuscript, as long as one line of a script: spoken, or standing beside what is spoken.

    `text` is a single line without mark-up, with at least one letter or digit (a scene break has none).
    `speaker` is the name that the manuscript gives, "" where it gives none; `confidence` (0 to 1) says how sure
    it is that this person speaks these words. `printed` is the passage with its label and its manner of speaking,
    "ANNA (softly): Come in.", where that is more than `text`; `manner` is what the brackets say ("softly").
    """

    text: str
    kind: Kind = Kind.PROSE
    speaker: str = ""
    confidence: float = 0.0
    printed: str = ""
    manner: str = ""

    @property
    def whole(self) -> str:
        """The words as they stand in the manuscript, the speaker's name with them."""
        return self.printed or self.text

    @property
    def is_spoken(self) -> bool:
        return self.kind in SPOKEN


@dataclass(frozen=True)
class Chapter:
    """One chapter as the preview offers it, with everything that stands in it, in reading order.

    `part` says why the chapter is not ticked ("Title page", "Colophon"); it is empty for a ticked one.
    """

    title: str
    passages: tuple[Passage, ...]
    ticked: bool = True
    part: str = ""

    @classmethod
    def of(cls, title: str, texts: Iterable[str], ticked: bool = True, part: str = "") -> "Chapter":
        """A chapter in which everything is plain prose."""
        return cls(title, tuple(Passage(text) for text in texts), ticked, part)

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """What is spoken, with the speakers' names as they are printed."""
        return tuple(passage.whole for passage in self.passages if passage.is_spoken)

    @property
    def characters(self) -> int:
        return sum(len(paragraph) for paragraph in self.paragraphs)


@dataclass(frozen=True)
class Manuscript:
    """A whole file. `language` is a BCP 47 code or empty; `cover` is the bytes of an image or empty.

    `notes` are sentences for the import preview: what was left out, and how the bytes were read.
    """

    title: str
    author: str
    language: str
    chapters: tuple[Chapter, ...]
    notes: tuple[str, ...] = ()
    cover: bytes = b""
    form: Form = Form.PROSE

    @property
    def ticked_chapters(self) -> tuple[Chapter, ...]:
        return tuple(chapter for chapter in self.chapters if chapter.ticked)

    @property
    def kinds(self) -> Counter[Kind]:
        """How many passages of each kind the ticked chapters hold."""
        return Counter(passage.kind for chapter in self.ticked_chapters for passage in chapter.passages)

    @property
    def beside(self) -> tuple[str, ...]:
        """A sentence for each kind of passage in the ticked chapters that is not spoken: "2 footnotes: not spoken"."""
        counts = ((kind, count) for kind, count in self.kinds.items() if kind not in SPOKEN)
        return tuple(
            f"{count} {kind}{'s' if count > 1 else ''}: {'a pause' if kind is Kind.BREAK else 'not spoken'}"
            for kind, count in counts
        )

    @property
    def speakers(self) -> Counter[str]:
        """How many passages each named speaker has in the ticked chapters, the most frequent first."""
        passages = (passage for chapter in self.ticked_chapters for passage in chapter.passages)
        return Counter(dict(Counter(p.speaker for p in passages if p.speaker).most_common()))
