"""Puts events on the wire: the native framing of server-sent events and its known variants."""

from projects.speech.standin.plans import Plan
from projects.speech.standin.results import Event

STREAM_TYPE = "text/event-stream;charset=UTF-8"


def framed(event: Event, number: int, plan: Plan, last: bool = False) -> bytes:
    """The lines of one event with the blank line after it. No space after the colon in the native form."""
    gap, newline = (b" " if plan.space else b""), (b"\r\n" if plan.crlf else b"\n")
    lines = [b"event:" + gap + event.name.encode(), b"data:" + gap + event.encoded()]
    if plan.comments:
        lines = [b": keep-alive", *lines]
    else:
        lines = [
            b"id:" + gap + str(number).encode(),
            lines[0],
            f":HTTP_STATUS/{event.status}".encode(),
            lines[1],
        ]
    end = newline * 2 if plan.last_blank or not last else b""
    return newline.join(lines) + end


def ending(plan: Plan) -> bytes:
    """What some gateways append."""
    return b"data: [DONE]\n\n" if plan.done else b""
