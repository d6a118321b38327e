"""The speech endpoint of a team, its own or the installation's, and the gate in front of each call."""

import functools
import threading
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from narrator import sealing
from narrator.direct import Asked, Blank, Prepared
from narrator.teams.models import Membership, Team, User
from projects.actions.backlog import Ahead
from projects.models import EndpointKind, TeamEndpoint
from projects.pacing.pace import Slot
from projects.sentences import gettext_noop
from projects.speech import errors
from projects.speech import voices as catalogue
from projects.speech.address import host_of, must_be_public
from projects.speech.budget import Budget, Unit
from projects.speech.client import Client
from projects.speech.hosts import Origin
from projects.speech.openai import OpenAIClient
from projects.speech.speaking import SpeechClient

ANEW = gettext_noop("%(said_reason)s An admin of the team can set it anew under Endpoint.")

# A call waits at its gate for so long at most; after that its line goes back and another turn finds it.
GATE_WAIT_S = 30
PAUSED = "paused"
STANDIN = "stand-in"


class Gate:
    """What each call passes. This one is open: it lets every call through at once, and needs to hear of none."""

    def begin(self) -> None:
        """Return when the next call may be made; raises ``errors.Busy`` with code ``paused`` where none may."""

    def told(self, error: errors.SpeechError | None) -> None:
        """Hear that the call went through, or with which error it did not."""


OPEN = Gate()


class Speaker(NamedTuple):
    """What speaks: a model, and the host of the endpoint that has it. Audio of another one is other audio."""

    model: str
    host: str


@dataclass(frozen=True)
class Endpoint:
    """Where and how lines are sent. ``voices`` None: it is asked for any voice, and says itself what it has not."""

    client: SpeechClient
    budget: Budget
    stream: bool = False
    gate: Gate = OPEN
    model: str = catalogue.MODEL
    host: str = ""
    voices: frozenset[str] | None = None

    def through(self, gate: Gate) -> "Endpoint":
        """The same endpoint behind this gate."""
        return replace(self, gate=gate)

    def has_voice(self, name: str) -> bool:
        return self.voices is None or name in self.voices


def configured() -> Endpoint:
    """The installation's endpoint, as the settings have it; its client is shared by the threads of this process."""
    if not settings.SPEECH_URL:
        raise ImproperlyConfigured(
            "No speech endpoint is set. Set NARRATOR_SPEECH_URL and NARRATOR_SPEECH_TOKEN."
        )
    host = installation().host
    made = connect(settings.SPEECH_URL, settings.SPEECH_TOKEN, stream=settings.SPEECH_STREAM, host=host)
    return replace(made, voices=frozenset(catalogue.VOICE_NAMES))


@functools.lru_cache(maxsize=4)
def connect(url: str, token: str, *, stream: bool = False, host: str = "") -> Endpoint:
    """Return the endpoint of the gateway's kind at this address, with the limits of the settings."""
    budget = Budget(limit=settings.SPEECH_LIMIT, unit=cast(Unit, settings.SPEECH_LIMIT_UNIT))
    client = Client(url, token, budget=budget, deadline_s=settings.SPEECH_DEADLINE_S)
    return Endpoint(client, budget, stream, host=host or host_of(url))


def of(team_id: int) -> Endpoint:
    """The endpoint that speaks for a team now: its own, else the installation's. One query.

    Raises Stopped, with what an admin can do, where it cannot be used at all.
    """
    row = TeamEndpoint.of(team_id)
    if row is not None:
        return own(row)
    _own.pop(team_id, None)
    return shared()


def shared() -> Endpoint:
    """The installation's endpoint, for the teams that have none. Raises Stopped as ``of``."""
    if not settings.SPEECH_URL:
        raise errors.Stopped(
            gettext_noop(
                "There is no speech endpoint for this team. An admin of the team can connect one under Endpoint."
            ),
            code="no_endpoint",
        )
    return configured()


def has_own(team_id: int) -> bool:
    """Whether the team has an endpoint of its own. One query."""
    return TeamEndpoint.objects.filter(team=team_id).exists()


# Of each team the endpoint that was made last, and of which state of its row.
_own: dict[int, tuple[datetime, Endpoint]] = {}


def own(row: TeamEndpoint) -> Endpoint:
    """A team's own endpoint; its client is shared by the threads of this process until the row changes.

    Raises as ``of``.
    """
    made = _own.get(row.pk)
    if made is None or made[0] != row.changed_at:
        made = _own[row.pk] = (row.changed_at, _made(row))
    return made[1]


def forget_own() -> None:
    """End the connections to all teams' own endpoints; whoever speaks through one next makes it anew."""
    for _, made in _own.values():
        made.client.close()
    _own.clear()


def _made(row: TeamEndpoint) -> Endpoint:
    return Endpoint(
        client(row),
        _budget(row),
        row.stream,
        model=row.model,
        host=row.host,
        voices=frozenset(voice.name for voice in voices_of(row)),
    )


def _budget(row: TeamEndpoint) -> Budget:
    return Budget(limit=row.text_limit, unit=cast(Unit, row.limit_unit))


