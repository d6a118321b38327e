"""One HTTP exchange: a request out, an answer in, and every way in which the network can fail as a SpeechError.

What the answer means is not decided here.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import TypeVar

import requests
from urllib3.exceptions import HTTPError

from projects.sentences import gettext_noop as _
from projects.speech import connections, record
from projects.speech.deadline import Deadline, DeadlinePassed, Stalled
from projects.speech.errors import SpeechError, Stopped, Unavailable

TOO_SLOW = _(
    "The endpoint did not finish within %(seconds)s seconds, so the call was given up. "
    "The line is tried again by itself."
)
SILENT = _(
    "The endpoint sent nothing for %(seconds)s seconds, so the call was given up. "
    "The line is tried again by itself."
)

_READ_BYTES = 65536
_REDIRECTS = (301, 302, 303, 307, 308)
_T = TypeVar("_T")
_CODES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (DeadlinePassed, "deadline_passed"),
    (Stalled, "stalled"),
    (requests.exceptions.SSLError, "tls_failed"),
    ((requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema), "bad_address"),
)
_SENTENCES = {
    "dns_failed": _(
        "The host's name cannot be found, or the network is down. The line is tried again by itself."
    ),
    "unreachable": _(
        "The endpoint cannot be reached: nothing answers at its address. The line is tried again by itself."
    ),
    "audio_url_refused": _("The address of the audio is not safe to open: it lies inside a private network."),
    "address_refused": (
        _(
            "The endpoint's address lies inside a private network, which whoever runs Narrator has not allowed. "
            "An admin of the team can set another address."
        )
    ),
    "tls_failed": _(
        "The endpoint could not prove who it is (its TLS certificate was not accepted). "
        "The line is tried again by itself."
    ),
    "connection_lost": _("The connection to the endpoint broke off. The line is tried again by itself."),
    "cut_short": _(
        "The endpoint's answer broke off before its end. What had come was not kept. The line is tried again by itself."
    ),
    "too_large": _("The endpoint's answer is larger than allowed and was not kept. Try the line again."),
    "bad_address": _("The endpoint named an address that cannot be opened. Try the line again."),
}


def _unwatched(_piece: bytes) -> None:
    """Nobody looks on."""


class Answer:
    """Status, headers and the unread body of one answer."""

    def __init__(
        self,
        response: requests.Response,
        until: Deadline,
        max_bytes: int,
        keep: Callable[[bytes], None] = _unwatched,
    ) -> None:
        self._response, self._until, self._max_bytes, self._keep = response, until, max_bytes, keep
        self.watch: Callable[[bytes], None] = _unwatched  # sees each piece of the body as it arrives
        self.status: int = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.content_type: str = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        self.location: str = self.headers.get("Location", "").strip() if self.status in _REDIRECTS else ""

    def pieces(self) -> Iterator[bytes]:
        """The body as it arrives, in pieces of up to 64 KiB. Raises Unavailable for a body that does not end well."""
        size = 0
        while True:
            piece = _guarded(self._read, self._until, self.status)
            if not piece:
                return
            size += len(piece)
            self._keep(piece)
            if size > self._max_bytes:
                raise failure("too_large", self.status)
            self.watch(piece)
            yield piece

    def _read(self) -> bytes:
        return self._response.raw.read1(_READ_BYTES, decode_content=True)

    def body(self) -> bytes:
        return b"".join(self.pieces())

    def start_of_body(self, max_bytes: int) -> bytes:
        """As much of the body of an error as there is: a body that breaks off never hides the status."""
        kept = b""
        with suppress(Unavailable):
            for piece in self.pieces():
                kept += piece
                if len(kept) >= max_bytes:
                    break
        return kept[:max_bytes]

    def finish(self, seconds: float) -> None:
        """Reads what little may follow, so that the connection can serve the next call; gives up after that time."""
        with self._until.hurried(seconds):
            self.start_of_body(_READ_BYTES)


@contextmanager
def sent(
    session: requests.Session,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    until: Deadline,
    max_bytes: int,
    data: bytes | None = None,
) -> Iterator[Answer]:
    """Sends one request and gives its answer, headers read; the connection is closed unless the body was read whole.

    max_bytes: the largest body that is read. Raises what ``failure`` gives for everything that the network does.
    """
    listener = record.begin(method, url, headers, data)
    with until.running():
        response = _guarded(lambda: _headers_read(session, method, url, headers, until, data), until)
        if listener is not None:
            listener.answered(response.status_code, response.headers)
        try:
            yield Answer(response, until, max_bytes, listener.hear if listener is not None else _unwatched)
        finally:
            response.close()


def _headers_read(
    session: requests.Session,
    method: str,
    url: str,
    headers: Mapping[str, str],
    until: Deadline,
    data: bytes | None,
) -> requests.Response:
    # By hand, and past the session's own way: it takes nothing from its surroundings and follows nothing, so there is
    # nothing to merge, and that is a third of a call.
    request = requests.PreparedRequest()
    request.method, request.url = method, _encoded(url)
    request.prepare_headers({**session.headers, **headers})
    request.prepare_body(data, None)
    timeout = (until.connecting_s(), until.idle_s)  # the reader in connections.py shortens each wait further
    return session.get_adapter(url).send(request, stream=True, timeout=timeout)


@lru_cache(maxsize=64)
def _encoded(url: str) -> str:
    """The address as it is sent. requests.RequestException where it is none."""
    request = requests.PreparedRequest()
    request.prepare_url(url, None)
    return str(request.url)


def _guarded(call: Callable[[], _T], until: Deadline, status: int | None = None) -> _T:
    """Does one step on the network; what the libraries raise becomes an Unavailable.

    It is raised outside of the except block, so that it is not chained to theirs, which hold the request's headers.
    """
    try:
        return call()
    except (
        DeadlinePassed,
        Stalled,
        connections.NotConnected,
        requests.RequestException,
        HTTPError,
        OSError,
    ) as error:
        code = _code_of(error, until, status)
    raise failure(code, status, until)


def _code_of(error: Exception, until: Deadline, status: int | None) -> str:
    if isinstance(error, connections.NotConnected):
        return error.code
    if isinstance(error, (requests.Timeout, TimeoutError)):
        error = until.timed_out()
    for kinds, code in _CODES:
        if isinstance(error, kinds):
            return code
    broke_off = status is not None and "reset" not in str(error).lower()
    return "cut_short" if broke_off else "connection_lost"


def failure(code: str, status: int | None = None, until: Deadline | None = None) -> SpeechError:
    """The error for one of this module's codes: an Unavailable, but Stopped where trying again is of no use."""
    if code == "address_refused":
        return Stopped(_SENTENCES[code], code=code)
    if until is not None and code == "deadline_passed":
        message = TOO_SLOW % {"seconds": f"{until.total_s:g}"}
    elif until is not None and code == "stalled":
        message = SILENT % {"seconds": f"{until.idle_s:g}"}
    else:
        message = _SENTENCES[code]
    return Unavailable(message, code=code, status=status)


def text_of_page(body: bytes) -> str:
    """What to show of a body that is no JSON: the title of a web page, or the plain text; never its source."""
    text = body.decode("utf-8", "replace").strip()
    title = re.search(r"<title[^>]{0,200}>([^<]{0,300})", text, re.IGNORECASE)
    if title:
        return title[1].strip()
    return "" if text.startswith("<") else text
