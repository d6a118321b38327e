"""The parts of a long line, spoken by separate calls and kept until the take is whole.

A part that was paid for is never called for again, though the worker dies between two parts. They live in the
data folder of the machine, one folder for each take.
"""

import os
import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from django.conf import settings

from projects.actions.live import Sink
from projects.audio import joining, pcm
from projects.models import Call
from projects.sentences import gettext_noop
from projects.speech.budget import Budget
from projects.speech.client import Speech
from projects.speech.errors import Refused, TooLong, Unavailable
from projects.speech.line import Line
from projects.speech.record import Wire
from projects.speech.splitting import split

DISK_IS_FULL = gettext_noop(
    "The disk is full, so nothing is called for: its sound could not be kept. Free some space. "
    "The line is tried again by itself."
)

# Within a line the voice goes on; a longer gap would sound like a new paragraph.
GAP_MS = 120
# How often a text is cut again after the endpoint calls a piece too long, before the line fails.
RESPLITS = 4
# With less free disk than this no call is made: it would be paid for, and its sound lost.
ROOM_BYTES = 32 * 2**20
DISK_FULL = "disk_full"


@dataclass
class Spoken:
    """A whole line: mono 24 kHz int16 samples, and what it took; ``wires``: its calls, with what each sent and got."""

    pcm: np.ndarray
    calls: int
    characters: int
    request_id: str
    wires: list[tuple[Call, Wire]] = field(default_factory=list)


def folder_of(take_id: int) -> Path:
    return settings.DATA_DIR / "work" / "takes" / str(take_id)


def forget(take_id: int) -> None:
    """Remove the kept parts of a take that is finished."""
    shutil.rmtree(folder_of(take_id), ignore_errors=True)


def speak(
    line: Line, *, take_id: int, budget: Budget, call: Callable[[Line], Speech], sink: Sink | None = None
) -> Spoken:
    """Speak a line by as many calls as the budget asks for, and join the parts.

    Parts of an earlier effort for this take are used again. Raises what ``call`` raises; ``TooLong`` only
    after the text was cut smaller several times. The ``sink``, which ``call`` feeds, gets from here what is not
    called for: parts that are there, and the gaps. It hears gaps of GAP_MS on top of the parts' own silence.
    """
    pieces = split(line.spoken, budget, line.language)
    if not pieces:
        raise Refused(
            gettext_noop("There is nothing to speak in this line. Write at least one word."),
            code="empty_text",
        )
    spoken = Spoken(np.empty(0, np.int16), 0, 0, "")
    for attempt in range(RESPLITS + 1):
        try:
            parts = _parts(line, pieces, take_id, call, spoken, sink)
        except TooLong as error:
            if attempt == RESPLITS:
                raise
            budget = _smaller(budget, error.limit)
            pieces = split(line.spoken, budget, line.language)
        else:
            spoken.pcm = joining.join(parts, gap_ms=GAP_MS) if len(parts) > 1 else parts[0]
            return spoken
    raise AssertionError("unreachable")


def _smaller(budget: Budget, named: int | None) -> Budget:
    """The next budget to try: the limit that the endpoint named where it is a smaller one, else two thirds."""
    if named and named < budget.limit:
        return replace(budget, limit=named)
    return replace(budget, limit=max(budget.limit * 2 // 3, 20))


def _parts(
    line: Line,
    pieces: list[str],
    take_id: int,
    call: Callable[[Line], Speech],
    spoken: Spoken,
    sink: Sink | None,
) -> list[np.ndarray]:
    parts: list[np.ndarray] = []
    if sink:
        sink.begin()
    for piece in pieces:
        if sink and parts:
            sink.write(bytes(2 * pcm.ms_to_frames(GAP_MS)))
        parts.append(_part(replace(line, text=piece), take_id, call, spoken, sink))
    return parts


def _part(
    line: Line, take_id: int, call: Callable[[Line], Speech], spoken: Spoken, sink: Sink | None
) -> np.ndarray:
    kept = folder_of(take_id) / f"{line.digest}.pcm"
    if kept.exists():
        part = np.fromfile(kept, dtype="<i2")
        if sink:
            sink.write(part.tobytes())
        return part
    _insist_on_room()
    speech = call(line)
    spoken.calls += speech.calls
    spoken.characters += speech.characters or 0
    spoken.request_id = speech.request_id
    _keep(kept, speech.pcm)
    return np.frombuffer(speech.pcm, dtype="<i2")


def has_room() -> bool:
    """Whether there is room for the sound of the calls that are under way, as a part and in the store."""
    places = {settings.DATA_DIR, settings.MEDIA_ROOT}
    return all(shutil.disk_usage(place).free >= ROOM_BYTES for place in places if os.path.isdir(place))


def _insist_on_room() -> None:
    if not has_room():
        raise Unavailable(
            DISK_IS_FULL,
            code=DISK_FULL,
        )


def _keep(place: Path, pcm: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f".{uuid.uuid4().hex}.part")
    with open(beside, "wb") as file:
        file.write(pcm)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, place)
