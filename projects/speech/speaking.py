"""What every kind of client promises: one line in, a Speech out. What a kind sends and reads is its own affair."""

from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from projects.sentences import gettext_noop as _
from projects.speech.budget import Budget
from projects.speech.errors import Refused, TooLong
from projects.speech.line import Line, is_speakable


@dataclass(frozen=True)
class Speech:
    """A spoken line. pcm: s16le, mono, 24 kHz, whole samples. characters: what was billed, None when not said."""

    pcm: bytes
    request_id: str = ""
    characters: int | None = None
    calls: int = 1


# Brings the sound of a call that was answered, once, in whatever thread. Raises SpeechError.
Fetch = Callable[[], Speech]


class SpeechClient(Protocol):
    """Speaks lines through one endpoint; many threads may share it. Close it when done, or use a ``with`` statement."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def synthesize(
        self, line: Line, *, stream: bool = False, on_audio: Callable[[bytes], None] | None = None
    ) -> Speech:
        """Speaks one line by one POST. Raises SpeechError.

        on_audio gets whole samples as they arrive (all at once when the answer does not stream) and may have got
        some when the call fails after all; what it raises comes out as it is and ends the call.
        """

    def ask(
        self, line: Line, *, stream: bool = False, on_audio: Callable[[bytes], None] | None = None
    ) -> Fetch:
        """The first half of ``synthesize``: returns when the endpoint has answered, and so may be called again.

        Its sound may still lie behind a link. What that link comes to is raised by the second half.
        """

    def close(self) -> None: ...


class BaseClient:
    """What every client has of its ``ask`` and ``close``: both halves in one, and a ``with`` statement."""

    def ask(
        self, line: Line, *, stream: bool = False, on_audio: Callable[[bytes], None] | None = None
    ) -> Fetch:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def synthesize(
        self, line: Line, *, stream: bool = False, on_audio: Callable[[bytes], None] | None = None
    ) -> Speech:
        """Speaks one line by one POST; see SpeechClient."""
        return self.ask(line, stream=stream, on_audio=on_audio)()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def check(line: Line, budget: Budget) -> None:
    """What need not be sent to know that it fails: Refused (`empty_text`), TooLong (`over_budget`)."""
    if not is_speakable(line.spoken):
        raise Refused(
            _("There is nothing to speak in this line: it has no letter and no digit."), code="empty_text"
        )
    if not budget.fits(line.spoken):
        raise TooLong(
            _("The text is longer than one call may be. It has to be split into smaller pieces."),
            code="over_budget",
            limit=budget.limit,
        )


def ignore(_samples: bytes) -> None:
    """The on_audio of callers who want the whole only."""
