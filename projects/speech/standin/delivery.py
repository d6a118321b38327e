"""Sends the sound of one order: as JSON with a link, as a stream of events, as a redirect or as plain
bytes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from projects.speech.standin.faults import Fault
from projects.speech.standin.journal import Call
from projects.speech.standin.light import EngineFailed
from projects.speech.standin.limits import Ticket
from projects.speech.standin.plans import ORDINARY, PLANS, Plan
from projects.speech.standin.refusals import message_for, status_for
from projects.speech.standin.replies import HTML_TYPE, Reply, encode
from projects.speech.standin.results import Answer, Placed, chunks
from projects.speech.standin.scripts import Unspeakable
from projects.speech.standin.speaker import Piece
from projects.speech.standin.sse import STREAM_TYPE, ending, framed
from projects.speech.standin.state import State
from projects.speech.standin.wav import wav_of
from projects.speech.standin.wire import DRIP_S, Wire

PRIVATE_HOST = "http://10.0.0.1"
REDIRECTS = {"redirect-302": 302, "redirect-307": 307}
MANNERS = {"slow", "short", "not-wav"}


@dataclass(frozen=True)
class Job:
    """All that belongs to one delivery."""

    state: State
    wire: Wire
    call: Call
    ticket: Ticket
    origin: str
    fault: Fault | None
    characters: int

    @property
    def plan(self) -> Plan:
        return PLANS.get(self.fault.name, ORDINARY) if self.fault else ORDINARY

    def done(self, status: int = 200, code: str = "") -> None:
        """Before the last bytes: the journal is written and the place is free when the client has its
        answer."""
        self.wire.wait_until_due()
        self.ticket.give_back()
        self.call.answered(status, code, 0 if code else self.characters)


def deliver(job: Job, pieces: Iterator[Piece], stream: bool) -> None:
    """In the form that was asked for, or in the one that the fault wants."""
    name = job.fault.name if job.fault else ""
    if name in REDIRECTS or name == "audio-bytes":
        _plain(job, pieces, REDIRECTS.get(name, 200))
    elif job.plan.as_stream if job.plan.as_stream is not None else stream:
        _stream(job, Answer(job.plan, job.characters, job.state.settings.usage_in_events), pieces)
    else:
        _whole(job, Answer(job.plan, job.characters), pieces)


def _plain(job: Job, pieces: Iterator[Piece], status: int) -> None:
    pcm = b"".join(piece.pcm for piece in pieces)
    job.done(status)
    if status == 200:
        job.wire.reply(Reply(200, wav_of(pcm), "audio/wav"))
        return
    link = job.state.shelf.put(wav_of(pcm), job.state.settings.link_life_s)
    job.wire.reply(Reply(status, b"", HTML_TYPE, {"Location": job.origin + link.target}))


def _whole(job: Job, answer: Answer, pieces: Iterator[Piece]) -> None:
    pcm = b"".join(piece.pcm for piece in pieces)
    body = encode(answer.whole(_placed(job, bytes(len(pcm)) if job.plan.silence else pcm)))
    reply = Reply(200, body, headers={"X-Request-Id": answer.request_id})
    if job.plan.drip:
        job.wire.head(reply, len(body))
        _drip(job.wire, body, job.wire.write)
        job.done()
    elif job.plan.leave:
        job.wire.head(reply, len(body))
        job.wire.write(body[: len(body) // 2])
        _leave(job)
    else:
        job.done()
        job.wire.reply(reply)


def _stream(job: Job, answer: Answer, pieces: Iterator[Piece]) -> None:
    job.wire.begin(
        Reply(200, b"", STREAM_TYPE, {"Cache-Control": "no-cache", "X-Request-Id": answer.request_id})
    )
    frames = _frames(job, answer, pieces)
    if job.plan.drip:
        _drip(job.wire, b"".join(frames), job.wire.send)
    elif job.plan.split_utf8:
        _send_split(job.wire, frames)
    elif job.plan.leave:
        job.wire.send(next(frames))
        _leave(job)
        return
    else:
        _send_spaced(job, frames)
    job.wire.end()


def _frames(job: Job, answer: Answer, pieces: Iterator[Piece]) -> Iterator[bytes]:
    """The bytes of each event up to the end or to the cut that the plan wants."""
    plan, kept, number = job.plan, bytearray(), 0
    if plan.error == "first":
        yield _error_frame(job, answer, 1)
        return
    try:
        for pcm, done in chunks(pieces, plan, kept):
            if not plan.data:
                continue
            number += 1
            frame = framed(answer.audio_event(pcm, done, number), number, plan)
            if number == 2 and plan.cut == "base64":
                job.done()
                yield frame[: frame.index(b'"data":"') + len(pcm) // 2]
                return
            yield frame
            if number == 2 and plan.error == "late":
                yield _error_frame(job, answer, 3)
                return
    except (Unspeakable, EngineFailed) as error:
        job.done(200, "InternalError.Algo")
        yield framed(answer.error_event("InternalError.Algo", str(error), 500), number + 1, plan)
        return
    yield from _ending(job, answer, bytes(kept), number + 1)


def _ending(job: Job, answer: Answer, pcm: bytes, number: int) -> Iterator[bytes]:
    last = framed(answer.last_event(_placed(job, pcm)), number, job.plan, last=True)
    job.done()
    if job.plan.cut == "stop":
        return
    yield last[: len(last) // 2] if job.plan.cut == "line" else last + ending(job.plan)


def _error_frame(job: Job, answer: Answer, number: int) -> bytes:
    fault = job.fault
    code = fault.code if fault else "InternalError"
    job.done(200, code)
    return framed(answer.error_event(code, message_for(code), status_for(code)), number, job.plan)


def _placed(job: Job, pcm: bytes) -> Placed | None:
    """The audio on the shelf, its link as the plan wants it."""
    kind, shelf, life_s = job.plan.link, job.state.shelf, job.state.settings.link_life_s
    if kind == "absent":
        return None
    if kind == "missing":
        link = shelf.sign("0" * 32, life_s)
    else:
        body = wav_of(pcm, placeholder_sizes=kind == "placeholder")
        link = shelf.put(body, -60 if kind == "expired" else life_s, kind if kind in MANNERS else "plain")
    return Placed((PRIVATE_HOST if kind == "private" else job.origin) + link.target, link.expires_at)


def _leave(job: Job) -> None:
    if job.plan.leave == "reset":
        job.wire.reset()
    else:
        job.wire.stall()


def _drip(wire: Wire, body: bytes, send: Callable[[bytes], None]) -> None:
    for place in range(len(body)):
        send(body[place : place + 1])
        wire.pause(DRIP_S)


def _send_spaced(job: Job, frames: Iterator[bytes]) -> None:
    for number, frame in enumerate(frames):
        if number:
            job.wire.pause(job.state.settings.chunk_gap_s)
        job.wire.send(frame)


def _send_split(wire: Wire, frames: Iterator[bytes]) -> None:
    """Each frame in three writes of which two boundaries lie inside a letter."""
    for frame in frames:
        middle = next(place for place, byte in enumerate(frame) if byte > 0x7F) + 1
        for part in (frame[:middle], frame[middle : middle + 4], frame[middle + 4 :]):
            wire.send(part)
            wire.pause(0.005)
