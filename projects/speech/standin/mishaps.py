"""The faults of the stand-in of kind "openai": whole answers that are errors, and ways to spoil a good one.

Names are given like those of faults.py, in the queue or as a marker in the text.
"""

import re
from collections.abc import Callable

from projects.speech.standin.encoders import CONTENT_TYPES, FORMS
from projects.speech.standin.faults import OK, Fault, UnknownFault
from projects.speech.standin.replies import Reply, encode, html_page

SPOILERS = ("cut-short", "drip", "stall", "reset", "silence", "static", "odd", "glued")
_FORM = re.compile(r"(\d{4,6}):([1-8]):(" + "|".join(FORMS) + ")")


def error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Reply:
    """OpenAI's form of an error."""
    said = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return Reply(status, encode({"error": said}), headers=headers or {}, code=code)


def detail(status: int, told: object) -> Reply:
    """FastAPI's form: a text, an object or a list of complaints."""
    code = str(told["error"]) if isinstance(told, dict) else ""
    return Reply(status, encode({"detail": told}), code=code)


def _complaint() -> Reply:
    return detail(422, [{"type": "missing", "loc": ["body", "voice"], "msg": "Field required"}])


def _out_of_memory() -> Reply:
    told = {"error": "processing_error", "message": "CUDA out of memory", "type": "server_error"}
    return detail(500, told)


def _limited(headers: dict[str, str]) -> Reply:
    return error(429, "rate_limit_exceeded", "Rate limit reached for requests.", headers)


REFUSALS: dict[str, Callable[[], Reply]] = {
    "401": lambda: error(401, "invalid_api_key", "Incorrect API key provided."),
    "401-detail": lambda: detail(401, "Not authenticated"),
    "404-model": lambda: error(404, "model_not_found", "The model does not exist."),
    "404-detail": lambda: detail(404, "Not Found"),
    "422-detail": _complaint,
    "429": lambda: _limited({}),
    "429-seconds": lambda: _limited({"Retry-After": "2"}),
    "500-detail": _out_of_memory,
    "500-text": lambda: Reply(500, b"Internal Server Error", "text/plain"),
    "html-502": lambda: html_page(502, "502 Bad Gateway"),
    "html-200": lambda: html_page(200, "Please sign in"),
    "text-200": lambda: Reply(200, b"The queue is full, come back later.", "audio/wav"),
    "json-200": lambda: Reply(200, encode({"error": {"message": "No GPU left.", "code": "internal_error"}})),
    "empty": lambda: Reply(200, b"", "audio/wav"),
    "redirect": lambda: Reply(
        307, b"", "text/html", {"Location": "https://elsewhere.example/v1/audio/speech"}
    ),
}


def parse(text: str) -> Fault | None:
    """The fault of this name, None for "ok": a refusal, a spoiler, `as:FORMAT` or `wav:RATE:CHANNELS:FORM`.

    Raises UnknownFault.
    """
    name, _, rest = text.strip().partition(":")
    if name == OK and not rest:
        return None
    known = not rest and (name in REFUSALS or name in SPOILERS)
    if known or (name == "as" and rest in CONTENT_TYPES) or (name == "wav" and _FORM.fullmatch(rest)):
        return Fault(text, name, code=rest)
    raise UnknownFault(f"There is no fault {text!r} of an endpoint of kind openai.")
