"""The parts of a long line, spoken by separate calls and kept until the take is whole.

A part that was paid for is never called for again, though the worker dies between two parts. They live in the
data folder of the machine, one folder for each take.
"""

import os
import shutil
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from django.conf import settings

from projects.actions.calls import Made
from projects.actions.live import Sink
from projects.audio import joining, pcm
from projects.sentences import gettext_noop
from projects.speech.budget import Budget
from projects.speech.errors import Refused, TooLong, Unavailable
from projects.speech.line import Line
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
# Makes the call for a part, and returns when it was answered.
Ask = Callable[[Line], Made]


def folder_of(take_id: int) -> Path:
    return settings.DATA_DIR / "work" / "takes" / str(take_id)


def forget(take_id: int) -> None:
    """Remove the kept parts of a take that is finished."""
    shutil.rmtree(folder_of(take_id), ignore_errors=True)


def speak(line: Line, *, take_id: int, budget: Budget, ask: Ask, sink: Sink | None = None) -> "Spoken":
    """Speak a line by as many calls as the budget asks for.

    Parts of an earlier effort for this take are used again. Raises what ``ask`` raises; ``TooLong`` only
    after the text was cut smaller several times. The ``sink``, which the calls feed, gets from here what is not
    called for: parts that are there, and the gaps. It hears gaps of GAP_MS on top of the parts' own silence.
    """
    pieces = split(line.spoken, budget, line.language)
    if not pieces:
        raise Refused(
            gettext_noop("There is nothing to speak in this line. Write at least one word."),
            code="empty_text",
        )
    for attempt in range(RESPLITS + 1):
        try:
            return Spoken(_parts(line, pieces, take_id, ask, sink))
        except TooLong as error:
            if attempt == RESPLITS:
                raise
            budget = _smaller(budget, error.limit)
            pieces = split(line.spoken, budget, line.language)
    raise AssertionError("unreachable")


def _smaller(budget: Budget, named: int | None) -> Budget:
    """The next budget to try: the limit that the endpoint named where it is a smaller one, else two thirds."""
    if named and named < budget.limit:
        return replace(budget, limit=named)
    return replace(budget, limit=max(budget.limit * 2 // 3, 20))


def _parts(line: Line, pieces: list[str], take_id: int, ask: Ask, sink: Sink | None) -> list["Part"]:
    parts: list[Part] = []
    if sink:
        sink.begin()
    for piece in pieces:
        if parts:
            parts[-1].sound()  # on disk, so that only the last call's can be lost
            if sink:
                sink.write(bytes(2 * pcm.ms_to_frames(GAP_MS)))
        parts.append(_part(replace(line, text=piece), take_id, ask, sink))
    return parts


def _part(line: Line, take_id: int, ask: Ask, sink: Sink | None) -> "Part":
    kept = folder_of(take_id) / f"{line.digest}.pcm"
    if not kept.exists():
        _insist_on_room()
        return Part(kept, ask(line))
    part = Part(kept)
    if sink:
        sink.write(part.sound().tobytes())
    return part


class Part:
    """What was spoken by one call: mono 24 kHz int16 samples, kept in a file. ``call`` None: they were there before."""

    def __init__(self, kept: Path, call: Made | None = None) -> None:
        self.call, self._kept = call, kept
        self._sound: np.ndarray | None = None
        self._error: Exception | None = None
        self.request_id = ""

    def fetch(self) -> None:
        """Have the sound on disk. Touches no row, so any thread may do it; ``sound`` raises what it met."""
        if self._sound is not None or self._error is not None:
            return
        try:
            self._sound = (
                np.fromfile(self._kept, dtype="<i2") if self.call is None else self._fetched(self.call)
            )
        except Exception as error:
            self._error = error

    def _fetched(self, call: Made) -> np.ndarray:
        speech = call.fetch()
        self.request_id = speech.request_id
        _keep(self._kept, speech.pcm)
        return np.frombuffer(speech.pcm, dtype="<i2")

    def sound(self) -> np.ndarray:
        """The samples, their call settled. Raises what fetching them met, and DatabaseError."""
        self.fetch()
        if self.call is not None:
            self.call.settle()
        if self._error is not None:
            raise self._error
        assert self._sound is not None
        return self._sound


class Spoken:
    """A whole line of which every part was spoken; the sound of the last may still have to be fetched."""

    def __init__(self, parts: list[Part]) -> None:
        self._parts = parts

    @property
    def request_id(self) -> str:
        return self._parts[-1].request_id

    def fetch(self) -> None:
        """See ``Part.fetch``."""
        self._parts[-1].fetch()

    def sound(self) -> np.ndarray:
        """The parts, joined. Raises as ``Part.sound``."""
        sounds = [part.sound() for part in self._parts]
        return joining.join(sounds, gap_ms=GAP_MS) if len(sounds) > 1 else sounds[0]


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
