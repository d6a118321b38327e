"""What a reply of the endpoint is, told by its status and its first bytes: JSON, events, audio, a link or rubbish.

One object in, Heard or a SpeechError out. The formats themselves live in answers.py, streaming.py and wav.py.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from urllib.parse import urljoin

from projects.sentences import gettext_noop as _
from projects.speech import answers, classify, exchange, streaming
from projects.speech.answers import Heard, Said
from projects.speech.errors import SpeechError, named
from projects.speech.exchange import Answer
from projects.speech.streaming import Listener
from projects.speech.wav import pcm_of

ANSWERED = _("The endpoint answered with %(said_what)s instead of speech.")

_ERROR_BODY_BYTES = 256 * 1024
_SNIFFED_BYTES = 8
_TAIL_WAIT_S = 0.1  # for what may follow the last event; then the connection is given up instead of kept
_EVENT_STARTS = (b"data:", b"event:", b"id:", b":", b"retry:", b"status:")


class Reader:
    """Reads the replies of one endpoint. secret: what no error may show. base_url: where relative links begin."""

    def __init__(self, *, secret: str, max_audio_bytes: int, base_url: str) -> None:
        self._secret, self._max_audio_bytes, self._base_url = secret, max_audio_bytes, base_url

    def read(self, answer: Answer, hear: Callable[[bytes], None]) -> Heard:
        """Samples, or the link to them. Success must be proved; all else raises SpeechError. hear gets the samples."""
        if answer.location:
            url = urljoin(self._base_url, answer.location)
            return Heard(url=url, request_id=answers.request_id(Said(), answer.headers))
        if not 200 <= answer.status < 300:
            raise error_behind(answer, self._secret)
        return self._understood(answer, hear)

    def _understood(self, answer: Answer, hear: Callable[[bytes], None]) -> Heard:
        """An answer with a good status is told by its first bytes: its content type may be anything."""
        pieces = answer.pieces()
        start = first_bytes(pieces)
        head = start.removeprefix(b"\xef\xbb\xbf").lstrip()
        plain = head.startswith((b"{", b"<", b"RIFF"))
        if head.startswith(_EVENT_STARTS) or (
            head and answer.content_type == "text/event-stream" and not plain
        ):
            listener = Listener(answer.status, answer.headers, self._secret, self._max_audio_bytes, hear)
            heard = listener.listen(chain([start], pieces))
            answer.finish(_TAIL_WAIT_S)
            if not (heard.pcm or heard.url):
                raise _no_audio(answer.status, heard.request_id)
            return heard
        body = b"".join(chain([start], pieces))
        if head.startswith(b"{"):
            heard = self._from_json(answer, body.removeprefix(b"\xef\xbb\xbf"))
        else:
            heard = self._from_bytes(answer, body)
        if heard.pcm:
            hear(heard.pcm)
        return heard

    def _from_json(self, answer: Answer, body: bytes) -> Heard:
        said = answers.read_json(body)
        if said is None:
            raise bad_answer(answer, _("The endpoint's answer is not valid JSON."), b"{", self._secret)
        if said.is_error:
            raise answers.error_of(said, answer.status, answer.headers, self._secret)
        request_id = answers.request_id(said, answer.headers)
        if said.data:
            with named(request_id):
                return Heard(answers.sound_of(said.data), "", request_id, said.characters)
        if said.url:
            return Heard(b"", said.url, request_id, said.characters)
        raise _no_audio(answer.status, request_id)

    def _from_bytes(self, answer: Answer, body: bytes) -> Heard:
        if body.startswith(b"RIFF") or (
            body and answer.content_type.startswith(("audio/", "application/octet"))
        ):
            return Heard(pcm_of(body), "", answers.request_id(Said(), answer.headers))
        raise not_speech(answer, body, self._secret)


def not_speech(answer: Answer, body: bytes, secret: str) -> SpeechError:
    """The error for a good status with a body that is no sound: a web page, a text, nothing."""
    what = _("a web page") if body.lstrip().startswith(b"<") else "a text" if body.strip() else "nothing"
    return bad_answer(answer, ANSWERED % {"said_what": what}, body, secret)


def bad_answer(answer: Answer, message: str, body: bytes, secret: str) -> SpeechError:
    """`bad_answer`, or `empty_answer` where the body is blank; what the body says to people is in its detail."""
    shown = "" if body.lstrip().startswith(b"{") else exchange.text_of_page(body[:_ERROR_BODY_BYTES])
    return answers.unusable(
        "bad_answer" if body.strip() else "empty_answer",
        message,
        detail=classify.shown(shown, secret),
        status=answer.status,
        request_id=answers.request_id(Said(), answer.headers),
    )


def error_behind(answer: Answer, secret: str) -> SpeechError:
    """The error behind a status that is not 2xx, whatever form its body has."""
    body = answer.start_of_body(_ERROR_BODY_BYTES)
    return error_in(body, answer.status, answer.headers, answer.content_type, secret)


def error_in(
    body: bytes, status: int, headers: Mapping[str, str], content_type: str, secret: str
) -> SpeechError:
    """The same for a body that was read before."""
    said = answers.read_json(body)
    if said is None and (content_type == "text/event-stream" or body.lstrip().startswith(_EVENT_STARTS)):
        found = streaming.first_error(body, status, headers, secret)
        if found is not None:
            return found
    if said is None:
        said = Said(message=exchange.text_of_page(body))
    return answers.error_of(said, status, headers, secret)


def _no_audio(status: int, request_id: str) -> SpeechError:
    message = _("The endpoint reported success but sent neither sound nor a link to it.")
    return answers.unusable("no_audio", message, status=status, request_id=request_id)


def first_bytes(pieces: Iterator[bytes], enough: int = _SNIFFED_BYTES) -> bytes:
    """The beginning of a body, `enough` bytes after white space or all that there is; the rest stays in pieces."""
    start = b""
    for piece in pieces:
        start += piece
        if len(start.lstrip()) >= enough:
            break
    return start
