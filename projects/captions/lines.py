"""What captions are made of: a line as it is heard in a file."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Spoken:
    """One line: its written text, whose sentences joined are the text, and from when to when its speech is heard.

    In ms of its file, as are the `pauses` within the speech, in order. `speaker` is empty where one voice tells all.
    """

    sentences: tuple[str, ...]
    start_ms: int
    end_ms: int
    pauses: tuple[tuple[int, int], ...] = ()
    speaker: str = ""

    @property
    def text(self) -> str:
        return "".join(self.sentences)


@dataclass(frozen=True)
class Chapter:
    """Lines under a title."""

    title: str
    lines: tuple[Spoken, ...]


def tell_apart(speakers: set[str]) -> bool:
    """Whether it has to be said who speaks: not where it is one alone."""
    return len(speakers) > 1
