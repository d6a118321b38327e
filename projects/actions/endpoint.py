"""The speech endpoint as this installation is set up to use it, and the gate in front of each call."""

import functools
import threading
from dataclasses import dataclass, replace
from typing import cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from projects.models import EndpointKind, TeamEndpoint
from projects.pacing.pace import Pace, Slot
from projects.pacing.quota import account_of
from projects.speech import errors
from projects.speech import voices as catalogue
from projects.speech.budget import Budget, Unit
from projects.speech.client import Client

# A call waits at its gate for so long at most; after that its line goes back and another turn finds it.
GATE_WAIT_S = 30
PAUSED = "paused"


class Gate:
    """What each call passes. This one is open: it lets every call through at once, and needs to hear of none."""

    def begin(self) -> None:
        """Return when the next call may be made; raises ``errors.Busy`` with code ``paused`` where none may."""

    def told(self, error: errors.SpeechError | None) -> None:
        """Hear that the call went through, or with which error it did not."""


OPEN = Gate()


@dataclass(frozen=True)
class Endpoint:
    """Where and how lines are sent."""

    client: Client
    budget: Budget
    stream: bool = False
    gate: Gate = OPEN

    def through(self, gate: Gate) -> "Endpoint":
        """The same endpoint behind this gate."""
        return replace(self, gate=gate)


def configured() -> Endpoint:
    """The endpoint of the settings; its client is shared by the threads of this process."""
    if not settings.SPEECH_URL:
        raise ImproperlyConfigured(
            "No speech endpoint is set. Set NARRATOR_SPEECH_URL and NARRATOR_SPEECH_TOKEN."
        )
    return connect(settings.SPEECH_URL, settings.SPEECH_TOKEN, stream=settings.SPEECH_STREAM)


@functools.lru_cache(maxsize=4)
def connect(url: str, token: str, *, stream: bool = False) -> Endpoint:
    """Return the endpoint at this address, with the limits of the settings."""
    budget = Budget(limit=settings.SPEECH_LIMIT, unit=cast(Unit, settings.SPEECH_LIMIT_UNIT))
    client = Client(url, token, budget=budget, deadline_s=settings.SPEECH_DEADLINE_S)
    return Endpoint(client, budget, stream)


def voices(team_id: int) -> list[catalogue.Voice]:
    """The voices that a team may choose, in its endpoint's order; none where the endpoint has told none. One query."""
    row = TeamEndpoint.of(team_id)
    if row is None or row.kind == EndpointKind.DASHSCOPE:
        return list(catalogue.VOICES)
    return [catalogue.described(name) for name in row.voices]


def pace() -> Pace:
    """The pace of the configured endpoint's account, shared by every worker that knows its Redis."""
    return shared_pace(settings.REDIS_URL, settings.SPEECH_URL, settings.SPEECH_TOKEN)


@functools.lru_cache(maxsize=4)
def shared_pace(redis_url: str, url: str, token: str) -> Pace:
    """One ``Pace`` a process for each account."""
    return Pace(
        redis_url,
        account_of(url, token),
        concurrency=settings.SPEECH_CONCURRENCY,
        requests_per_minute=settings.SPEECH_REQUESTS_PER_MINUTE,
    )


class SlotGate(Gate):
    """The gate of one worker thread: its borrowed slot."""

    def __init__(self, slot: Slot, stop: threading.Event) -> None:
        self.slot, self.stop = slot, stop

    def begin(self) -> None:
        if not self.slot.begin(self.stop, wait_s=GATE_WAIT_S):
            raise errors.Busy("The endpoint asked everybody to wait.", retry_after_s=5, code=PAUSED)

    def told(self, error: errors.SpeechError | None) -> None:
        if error is None:
            self.slot.clean()
        elif isinstance(error, errors.Busy) and error.code != PAUSED:
            self.slot.busy(error.retry_after_s, error.code)
