"""The client of the speech endpoint: one line in, whole audio out, or an error that says what to do about it.

One call here is one POST; cutting a long text (splitting.py), trying again and waiting are the caller's business.
"""

from collections.abc import Callable

from projects.speech import connections, replies, speaking
from projects.speech.address import SPEECH_PATH
from projects.speech.answers import Heard
from projects.speech.budget import Budget
from projects.speech.caller import Caller
from projects.speech.deadline import Deadline
from projects.speech.download import Downloader
from projects.speech.errors import named
from projects.speech.hosts import AudioHosts, Origin
from projects.speech.line import Line
from projects.speech.pcm import check_speech
from projects.speech.speaking import BaseClient, Fetch, Speech
from projects.speech.wav import pcm_of

__all__ = ["Client", "Speech"]


class Client(BaseClient):
    """Speaks lines through one endpoint; many threads may share it. Close it when done.

    deadline_s bounds a whole call with its download. The times, ca_bundle, public_only, ValueError: see caller.Caller.
    audio_hosts: see hosts.AudioHosts.
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
        public_only: bool = False,
    ) -> None:
        self._caller = Caller(
            base_url,
            token,
            deadline_s=deadline_s,
            connect_timeout_s=connect_timeout_s,
            idle_timeout_s=idle_timeout_s,
            ca_bundle=ca_bundle,
            public_only=public_only,
        )
        self.url = self._caller.base + SPEECH_PATH
        self._budget, self._max_audio_bytes = budget, max_audio_bytes
        self._replies = replies.Reader(
            secret=self._caller.token, max_audio_bytes=max_audio_bytes, base_url=self.url
        )
        self._public = connections.session(self._caller.tls, public_only=True, for_audio=True)
        hosts = AudioHosts(Origin.of(self.url), audio_hosts)
        self._downloader = Downloader(
            own=self._caller.session, public=self._public, hosts=hosts, max_bytes=max_audio_bytes + 65536
        )

    def __repr__(self) -> str:
        return f"Client({self.url!r})"

    def close(self) -> None:
        self._caller.close()
        self._public.close()

    def ask(
        self, line: Line, *, stream: bool = False, on_audio: Callable[[bytes], None] | None = None
    ) -> Fetch:
        """One POST, and then a download where the answer is a link. See speaking.SpeechClient."""
        speaking.check(line, self._budget)
        until = self._caller.deadline()
        hear = on_audio or speaking.ignore
        heard = self._asked(line, stream, hear, until)
        return lambda: self._fetched(line, heard, hear, until)

    def _fetched(self, line: Line, heard: Heard, hear: Callable[[bytes], None], until: Deadline) -> Speech:
        pcm = heard.pcm
        with named(heard.request_id):
            if not pcm and heard.url:
                pcm = pcm_of(self._downloader.fetch(heard.url, until))
            check_speech(pcm, line.spoken)
        if not heard.pcm:
            hear(pcm)
        return Speech(pcm, heard.request_id, heard.characters)

    def _asked(self, line: Line, stream: bool, hear: Callable[[bytes], None], until: Deadline) -> Heard:
        most = 2 * self._max_audio_bytes + 1024 * 1024  # base64 and its envelopes
        with self._caller.post(
            SPEECH_PATH, line.body(), headers=accepted(stream), until=until, max_bytes=most
        ) as answer:
            return self._replies.read(answer, hear)


def accepted(stream: bool) -> dict[str, str]:
    """The headers that ask for a stream of events, or for one object."""
    if stream:
        return {"X-DashScope-SSE": "enable", "Accept": "text/event-stream, application/json;q=0.5"}
    return {"Accept": "application/json, */*;q=0.5"}
