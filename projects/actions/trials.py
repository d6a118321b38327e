"""One sentence, spoken now for a person who waits on the page: to try a team's own endpoint, to hear a voice.

A call like any other, and paid.
"""

import hashlib
import io
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import numpy as np
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from narrator.teams.models import Team, User
from projects.actions import accounts, endpoint, money, records
from projects.actions.endpoint import Gate, SlotGate
from projects.audio import wav
from projects.models import Call, TeamEndpoint
from projects.sentences import gettext_noop
from projects.speech import errors, record
from projects.speech.line import Line
from projects.speech.speaking import Speech

# A person looks at the page meanwhile, which gives up after 30 s.
DEADLINE_S, SLOT_WAIT_S = 25.0, 3.0


@dataclass(frozen=True)
class Trial:
    """What was heard: ``name`` is that of the file, ``took_ms`` how long the call took."""

    name: str
    voice: str
    duration_ms: int
    took_ms: int
    amount_micro: int
    currency: str


@dataclass(frozen=True)
class Spoken:
    """What one call brought, and what it came to."""

    speech: Speech
    call: Call
    took_ms: int


def speak(row: TeamEndpoint, *, voice: str, sentence: str, by: User | None) -> Trial:
    """Speak a sentence once through a team's own endpoint; keep it until the next trial. Raises SpeechError."""
    spoken = say(row.team, row, Line(sentence, voice, model=row.model), by=by)
    call, pcm = spoken.call, spoken.speech.pcm
    name = hashlib.sha256(pcm).hexdigest()[:32]
    keep(_folder(row.team_id), name, pcm)
    return Trial(name, call.voice, len(pcm) // 48, spoken.took_ms, call.amount_micro, call.currency)


def say(team: Team, row: TeamEndpoint | None, line: Line, *, by: User | None) -> Spoken:
    """Have one line spoken for a team that pays for it: by its own endpoint, for None by the installation's.

    Raises SpeechError, CapReached among them.
    """
    client = endpoint.brief(row, deadline_s=DEADLINE_S)
    with client, _gate(team.pk) as gate:
        call = money.reserve_trial(team, line, by=by)
        begun_s = time.monotonic()
        with record.recorded() as wire:
            try:
                gate.begin()
                speech = client.synthesize(line)
            except errors.SpeechError as error:
                money.settle(call, error=error, duration_ms=_since_ms(begun_s))
                gate.told(error)
                records.keep(call, wire)
                raise
        gate.told(None)
        took_ms = _since_ms(begun_s)
        money.settle(call, speech=speech, duration_ms=took_ms)
        records.keep(call, wire)
    return Spoken(speech, Call.objects.get(pk=call.pk), took_ms)


@contextmanager
def _gate(team_id: int) -> Iterator[Gate]:
    """The way through the account's pace, which a trial keeps to like everybody."""
    slot = accounts.of(team_id).pace.slot(wait_s=SLOT_WAIT_S)
    if slot is None:
        raise errors.Busy(
            gettext_noop(
                "As many calls are under way as the endpoint allows. Try again when fewer lines are being generated."
            ),
            code=endpoint.PAUSED,
        )
    with slot:
        yield SlotGate(slot, threading.Event())


def _since_ms(begun_s: float) -> int:
    return round((time.monotonic() - begun_s) * 1000)


def place(team_id: int, name: str) -> str:
    """Where the store has the audio of a trial."""
    return f"{_folder(team_id)}/{name}.wav"


def _folder(team_id: int) -> str:
    return f"trials/{team_id}"


def keep(folder: str, name: str, pcm: bytes) -> None:
    """Store audio under this name, and drop what was heard before from the same folder."""
    file = io.BytesIO()
    wav.write(file, np.frombuffer(pcm, dtype="<i2"))
    data, here = file.getvalue(), f"{folder}/{name}.wav"
    earlier: list[str] = []
    with suppress(FileNotFoundError):
        earlier = default_storage.listdir(folder)[1]
    for other in earlier:
        if f"{folder}/{other}" != here:
            default_storage.delete(f"{folder}/{other}")
    if not default_storage.exists(here):
        default_storage.save(here, ContentFile(data))
