"""The client of the speech endpoint: one line in, whole audio out, or an error that says what to do about it.

One call here is one POST; cutting a long text (splitting.py), trying again and waiting are the caller's business.
"""

import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

import certifi

from projects.speech import connections, exchange, replies
from projects.speech.answers import Heard
from projects.speech.budget import Budget
from projects.speech.deadline import Deadline
from projects.speech.download import Downloader
from projects.speech.errors import Refused, TooLong, named
from projects.speech.hosts import AudioHosts, Origin
from projects.speech.line import Line, is_speakable
from projects.speech.pcm import check_speech
from projects.speech.wav import pcm_of

_PATH = "/v1/audio/speech"


@dataclass(frozen=True)
class Speech:
    """A spoken line. pcm: s16le, mono, 24 kHz, whole samples. characters: what was billed, None when not said."""

    pcm: bytes
    request_id: str = ""
    characters: int | None = None
    calls: int = 1


class Client:
    """Speaks lines through one endpoint; many threads may share it. Close it when done.

    deadline_s bounds a whole call with its download, connect_timeout_s each connection, idle_timeout_s each wait
    for bytes. audio_hosts: see hosts.AudioHosts. ca_bundle: a PEM file of authorities to trust instead of the
    usual ones. Proxies and other settings of the environment are ignored. Raises ValueError for a base URL or
    token that cannot be right.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        budget: Budget = Budget(),  # noqa: B008 - frozen
        deadline_s: float = 300,
        connect_timeout_s: float = 10,
        idle_timeout_s: float = 60,
        audio_hosts: tuple[str, ...] = (".aliyuncs.com",),
        max_audio_bytes: int = 32 * 1024 * 1024,
        ca_bundle: str = "",
    ) -> None:
        self.url = _speech_url(base_url)
        self._token = _checked_token(token)
        self._budget, self._max_audio_bytes = budget, max_audio_bytes
        self._waits = {"connect_s": connect_timeout_s, "idle_s": idle_timeout_s}
        self._deadline_s = deadline_s
        self._replies = replies.Reader(secret=self._token, max_audio_bytes=max_audio_bytes, base_url=self.url)
        tls = ssl.create_default_context(cafile=ca_bundle or certifi.where())
        self._endpoint = connections.session(tls, public_only=False)
        self._public = connections.session(tls, public_only=True)
        hosts = AudioHosts(Origin.of(self.url), audio_hosts)
        self._downloader = Downloader(
            own=self._endpoint, public=self._public, hosts=hosts, max_bytes=max_audio_bytes + 65536
        )

    def __repr__(self) -> str:
        return f"Client({self.url!r})"

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._endpoint.close()
        self._public.close()

    def synthesize(
        self, line: Line, *, stream: bool = False, on_audio: Callable[[bytes], None] | None = None
    ) -> Speech:
        """Speaks one line: one POST, and a download where the answer is a link.

        on_audio gets whole samples as they arrive (all at once when the answer is not a stream) and may have got
        some when the call fails after all; what it raises comes out as it is and ends the call. Raises SpeechError.
        """
        self._check(line)
        until = Deadline(self._deadline_s, **self._waits)
        hear = on_audio or _ignore
        heard = self._asked(line, stream, hear, until)
        pcm = heard.pcm
        with named(heard.request_id):
            if not pcm and heard.url:
                pcm = pcm_of(self._downloader.fetch(heard.url, until))
            check_speech(pcm, line.spoken)
        if not heard.pcm:
            hear(pcm)
        return Speech(pcm, heard.request_id, heard.characters)

    def _check(self, line: Line) -> None:
        if not is_speakable(line.spoken):
            raise Refused(
                "There is nothing to speak in this line: it has no letter and no digit.", code="empty_text"
            )
        if not self._budget.fits(line.spoken):
            raise TooLong(
                "The text is longer than one call may be. It has to be split into smaller pieces.",
                code="over_budget",
                limit=self._budget.limit,
            )

    def _asked(self, line: Line, stream: bool, hear: Callable[[bytes], None], until: Deadline) -> Heard:
        data = json.dumps(line.body(), ensure_ascii=False).encode()
        most = 2 * self._max_audio_bytes + 1024 * 1024  # base64 and its envelopes
        with exchange.sent(
            self._endpoint,
            "POST",
            self.url,
            headers=self._headers(stream),
            until=until,
            max_bytes=most,
            data=data,
        ) as answer:
            return self._replies.read(answer, hear)

    def _headers(self, stream: bool) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Accept": "application/json, */*;q=0.5"}
        if stream:
            headers |= {"X-DashScope-SSE": "enable", "Accept": "text/event-stream, application/json;q=0.5"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return headers


def _ignore(_samples: bytes) -> None:
    """For callers who want the whole only."""


def _speech_url(base_url: str) -> str:
    base = base_url.strip().rstrip("/").removesuffix(_PATH).removesuffix("/v1")
    try:
        origin = Origin.of(base)
    except ValueError as error:
        raise ValueError(f"The endpoint's address cannot be used: {error}.") from None
    if "?" in base or "#" in base:
        raise ValueError("The endpoint's address cannot be used: it has a query.")
    path = base.partition("://")[2].partition("/")[2]
    return f"{origin.scheme}://{origin.netloc}{'/' if path else ''}{path}{_PATH}"


def _checked_token(token: str) -> str:
    token = token.strip()
    if not all("\x21" <= char <= "\x7e" for char in token):
        raise ValueError("The token cannot be right: it has spaces, line breaks or letters outside of ASCII.")
    return token
