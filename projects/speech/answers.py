"""What an answer of the endpoint says: one JSON object, whole or one of a stream, read without trusting its types.

Reading only. Which error follows is classify.py's business, what the audio is worth pcm.py's.
"""

import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from projects.sentences import gettext_noop as _
from projects.speech import classify
from projects.speech.errors import SpeechError, Unavailable
from projects.speech.pcm import PcmStream, bad_audio
from projects.speech.wav import pcm_of

AGAIN_BY_ITSELF = _("%(said_message)s The line is tried again by itself.")

_SUCCESS_CODES = ("", "success", "ok", "0", "200")
_ID_HEADERS = ("X-Request-Id", "X-DashScope-Request-Id", "X-Oneapi-Request-Id")


@dataclass(frozen=True)
class Said:
    """One JSON object of the endpoint. data is base64 as sent; finished: it says that the audio is complete."""

    code: str = ""
    kind: str = ""
    message: str = ""
    status: int | None = None
    request_id: str = ""
    data: str = ""
    url: str = ""
    finished: bool = False
    characters: int | None = None
    is_error: bool = False


@dataclass(frozen=True)
class Heard:
    """What an answer holds: the samples, or the URL where they lie."""

    pcm: bytes = b""
    url: str = ""
    request_id: str = ""
    characters: int | None = None


def read(payload: object) -> Said:
    """Takes any JSON value; what is missing or of the wrong type counts as absent."""
    top = _mapping(payload)
    output = _mapping(top.get("output"))
    audio = _mapping(output.get("audio"))
    error = top.get("error")
    inner = _mapping(error) or _mapping(top.get("detail"))  # the second is FastAPI's
    code = _text(inner.get("code")) or _text(inner.get("error")) or _text(top.get("code"))
    if code.lower() in _SUCCESS_CODES:
        code = ""
    status = _number(top.get("status_code"))
    kind = _text(inner.get("type"))
    message = _text(inner.get("message")) or (error if isinstance(error, str) else "") or _message(top)
    return Said(
        code=code,
        kind=kind,
        message=message,
        status=status if status and 100 <= status <= 599 else None,
        request_id=_text(top.get("request_id")) or _text(output.get("request_id")),
        data=audio["data"] if isinstance(audio.get("data"), str) else "",
        url=audio["url"].strip() if isinstance(audio.get("url"), str) else "",
        finished=output.get("finish_reason") == "stop",
        characters=_number(_mapping(top.get("usage")).get("characters")),
        is_error=bool(code or error or (status or 0) >= 400),
    )


def read_json(body: bytes | str) -> Said | None:
    """The object in a body, None when it is not a JSON object."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return read(payload) if isinstance(payload, dict) else None


def error_of(said: Said, status: int | None, headers: Mapping[str, str], secret: str) -> SpeechError:
    """The error that an answer stands for. status: of the HTTP answer or of the event, as far as it names an error."""
    if not status or status < 400:
        status = said.status if said.status and said.status >= 400 else status
    return classify.classify(
        classify.Failure(
            status=status,
            code=said.code,
            kind=said.kind,
            message=said.message,
            request_id=request_id(said, headers),
            retry_after_s=classify.retry_after_s(headers),
            secret=secret,
        )
    )


def request_id(said: Said, headers: Mapping[str, str]) -> str:
    """From the body, else from the headers; "" when the endpoint gave none."""
    return said.request_id or next((headers[name] for name in _ID_HEADERS if name in headers), "")


def sound_of(data: str) -> bytes:
    """The samples in the whole base64 of one answer, WAV or raw. Raises Unavailable (`bad_audio`)."""
    sound = decoded(data)
    if sound.startswith(b"RIFF"):
        return pcm_of(sound)
    if sound.startswith((b"ID3", b"OggS", b"fLaC", b"<", b"{")):
        return pcm_of(sound)  # not a WAV file: raises and says what it is
    stream = PcmStream()
    stream.add(sound)
    return stream.finish()


def decoded(data: str) -> bytes:
    """Strict base64. Raises Unavailable (`bad_audio`)."""
    try:
        return binascii.a2b_base64(data, strict_mode=True)
    except (binascii.Error, ValueError):
        pass
    raise bad_audio(_("it is not valid base64"))


def unusable(code: str, message: str, **about: Any) -> Unavailable:
    return Unavailable(AGAIN_BY_ITSELF % {"said_message": message}, code=code, **about)


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value).strip()


def _message(top: dict[str, Any]) -> str:
    found = (_text(top.get(name)) for name in ("message", "msg", "detail", "error_msg"))
    return next((text for text in found if text), "") or _complaints(top.get("detail"))


def _complaints(detail: object) -> str:
    """FastAPI's list of what is wrong with a request, as one sentence: `[{"loc": ["body", "voice"], "msg": ...}]`."""
    if not isinstance(detail, list):
        return ""
    told = []
    for complaint in map(_mapping, detail[:5]):
        place = complaint.get("loc")
        where = _text(place[-1]) if isinstance(place, list) and place else ""
        told.append(": ".join(part for part in (where, _text(complaint.get("msg"))) if part))
    return "; ".join(part for part in told if part)


def _number(value: object) -> int | None:
    """A whole number of 0 or more, also when it was sent as a string; None for anything else."""
    try:
        number = int(float(_text(value)))
    except (ValueError, OverflowError):
        return None
    return number if number >= 0 else None
