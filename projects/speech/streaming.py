"""From the events of a stream to whole audio, or to an error: nothing in between is ever an answer.

Framing is sse.py's business, the network exchange.py's.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain

from projects.sentences import gettext_noop as _
from projects.speech import answers, classify
from projects.speech.answers import Heard, Said
from projects.speech.errors import SpeechError
from projects.speech.exchange import failure
from projects.speech.pcm import PcmStream
from projects.speech.sse import Event, Parser

_ENVELOPES = ("", "message", "result", "error")


class Listener:
    """Takes the events of one answer. Done once `finished`: the endpoint said `stop`, what follows does not matter."""

    def __init__(
        self,
        status: int,
        headers: Mapping[str, str],
        secret: str,
        max_bytes: int,
        on_audio: Callable[[bytes], None],
    ) -> None:
        self._status, self._headers, self._secret = status, headers, secret
        self._max_bytes, self._on_audio = max_bytes, on_audio
        self._pcm = PcmStream()
        self._request_id = self._url = ""
        self._characters: int | None = None
        self.finished = False

    def listen(self, pieces: Iterable[bytes]) -> Heard:
        """Raises SpeechError for an error event, for unusable audio and for a stream that ends before `stop`."""
        parser = Parser()
        try:
            for event in chain.from_iterable(parser.feed(piece) for piece in pieces):
                self._take(event)
                if self.finished:
                    return self._heard()
            for event in parser.close():
                broke_off = answers.read_json(event.data) is None and event.name.strip().lower() != "error"
                if not broke_off:
                    self._take(event)
            if self.finished:
                return self._heard()
            raise failure("cut_short", self._status)
        except SpeechError as error:
            error.request_id = error.request_id or self._request_id
            raise

    def _heard(self) -> Heard:
        return Heard(self._pcm.finish(), self._url, self._request_id, self._characters)

    def _take(self, event: Event) -> None:
        said = _said(event)
        if said is None:
            return
        if said.is_error:
            raise error_event(said, event, self._status, self._headers, self._secret)
        self._request_id = self._request_id or answers.request_id(said, self._headers)
        self._characters = self._characters if said.characters is None else said.characters
        self._url = said.url or self._url
        if said.data:
            samples = self._pcm.add(answers.decoded(said.data))
            if self._pcm.size_bytes > self._max_bytes:
                raise failure("too_large", self._status)
            if samples:
                self._on_audio(samples)
        self.finished = said.finished


def first_error(body: bytes, status: int, headers: Mapping[str, str], secret: str) -> SpeechError | None:
    """The error event of a stream that came with an error status; None when the body has none."""
    parser = Parser()
    for event in chain(parser.feed(body), parser.close()):
        said = _said(event)
        if said is not None and said.is_error:
            return error_event(said, event, status, headers, secret)
    return None


def error_event(
    said: Said, event: Event, status: int, headers: Mapping[str, str], secret: str
) -> SpeechError:
    return answers.error_of(said, event.status or status, headers, secret)


def _said(event: Event) -> Said | None:
    """What an event says; None for one that says nothing (`[DONE]`, pings). Raises Unavailable for rubbish."""
    name, data = event.name.strip().lower(), event.data.strip()
    if data == "[DONE]" or not data:
        return None
    said = answers.read_json(data)
    if said is None and name == "error":
        return Said(message=data, is_error=True)
    if said is None and name in _ENVELOPES:
        detail = classify.shown(data, "", 120)
        raise answers.unusable(
            "bad_answer", _("The endpoint sent something that cannot be understood."), detail=detail
        )
    if said is not None and name == "error" and not said.is_error:
        return Said(
            code=said.code,
            message=said.message,
            status=said.status,
            request_id=said.request_id,
            is_error=True,
        )
    return said
