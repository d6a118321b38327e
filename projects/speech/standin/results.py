"""The JSON of sound answers: the whole result and the events of a stream (contract.md, sections 2 and 3)."""

import base64
import math
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from projects.speech.standin.plans import Plan
from projects.speech.standin.replies import encode
from projects.speech.standin.speaker import Piece
from projects.speech.standin.wav import wav_of

Json = dict[str, object]


@dataclass(frozen=True)
class Placed:
    """The place and the end of a download link, as it stands in an answer."""

    url: str
    expires_at: int


@dataclass(frozen=True)
class Event:
    """One event of a stream before it is framed. sound is the base64 that belongs into the empty `audio.data`:
    put in as bytes, since encoding a megabyte as a JSON string costs more than all the rest."""

    name: str
    status: int
    data: Json
    sound: bytes = b""

    def encoded(self) -> bytes:
        """The JSON as it goes over the wire."""
        return encode(self.data).replace(b'"data":""', b'"data":"%b"' % self.sound, 1)


class Answer:
    """Builds the parts of one answer: its ids, its bill, its departures from the ordinary."""

    def __init__(self, plan: Plan, characters: int, usage_in_events: str = "every") -> None:
        self.plan = plan
        self.usage_in_events = usage_in_events
        self.characters = characters
        self.request_id = str(uuid.uuid4())

    def whole(self, link: Placed | None) -> Json:
        """The non-streaming result."""
        status = (
            {}
            if self.plan.status_code == "absent"
            else {"status_code": self._number(int(self.plan.status_code))}
        )
        output: Json = {"text": None, "finish_reason": "stop", "choices": None, "audio": self._audio(link)}
        head: Json = {**status, "request_id": self.request_id, "code": "", "message": ""}
        return {**head, "output": output, "usage": self._usage(self.characters, total=True)}

    def audio_event(self, pcm: bytes, done: float, number: int) -> Event:
        """A stretch of sound. Its expires_at is the present, as on the real wire; it has no url."""
        sound = base64.b64encode(pcm)
        if self.plan.bad_base64 and number == 2:
            sound = b"*" + sound[1:-1]
        audio: Json = {"data": "", **self._expires(int(time.time())), "id": f"audio_{self.request_id}"}
        finish = None if self.plan.null_finish else "null"
        event = self._event({"finish_reason": finish, "audio": audio}, math.ceil(self.characters * done))
        return replace(event, sound=sound)

    def last_event(self, link: Placed | None) -> Event:
        """The stop."""
        return self._event({"finish_reason": "stop", "audio": self._audio(link)}, self.characters)

    def error_event(self, code: str, message: str, status: int) -> Event:
        """The native error in a stream."""
        return Event("error", status, {"request_id": self.request_id, "code": code, "message": message})

    def _event(self, output: Json, characters: int) -> Event:
        last = output["finish_reason"] == "stop"
        told = self.usage_in_events == "every" or (last and self.usage_in_events == "last")
        usage: Json = {"usage": self._usage(characters)} if told else {}
        data: Json = {"output": output, **usage, "request_id": self.request_id}
        if self.plan.status_code == "0":
            data = {"status_code": self._number(0), **data}
        if self.plan.split_utf8:
            data["message"] = "合成正常，声音稳定。" * 3
        if self.plan.long_line:
            data["padding"] = "x" * 1_100_000
        return Event("result", 200, data)

    def _audio(self, link: Placed | None) -> Json | None:
        if self.plan.audio == "null":
            return None
        audio: Json = {"data": ""}
        if link is not None:
            audio["url"] = link.url
        elif self.plan.audio == "blank":
            audio["url"] = ""
        expires = self._expires(link.expires_at if link else int(time.time()))
        return {**audio, "id": f"audio_{self.request_id}", **expires}

    def _expires(self, seconds: int) -> Json:
        if self.plan.expires == "absent":
            return {}
        return {"expires_at": self._number(seconds * (1000 if self.plan.expires == "milliseconds" else 1))}

    def _usage(self, characters: int, total: bool = False) -> Json:
        usage = {
            "input_tokens": 0,
            "output_tokens": 0,
            **({"total_tokens": 0} if total else {}),
            "characters": characters,
        }
        return {name: self._number(value) for name, value in usage.items()}

    def _number(self, value: int) -> int | str:
        return str(value) if self.plan.strings else value


def chunks(pieces: Iterable[Piece], plan: Plan, kept: bytearray) -> Iterator[tuple[bytes, float]]:
    """The sound in stretches of the plan's size with the share of text done; collects the true PCM in
    kept."""
    size = plan.chunk_bytes if not plan.long_line else 1 << 40
    rest, done = (wav_of(b"", placeholder_sizes=True) if plan.riff else b""), 0.0
    for piece in pieces:
        pcm = bytes(len(piece.pcm)) if plan.silence else piece.pcm
        kept += pcm
        waiting, start = rest + pcm, done
        whole = len(waiting) // size * size
        for place in range(0, whole, size):
            done = start + (piece.done - start) * (place + size) / len(waiting)
            yield waiting[place : place + size], done
        rest = waiting[whole:]
        done = piece.done if not rest else done
    if plan.extra_byte:
        rest += b"\0"
    if rest:
        yield rest, 1.0
