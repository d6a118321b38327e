"""Connecting a team to an endpoint of its own, asking that for its voices, leaving it, and keeping tokens sealed.

How lines are sent through it is in endpoint.py.
"""

from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from narrator import sealing, sentences
from narrator.teams.models import Team, User
from projects.actions import activity, endpoint
from projects.models import ActKind, EndpointKind, TeamEndpoint
from projects.sentences import gettext_noop
from projects.speech import hosts
from projects.speech.address import base_of, checked_token, must_be_public
from projects.speech.deadline import Deadline, DeadlinePassed, Stalled
from projects.speech.errors import SpeechError
from projects.speech.hosts import Origin
from projects.speech.openai import OpenAIClient

CONNECTED = gettext_noop("connected the team to %(said_kind)s at %(host)s")
CHANGED = gettext_noop("changed the settings of %(said_kind)s at %(host)s")
CHANGED_TOKEN = gettext_noop("changed the settings of %(said_kind)s at %(host)s with another token")

LOOK_UP_S = 5.0


class Unfit(Exception):
    """The endpoint cannot be used as it was entered; ``field`` is where to say so."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


@sensitive_variables()
def connect(row: TeamEndpoint, *, token: str | None, by: User | None) -> None:
    """Save a team's endpoint as a form has changed it, once it is known to be within reach.

    token: None keeps the one there is, "" is none. An endpoint that lists its voices is asked for them, which costs
    nothing and shows whether it takes the token. Raises Unfit, and saves nothing.
    """
    kept = TeamEndpoint.of(row.team_id)
    row.address = checked_address(row.address)
    moved = kept is None or kept.address != row.address
    if moved and token is None and kept is not None and kept.token_sealed:
        # Else whoever may change the address could have the token sent to a host of their own.
        raise Unfit("token", _("Enter the token again: the one that is kept belongs to another address."))
    if moved or token is not None:
        _keep_token(row, token or "")
    if moved or token is not None or kept is None or kept.kind != row.kind or not row.voices:
        _reach(row)
    row.changed_by = by
    with transaction.atomic():
        row.save()
        changed = CONNECTED if moved else CHANGED if token is None else CHANGED_TOKEN
        words = changed % {"said_kind": sentences.english(row.get_kind_display()), "host": row.host}
        activity.note(ActKind.ENDPOINT, words, by=by, team_id=row.team_id)


def checked_address(text: str) -> str:
    """An address in its one form, where a team may have an endpoint. Raises Unfit."""
    try:
        address = base_of(text)
        must_be_public(address, endpoint.private_origins())
    except ValueError as error:
        raise Unfit("address", str(error)) from None
    return address


@sensitive_variables()
def _keep_token(row: TeamEndpoint, token: str) -> None:
    try:
        row.set_token(checked_token(token))
    except ValueError as error:
        raise Unfit("token", str(error)) from None


def _reach(row: TeamEndpoint) -> None:
    """Find out what can be found out without paying."""
    if row.kind == EndpointKind.OPENAI:
        ask_for_voices(row)
        if not row.voices:
            raise Unfit(
                "typed_voices", _("This endpoint does not list its voices. Write their names, one in a line.")
            )
    else:
        _look_up(row.address)


def ask_for_voices(row: TeamEndpoint) -> None:
    """Set the voices that the endpoint lists, none where it has no list. Saving is the caller's. Raises Unfit."""
    try:
        client = endpoint.client(row)
        if not isinstance(client, OpenAIClient):
            return
        with client:
            row.listed_voices, row.listed_at = client.voices(), timezone.now()
    except SpeechError as error:
        raise _unfit(row, error) from None


def list_voices(row: TeamEndpoint) -> int:
    """Ask a team's endpoint for its voices again, and keep them; return how many it lists. Raises Unfit."""
    ask_for_voices(row)
    row.save(update_fields=["listed_voices", "listed_at", "changed_at"])
    return len(row.listed_voices)


def _unfit(row: TeamEndpoint, error: SpeechError) -> Unfit:
    if error.code == "address_refused":
        return Unfit("address", _inside(row.address))
    if error.status == 401 and not row.token_sealed:
        return Unfit("token", _("The endpoint asks for a token."))
    return Unfit("token" if error.status in (401, 402, 403) else "address", reason(error))


def reason(error: SpeechError) -> str:
    """Why a call failed, for whoever looks at the settings."""
    if error.status == 401:
        return _("The endpoint does not accept this token.")
    return sentences.said(error.reason)


def _look_up(address: str) -> None:
    """Whether the address can be that of an endpoint: the connection itself will look again."""
    origin = Origin.of(address)
    public_only = must_be_public(address, endpoint.private_origins())
    try:
        until = Deadline(LOOK_UP_S, connect_s=LOOK_UP_S, idle_s=LOOK_UP_S)
        hosts.resolve(origin.host, origin.port, until, public_only=public_only)
    except hosts.ForbiddenAddress:
        raise Unfit("address", _inside(address)) from None
    except (OSError, DeadlinePassed, Stalled):
        raise Unfit("address", _("There is no host of this name, or the network is down.")) from None


def _inside(address: str) -> str:
    origin = Origin.of(address)
    words = _(
        "This address lies inside a private network. Whoever runs Narrator can allow it with %(setting)s"
    )
    return words % {"setting": f"NARRATOR_PRIVATE_ENDPOINTS={origin.scheme}://{origin.netloc}"}


@transaction.atomic
def leave(team: Team, *, by: User | None) -> bool:
    """Let the team speak through the installation's endpoint again; False where it does. The token is gone then."""
    if not TeamEndpoint.objects.filter(team=team).delete()[0]:
        return False
    activity.note(
        ActKind.ENDPOINT, gettext_noop("removed the team's own speech endpoint"), by=by, team_id=team.pk
    )
    return True


@dataclass
class Rotated:
    """How many rows were sealed with the first key, and those whose token no key opens."""

    done: int = 0
    lost: list[TeamEndpoint] = field(default_factory=list)


def rotate() -> Rotated:
    """Seal every token with the first of the keys, so that the others can be dropped. Twice is harmless."""
    rotated = Rotated()
    for row in TeamEndpoint.objects.select_related("team").order_by("pk"):
        try:
            rotated.done += row.reseal()
        except sealing.Unopened:
            rotated.lost.append(row)
    return rotated
