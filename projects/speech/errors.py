"""What can go wrong with one spoken line, as errors that carry their fate.

The class says what the caller does next; `code` says why, in the endpoint's word or in ours (lower case with
underscores, never sent by an endpoint: `silent_audio`, `deadline_passed`, ...). Which code has which fate is
decided in classify.py, not here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

AGAIN = "The line is tried again by itself."
AWAY = frozenset({"unreachable", "dns_failed"})


class SpeechError(Exception):
    """A line could not be spoken. Raised only as one of the five subclasses below.

    message: a short text for a person in the studio: what happened, what it means, what to do.
    detail: what the endpoint said, without the token, at most 500 characters, never a web page's source.
    status: the HTTP status, None when there was no answer. retry_after_s: the wait asked for, or None.
    """

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "",
        detail: str = "",
        request_id: str = "",
        status: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.detail = detail
        self.request_id = request_id
        self.status = status
        self.retry_after_s = retry_after_s

    @property
    def reason(self) -> str:
        """The message for a call that nobody repeats by itself."""
        return self.message.replace(AGAIN, "").strip()

    @property
    def is_away(self) -> bool:
        """Whether nobody was there to take the call, so that nothing was sent and the line has done no wrong.

        With a request id it was the sound that could not be fetched: by then the endpoint had spoken.
        """
        return self.code in AWAY and not self.request_id

    def __repr__(self) -> str:
        return f"{type(self).__name__}(code={self.code!r}, status={self.status!r}, message={self.message!r})"


class Busy(SpeechError):
    """Too many requests: every caller of this account slows down; this line has used up no attempt.

    counts_as_attempt: True for a quota that may never come back (Throttling.AllocationQuota): wait, but only a
    few times.
    """

    def __init__(self, message: str = "", *, counts_as_attempt: bool = False, **about: Any) -> None:
        super().__init__(message, **about)
        self.counts_as_attempt = counts_as_attempt


class Unavailable(SpeechError):
    """It did not work this time: try the same call again, with backoff, a few times."""


class TooLong(SpeechError):
    """The text is past the endpoint's limit: split it further, never repeat it whole.

    limit: the number that the endpoint named (in its own unit, which it does not name), or None.
    """

    def __init__(self, message: str = "", *, limit: int | None = None, **about: Any) -> None:
        super().__init__(message, **about)
        self.limit = limit


class Refused(SpeechError):
    """This line cannot be spoken as it is; the others can. Do not repeat it unchanged."""


class Stopped(SpeechError):
    """Nothing can be spoken until somebody acts (account, token, arrears, model, settings): stop the whole queue."""


@contextmanager
def named(request_id: str) -> Iterator[None]:
    """Gives this request id to an error from inside that has none: what failed after the call may have been billed."""
    try:
        yield
    except SpeechError as error:
        error.request_id = error.request_id or request_id
        raise
