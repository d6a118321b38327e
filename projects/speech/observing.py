"""One call to the endpoint with all that can be seen of it, for who asks how an endpoint behaves.

The answer is read by the client's own reader, so that what is seen is what a client meets. What follows from it is
probing.py's business.
"""

import struct
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from projects.speech import answers, client, connections, replies, speaking
from projects.speech.address import SPEECH_PATH
from projects.speech.answers import Said
from projects.speech.caller import Caller
from projects.speech.download import Downloader
from projects.speech.errors import SpeechError
from projects.speech.exchange import Answer
from projects.speech.hosts import AudioHosts, Origin
from projects.speech.line import Line
from projects.speech.pcm import BYTES_PER_SECOND
from projects.speech.sse import Parser
from projects.speech.wav import pcm_of

_MOST_BYTES = 64 * 1024 * 1024


@dataclass
class Seen:
    """One call. body: as it came, in pieces with their times; file: what the link led to; error: what a client gets."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: list[tuple[float, bytes]] = field(default_factory=list)
    file: bytes = b""
    pcm: bytes = b""
    characters: int | None = None
    total_s: float = 0.0
    error: SpeechError | None = None

    @property
    def sound_s(self) -> float:
        return len(self.pcm) / BYTES_PER_SECOND

    @property
    def whole_body(self) -> bytes:
        return b"".join(piece for _at_s, piece in self.body)

    def events(self) -> Iterator[tuple[float, Said]]:
        """The events of a stream that say something, each with the second at which it was complete."""
        parser = Parser()
        for at_s, piece in self.body:
            for event in parser.feed(piece):
                said = answers.read_json(event.data)
                if said is not None:
                    yield at_s, said
        for event in parser.close():
            said = answers.read_json(event.data)
            if said is not None:
                yield self.total_s, said

    def wav_sizes(self) -> tuple[int, int] | None:
        """What the file's header declares for its audio, and how many bytes there are; None without such a file."""
        if self.file[:4] != b"RIFF":
            return None
        at = self.file.find(b"data", 12, 4096)
        if at < 0 or len(self.file) < at + 8:
            return None
        declared: int = struct.unpack_from("<I", self.file, at + 4)[0]
        return declared, len(self.file) - at - 8


class Observer:
    """Calls one endpoint, one call at a time. Close it when done. The arguments are those of client.Client."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        deadline_s: float = 300,
        audio_hosts: tuple[str, ...] = (".aliyuncs.com",),
        ca_bundle: str = "",
    ) -> None:
        self._caller = Caller(base_url, token, deadline_s=deadline_s, ca_bundle=ca_bundle)
        self.url = self._caller.base + SPEECH_PATH
        self._public = connections.session(self._caller.tls, public_only=True, for_audio=True)
        self._reader = replies.Reader(
            secret=self._caller.token, max_audio_bytes=_MOST_BYTES, base_url=self.url
        )
        self._downloader = Downloader(
            own=self._caller.session,
            public=self._public,
            hosts=AudioHosts(Origin.of(self.url), audio_hosts),
            max_bytes=_MOST_BYTES,
        )

    def close(self) -> None:
        self._caller.close()
        self._public.close()

    def call(self, line: Line, *, stream: bool = False) -> Seen:
        """One POST, and the download of what it links to unless samples came. Raises no SpeechError."""
        seen, began = Seen(), time.monotonic()
        try:
            self._call(line, stream, seen, began)
        except SpeechError as error:
            seen.error = error
            seen.status = error.status if seen.status is None else seen.status
        seen.total_s = time.monotonic() - began
        return seen

    def _call(self, line: Line, stream: bool, seen: Seen, began: float) -> None:
        until = self._caller.deadline()
        with self._caller.post(
            SPEECH_PATH,
            line.body(),
            headers=client.accepted(stream),
            until=until,
            max_bytes=2 * _MOST_BYTES,
        ) as answer:
            self._watch(answer, seen, began)
            heard = self._reader.read(answer, speaking.ignore)
        seen.characters, seen.pcm = heard.characters, heard.pcm
        if heard.url and not heard.pcm:
            seen.file = self._downloader.fetch(heard.url, until)
            seen.pcm = pcm_of(seen.file)
        elif seen.body and seen.body[0][1].startswith(b"RIFF"):
            seen.file = seen.whole_body

    def _watch(self, answer: Answer, seen: Seen, began: float) -> None:
        seen.status, seen.headers = answer.status, dict(answer.headers)
        answer.watch = lambda piece: seen.body.append((time.monotonic() - began, piece))


def text_of(characters: int, *, han: bool) -> str:
    """A harmless text of exactly so many characters: Han alone, or ASCII alone."""
    sentence = (
        "今天天气很好我们一起去公园散步看见许多花开得很美"
        if han
        else "The quick brown fox jumps over it and "
    )
    text = "".join(chain.from_iterable([sentence] * (characters // len(sentence) + 1)))[:characters]
    return text if han else text[:-1] + "."