def client(row: TeamEndpoint, *, deadline_s: float | None = None) -> SpeechClient:
    """A new client for a team's own endpoint; the caller closes it. Raises as ``of``."""
    options = {"budget": _budget(row), "deadline_s": deadline_s or settings.SPEECH_DEADLINE_S}
    try:
        options["public_only"] = must_be_public(row.address, private_origins())
        if row.kind == EndpointKind.DASHSCOPE:
            return Client(row.address, row.token(), **options)  # type: ignore[arg-type]
        return OpenAIClient(row.address, row.token(), model=row.model, **options)  # type: ignore[arg-type]
    except sealing.Unopened:
        reason, code = (
            gettext_noop("The kept token can no longer be opened: its key is gone."),
            "token_unopened",
        )
    except ValueError as error:
        reason, code = str(error), "address_refused"
    raise errors.Stopped(ANEW % {"said_reason": reason}, code=code)


def brief(row: TeamEndpoint | None, *, deadline_s: float) -> SpeechClient:
    """A new client for a person who waits on the page: of a team's own endpoint, for None of the installation's.

    The caller closes it. Raises as ``of``.
    """
    if row is not None:
        return client(row, deadline_s=deadline_s)
    return Client(settings.SPEECH_URL, settings.SPEECH_TOKEN, budget=shared().budget, deadline_s=deadline_s)


def private_origins() -> frozenset[Origin]:
    """Where teams' endpoints may be besides https on the internet, as the operator lists it."""
    try:
        return frozenset(map(Origin.of, settings.PRIVATE_ENDPOINTS))
    except ValueError as error:
        raise ImproperlyConfigured(
            f"NARRATOR_PRIVATE_ENDPOINTS has an address that cannot be used: {error}."
        ) from None


def speaker(team_id: int) -> Speaker:
    """Who would speak a line of this team now. One query."""
    return speaker_of(TeamEndpoint.of(team_id))


def speaker_of(row: TeamEndpoint | None) -> Speaker:
    """Who speaks through a team's own endpoint, for None through the installation's."""
    return installation() if row is None else Speaker(row.model, row.host)


def hosts(user: User) -> list[tuple[Team, str]]:
    """The teams of a person, by name, each with the host of what speaks for it; "" where nothing does. One query."""
    return [(team, host_for(team)) for team in _teams().objects(user=user.pk)]


@functools.cache
def _teams() -> Prepared:
    """The teams of a person, by name, with their endpoints: nearly every page names those. Blank: user."""
    teams = Team.objects.filter(memberships__user=Blank(Membership, "user"))
    return Prepared(teams.select_related("endpoint").order_by("name", "pk"))


def row_of(team: Team) -> TeamEndpoint | None:
    """The team's own endpoint, or None. No query where it was read with the team."""
    return getattr(team, "endpoint", None)


def host_for(team: Team) -> str:
    """The host of what speaks for a team; "" where nothing does. As ``row_of``."""
    row = row_of(team)
    return default_host() if row is None else row.host


def default_host() -> str:
    """The host that speaks for teams without an endpoint of their own; "" where the settings name none."""
    return installation().host if settings.SPEECH_URL else ""


def is_standin(team_id: int, asked: Asked | None = None) -> bool:
    """Whether the studio's own stand-in speaks for a team, so that nobody is charged.

    One query, unless it was ``asked`` with others.
    """
    return settings.SPEECH_IS_STANDIN and not (asked or TeamEndpoint.asking(team_id)).rows


def installation() -> Speaker:
    """Who speaks for teams that have no endpoint of their own."""
    is_standin = settings.SPEECH_IS_STANDIN or not settings.SPEECH_URL
    return Speaker(catalogue.MODEL, STANDIN if is_standin else host_of(settings.SPEECH_URL))


def voices(team_id: int) -> list[catalogue.Voice]:
    """The voices that a team may choose, in its endpoint's order; none where the endpoint has told none. One query."""
    return voices_of(TeamEndpoint.of(team_id))


def voices_of(row: TeamEndpoint | None) -> list[catalogue.Voice]:
    """The voices of a team's own endpoint, of the installation's for None."""
    if row is None or row.kind == EndpointKind.DASHSCOPE:
        return list(catalogue.VOICES)
    return [catalogue.described(name) for name in row.voices]


class SlotGate(Gate):
    """The gate of one worker thread: its borrowed slot, which goes ahead of the backlog between two calls."""

    def __init__(self, slot: Slot, stop: threading.Event, ahead: Ahead | None = None) -> None:
        self.slot, self.stop, self._ahead = slot, stop, ahead

    def begin(self) -> None:
        self._say_ahead(False)
        if not self.slot.begin(self.stop, wait_s=GATE_WAIT_S):
            raise errors.Busy(
                gettext_noop("The endpoint asked everybody to wait."), retry_after_s=5, code=PAUSED
            )

    def told(self, error: errors.SpeechError | None) -> None:
        self._say_ahead(True)
        if error is None:
            self.slot.clean()
        elif isinstance(error, errors.Busy) and error.code != PAUSED:
            self.slot.busy(error.retry_after_s, error.code)
        elif error.is_away:
            self.slot.away(error.code)

    def _say_ahead(self, is_on: bool) -> None:
        if self._ahead is not None:
            self._ahead.say(is_on)
