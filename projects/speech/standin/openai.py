"""The stand-in of kind "openai": `POST /v1/audio/speech` that answers with sound, and the list of voices."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from projects.speech.standin import mishaps, orders, synthesis
from projects.speech.standin.controls import control
from projects.speech.standin.encoders import CONTENT_TYPES, encoded, odd_wav
from projects.speech.standin.faults import Fault, UnknownFault, take_marker
from projects.speech.standin.handler import SPEECH_PATH, Handler
from projects.speech.standin.journal import Call
from projects.speech.standin.replies import Refused, Reply, encode
from projects.speech.standin.speaker import Piece
from projects.speech.standin.state import State
from projects.speech.standin.wire import DRIP_S, Wire
from projects.speech.voices import VOICE_NAMES

VOICES_PATH = "/v1/audio/voices"
CHUNK_BYTES = 9_600  # 0.2 s
_STATIC = np.random.default_rng(7).bytes(120_000)


class OpenAIHandler(Handler):
    """The doors of this kind."""

    def route(self, wire: Wire, path: str, query: str, body: bytes) -> None:
        if path == SPEECH_PATH and self.command == "POST":
            answer(self.state, wire, body, self.headers.get("Authorization", ""))
        elif path == VOICES_PATH and self.command == "GET":
            wire.reply(self._voices())
        else:
            wire.reply(control(self.state, self.command, path, body) or mishaps.detail(404, "Not Found"))

    def _voices(self) -> Reply:
        if not _authorised(self.state, self.headers.get("Authorization", "")):
            return mishaps.REFUSALS["401"]()
        return Reply(200, encode({"voices": [{"id": name, "name": name} for name in VOICE_NAMES]}))


@dataclass(frozen=True)
class Delivery:
    """One order with all that its answer needs."""

    wire: Wire
    call: Call
    fault: Fault | None
    response_format: str
    gap_s: float

    @property
    def spoilt(self) -> str:
        return self.fault.name if self.fault else ""

    def send(self, pieces: Iterator[Piece]) -> None:
        """Raw samples and WAV go out in chunks while they are made, everything else whole."""
        if self.spoilt == "as" and self.fault:
            self._chunks(iter([encoded(_joined(pieces), self.fault.code)]))
        elif self.spoilt == "wav" and self.fault:
            rate, channels, form = self.fault.code.split(":")
            self._whole(odd_wav(_joined(pieces), int(rate), int(channels), form))
        elif self.spoilt == "glued":
            self._whole(2 * odd_wav(_joined(pieces), 24_000, 1, "s16"))
        elif self.response_format == "pcm":
            self._chunks(self._spoilt_samples(pieces))
        elif self.response_format == "wav":
            self._chunks(self._behind_head(self._spoilt_samples(pieces)))
        else:
            self._whole(encoded(_joined(pieces), self.response_format))

    def _behind_head(self, samples: Iterator[bytes]) -> Iterator[bytes]:
        yield encoded(b"", "wav")
        yield from samples

    def _spoilt_samples(self, pieces: Iterator[Piece]) -> Iterator[bytes]:
        for piece in pieces:
            pcm = piece.pcm
            if self.spoilt == "silence":
                pcm = bytes(len(pcm))
            elif self.spoilt == "static":
                pcm = _STATIC
            yield pcm[:-1] if self.spoilt == "odd" else pcm

    def _whole(self, body: bytes) -> None:
        self.call.answered(200, "", self.call.characters)
        self.wire.reply(Reply(200, body, self._content_type()))

    def _chunks(self, parts: Iterator[bytes]) -> None:
        self.wire.begin(Reply(200, b"", self._content_type(), {"X-Request-Id": "req-openai"}))
        size = 1 if self.spoilt == "drip" else CHUNK_BYTES
        for part in parts:
            for at in range(0, len(part), size):
                self.wire.pause(self.gap_s if at else 0)
                self.wire.send(part[at : at + size])
                if self.spoilt == "drip":
                    self.wire.pause(DRIP_S)
                elif self.spoilt == "cut-short" and at:
                    self.wire.close = True
                    return
                elif self.spoilt == "stall" and at:
                    self.wire.stall()
                    return
        self.call.answered(200, "", self.call.characters)
        self.wire.end()

    def _content_type(self) -> str:
        return CONTENT_TYPES[self.response_format]


def answer(state: State, wire: Wire, body: bytes, authorization: str) -> None:
    """Answers one speech request and notes the call."""
    call = state.journal.begin(False)
    try:
        ticket = state.gate.enter()
    except Refused as refused:
        _refuse(wire, call, mishaps.error(429, "rate_limit_exceeded", refused.message, {"Retry-After": "1"}))
        return
    try:
        wire.answer_after(state.settings.latency_s)
        _perform(state, wire, call, body, authorization)
    except Refused as unspeakable:
        _refuse(wire, call, mishaps.error(unspeakable.status, unspeakable.code, unspeakable.message))
    finally:
        ticket.give_back()


def _perform(state: State, wire: Wire, call: Call, body: bytes, authorization: str) -> None:
    if not _authorised(state, authorization):
        _refuse(wire, call, mishaps.REFUSALS["401"]())
        return
    try:
        values = orders.parse(body)
        call.asked(values)
        text, fault = take_marker(str(values.get("input") or ""), mishaps.parse)
    except (Refused, UnknownFault) as wrong:
        _refuse(wire, call, mishaps.error(400, "invalid_request", str(wrong)))
        return
    fault = fault or state.faults.take()
    call.fault = fault.text if fault else None
    response_format = str(values.get("response_format") or "mp3")
    refusal = mishaps.REFUSALS[fault.name]() if fault and fault.name in mishaps.REFUSALS else None
    refusal = refusal or _complaint(state, values, text, response_format)
    if refusal is not None:
        _refuse(wire, call, refusal)
    elif fault and fault.name == "reset":
        wire.reset()
    else:
        order = orders.Order(
            text, str(values["voice"]), "Auto", str(values.get("instructions") or ""), False, len(text)
        )
        call.characters = order.characters
        delivery = Delivery(wire, call, fault, response_format, state.settings.chunk_gap_s)
        delivery.send(synthesis.speak(state, order))


def _complaint(state: State, values: dict[str, object], text: str, response_format: str) -> Reply | None:
    """What is wrong with an order, in the forms in which different servers say it; None when nothing is."""
    if not text.strip():
        return mishaps.detail(422, [{"type": "value_error", "loc": ["body", "input"], "msg": "Empty text"}])
    if not values.get("model"):
        return mishaps.error(400, "missing_required_parameter", "Missing required parameter: 'model'.")
    if orders.length_of(text, state.settings.limit_unit) > state.settings.limit:
        message = f"Invalid 'input': string too long. Expected at most {state.settings.limit} characters."
        return mishaps.error(400, "string_above_max_length", message)
    if values.get("voice") not in VOICE_NAMES:
        message = f"Voice '{values.get('voice')}' not found. Available voices: {', '.join(VOICE_NAMES)}"
        return mishaps.detail(
            400, {"error": "validation_error", "message": message, "type": "invalid_request_error"}
        )
    if response_format not in CONTENT_TYPES:
        return mishaps.error(400, "invalid_value", f"There is no response_format '{response_format}'.")
    return None


def _refuse(wire: Wire, call: Call, reply: Reply) -> None:
    call.answered(reply.status, reply.code)
    wire.reply(reply)


def _authorised(state: State, authorization: str) -> bool:
    """A server without a token of its own wants none."""
    kind, _, token = authorization.partition(" ")
    return not state.token or (
        kind.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), state.token.encode())
    )


def _joined(pieces: Iterator[Piece]) -> bytes:
    return b"".join(piece.pcm for piece in pieces)
