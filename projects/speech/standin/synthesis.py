"""Answers one speech request: checks, limits, faults, sound. The order of the checks is that of the
endpoint."""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from projects.speech.standin import delivery, orders
from projects.speech.standin.faults import Fault, UnknownFault, take_marker
from projects.speech.standin.journal import Call
from projects.speech.standin.light import EngineFailed
from projects.speech.standin.limits import Ticket
from projects.speech.standin.plans import ORDINARY
from projects.speech.standin.refusals import REFUSALS, message_for, ok_with_code, status_for
from projects.speech.standin.replies import Refused, Reply, gateway_error, native_error
from projects.speech.standin.results import Answer
from projects.speech.standin.scripts import Unspeakable
from projects.speech.standin.speaker import Line, Piece
from projects.speech.standin.sse import STREAM_TYPE, framed
from projects.speech.standin.state import State
from projects.speech.standin.wire import Wire


@dataclass(frozen=True)
class Request:
    """One POST: its body, what its headers say, and the address that links are to start with."""

    body: bytes
    authorization: str
    stream: bool
    origin: str


def answer(state: State, wire: Wire, request: Request) -> None:
    """Answers on the wire and notes the call. Errors become answers as long as nothing was sent."""
    call = state.journal.begin(request.stream)
    ticket: Ticket | None = None
    try:
        values = _read(request, call)
        _authorise(state, request)
        if isinstance(values, Refused):
            raise values
        ticket = state.gate.enter()
        wire.answer_after(state.settings.latency_s)
        _perform(state, wire, request, call, values, ticket)
    except Refused as refused:
        _refuse(wire, call, ticket, native_error(refused.status, refused.code, refused.message))
    finally:
        if ticket is not None:
            ticket.give_back()


def _read(request: Request, call: Call) -> dict[str, object] | Refused:
    """The body, or why not: told only after the token was found good."""
    try:
        values = orders.parse(request.body)
    except Refused as refused:
        return refused
    call.asked(values)
    return values


def _authorise(state: State, request: Request) -> None:
    kind, _, token = request.authorization.partition(" ")
    good = kind.lower() == "bearer" and bool(token.strip())
    if good and state.token:
        good = hmac.compare_digest(token.strip().encode(), state.token.encode())
    if not good:
        raise Refused(401, "InvalidApiKey", "Invalid API-key provided.")


def _perform(
    state: State, wire: Wire, request: Request, call: Call, values: dict[str, object], ticket: Ticket
) -> None:
    text = values.get("input")
    fault = None
    if isinstance(text, str):
        try:
            text, fault = take_marker(text)
        except UnknownFault as error:
            raise Refused(400, "InvalidParameter", str(error)) from None
    fault = fault or state.faults.take()
    call.fault = fault.text if fault else None
    refusal = _refusal(fault) if fault else None
    if refusal is not None:
        _refuse(wire, call, ticket, refusal)
    elif fault and fault.name == "reset":
        wire.reset()
    elif fault and fault.name == "stall":
        wire.stall()
    else:
        order = orders.check(values, text if isinstance(text, str) else None, state.settings)
        job = delivery.Job(state, wire, call, ticket, request.origin, fault, order.characters)
        delivery.deliver(job, speak(state, order), request.stream)


def _refuse(wire: Wire, call: Call, ticket: Ticket | None, reply: Reply) -> None:
    """The journal is written and the place is free when the client has its answer."""
    wire.wait_until_due()
    if ticket is not None:
        ticket.give_back()
    call.answered(reply.status, reply.code)
    wire.reply(reply)


def _refusal(fault: Fault) -> Reply | None:
    """The whole answer that this fault is, if it is one."""
    message = fault.message or message_for(fault.code)
    if fault.name == "ali":
        return native_error(fault.status, fault.code, message)
    if fault.name == "openai":
        return gateway_error(fault.status, fault.code, message)
    if fault.name == "ok-code":
        return ok_with_code(fault.code, message)
    if fault.name == "sse-error-status":
        status = status_for(fault.code)
        event = Answer(ORDINARY, 0).error_event(fault.code, message, status)
        return Reply(status, framed(event, 1, ORDINARY), STREAM_TYPE, code=fault.code)
    return REFUSALS[fault.name]() if fault.name in REFUSALS else None


def speak(state: State, order: orders.Order) -> Iterator[Piece]:
    """The pieces, the first one already made: what cannot be spoken is refused before an answer begins."""
    line = Line(order.text, order.voice, order.language, order.instructions, order.optimize)
    pieces = state.speaker.speak(line)
    try:
        first = next(pieces)
    except Unspeakable as error:
        raise Refused(400, "InvalidParameter", f"{orders.ALGO} {error}") from None
    except EngineFailed as error:
        raise Refused(500, "InternalError.Algo", f"InternalError.Algo: {error}") from None
    return chain([first], pieces)
