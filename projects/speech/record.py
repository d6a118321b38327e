"""What went over the wire in one call, made fit to keep: without the token, without sound, and cut to a size.

``with recorded() as wire:`` around a call of a client fills ``wire``; without it nothing is kept. Which calls are kept,
and for how long, is the caller's business.
"""

import base64
import functools
import html
import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

# So much of a body is looked at, from its beginning and its end, and so much of it is shown.
_HEAD_BYTES, _TAIL_BYTES, SHOWN_CHARACTERS = 32 * 1024, 8 * 1024, 12_000
_MOST_HEADERS, _HEADER_CHARACTERS = 40, 300
# A call with its download, and what a download is sent on to.
MOST_LEGS = 6
TOKEN = "[token]"  # noqa: S105 - what stands in its place
_COOKIES = ("set-cookie", "cookie")
# Sound comes as long words of base64; nothing else that is worth reading has words like these.
_BASE64 = re.compile(r"[A-Za-z0-9+/\\_=-]{160,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# What a signed link is signed with opens what it leads to.
_SIGNED = re.compile(r"(?i)([?&][\w.-]*(?:signature|accesskeyid|credential|token)[\w.-]*=)[^&\s\"'<>\\]+")


@dataclass
class Leg:
    """One request and what came back. ``size``: bytes of the answer's body, as they were read."""

    method: str
    url: str
    headers: dict[str, str]
    body: str = ""
    status: int | None = None
    answer_headers: dict[str, str] = field(default_factory=dict)
    answer: str = ""
    size: int = 0
    took_ms: int = 0


class _Listener:
    """What is gathered of one exchange while it goes on."""

    def __init__(self, method: str, url: str, headers: Mapping[str, str], data: bytes | None) -> None:
        self.method, self.url, self.headers, self.data = method, url, dict(headers), data or b""
        self.status: int | None = None
        self.answer_headers: Mapping[str, str] = {}
        self.head, self.tail, self.size = bytearray(), bytearray(), 0
        self._began_s, self.took_ms = time.monotonic(), 0

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        self.status, self.answer_headers = status, headers
        self._tick()

    def hear(self, piece: bytes) -> None:
        """A piece of the answer's body."""
        self.size += len(piece)
        room = max(_HEAD_BYTES - len(self.head), 0)
        self.head += piece[:room]
        self.tail += piece[room:][-_TAIL_BYTES:]
        del self.tail[:-_TAIL_BYTES]
        self._tick()

    def _tick(self) -> None:
        self.took_ms = round((time.monotonic() - self._began_s) * 1000)


class Wire:
    """The legs of one call, in order."""

    def __init__(self) -> None:
        self._heard: list[_Listener] = []

    def begin(self, method: str, url: str, headers: Mapping[str, str], data: bytes | None) -> _Listener:
        listener = _Listener(method, url, headers, data)
        if len(self._heard) < MOST_LEGS:
            self._heard.append(listener)
        return listener

    def legs(self) -> list[dict[str, Any]]:
        """What may be kept of it, ready for JSON."""
        secret = next((found for one in self._heard if (found := _secret(one.headers))), "")
        return [vars(_leg(one, secret)) for one in self._heard]


_here: ContextVar[Wire | None] = ContextVar("wire", default=None)


@contextmanager
def recorded(wire: Wire | None = None) -> Iterator[Wire]:
    """Gather what this thread sends and gets within the block, on top of what ``wire`` has."""
    wire = wire or Wire()
    before = _here.set(wire)
    try:
        yield wire
    finally:
        _here.reset(before)


def begin(method: str, url: str, headers: Mapping[str, str], data: bytes | None) -> _Listener | None:
    """A listener for one exchange, where somebody wants to know; else None."""
    wire = _here.get()
    return wire.begin(method, url, headers, data) if wire else None


def _secret(headers: Mapping[str, str]) -> str:
    return headers.get("Authorization", "").removeprefix("Bearer ").strip()


def _leg(one: _Listener, secret: str) -> Leg:
    return Leg(
        one.method,
        redacted(one.url, secret),
        _headers(one.headers, secret),
        _body(one.data[:_HEAD_BYTES], b"", len(one.data), secret),
        one.status,
        _headers(one.answer_headers, secret),
        _body(bytes(one.head), bytes(one.tail), one.size, secret),
        one.size,
        one.took_ms,
    )


def _headers(headers: Mapping[str, str], secret: str) -> dict[str, str]:
    kept = {}
    for name, value in list(headers.items())[:_MOST_HEADERS]:
        if name.lower() in _COOKIES:
            value = "[not kept]"
        elif name.lower() == "authorization":
            value = f"Bearer {TOKEN}"
        kept[redacted(str(name), secret)[:100]] = redacted(str(value), secret)[:_HEADER_CHARACTERS]
    return kept


def _body(head: bytes, tail: bytes, size: int, secret: str) -> str:
    """A body as people read it: sound is only counted, and what stands in the middle of a long one is left out."""
    if not size:
        return ""
    text = _decoded(head)
    if text is None:
        return f"[{size:,} bytes, not text]"
    cut = size - len(head) - len(tail)
    if cut > 0:
        text = _without_start_of(secret, text)
        text += f"\n[… {cut:,} bytes …]\n{_without_end_of(secret, tail.decode('utf-8', 'replace'))}"
    else:
        text = (head + tail).decode("utf-8", "replace")
    text = _BASE64.sub(lambda run: f"[{len(run[0]):,} characters]", redacted(text, secret))
    if len(text) > SHOWN_CHARACTERS:
        half = SHOWN_CHARACTERS // 2
        text = f"{text[:half]}\n[… {len(text) - 2 * half:,} characters …]\n{text[-half:]}"
    return text


def _decoded(head: bytes) -> str | None:
    """The beginning of a body where it is text, else None. Its last letter may be cut."""
    try:
        text = head[:-3].decode() + head[-3:].decode("utf-8", "ignore") if len(head) > 3 else head.decode()
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            return None
        text = head.decode("utf-8", "ignore")
    return None if _CONTROL.search(text) else text


def _without_start_of(secret: str, text: str) -> str:
    """The text without what may be the beginning of the secret at its cut end."""
    for length in range(min(len(secret), len(text)), 0, -1):
        if text.endswith(secret[:length]):
            return text[:-length]
    return text


def _without_end_of(secret: str, text: str) -> str:
    for length in range(min(len(secret), len(text)), 0, -1):
        if text.startswith(secret[-length:]):
            return text[length:]
    return text


def redacted(text: str, secret: str) -> str:
    """The text without the secret, in whatever way it is written, and without the signatures of links."""
    for form in _forms(secret) if secret else ():
        text = text.replace(form, TOKEN)
    return _SIGNED.sub(r"\1[signature]", text.replace("\0", "\N{REPLACEMENT CHARACTER}"))


@functools.lru_cache(maxsize=16)
def _forms(secret: str) -> list[str]:
    """How a secret may stand in a text: as it is, in JSON, in an address, in HTML, in base64 behind anything."""
    quoted = json.dumps(secret)[1:-1]
    forms = [
        secret,
        quoted,
        quoted.replace("/", "\\/"),
        quote(secret, safe=""),
        quote(secret),
        html.escape(secret),
    ]
    forms.append(re.sub("%[0-9A-F]{2}", lambda code: code[0].lower(), quote(secret, safe="")))
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + secret.encode()).decode().rstrip("=")
        # The first letters also say what stood before, the last one what follows.
        core = coded[(shift * 8 + 5) // 6 : -1]
        forms += [core, core.replace("+", "-").replace("/", "_")]
    return sorted({form for form in forms if len(form) > 3 or form == secret}, key=len, reverse=True)
