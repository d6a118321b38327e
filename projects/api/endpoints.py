"""A team's own speech endpoint, its price and caps, samples of its voices; voices that it does not have."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponseBase
from django.views.decorators.debug import sensitive_variables
from ninja import PatchDict, Schema
from pydantic import Field

from narrator import media
from narrator.teams.rights import Right
from projects import access, tasks
from projects.actions import connecting, endpoint, prices, samples, sounds, trials, voices
from projects.api import files, forms
from projects.api.cast import MovedOut
from projects.api.doors import ApiRequest, Noun
from projects.api.money import decimal
from projects.api.pages import Id
from projects.api.problems import Problem
from projects.api.sent import Sent
from projects.forms import PriceForm
from projects.forms.endpoints import EndpointForm, TrialForm, VoicesForm
from projects.forms.samples import SampleForm
from projects.models import Price, TeamEndpoint

router = Noun("teams")
of_cast = Noun("cast")
AMOUNTS = ("per_10k_micro", "confirm_above_micro", "monthly_cap_micro")


class EndpointOut(Schema):
    """What speaks for a team. ``kind`` is empty where it is the installation's. A token is never given back."""

    host: str
    kind: str = ""
    address: str = ""
    model: str = ""
    stream: bool = False
    text_limit: int | None = None
    limit_unit: str = ""
    concurrency: int | None = None
    requests_per_minute: int | None = None
    has_token: bool = False
    typed_voices: list[str] = []
    listed_voices: list[str] = []
    listed_at: datetime | None = None


class EndpointIn(Sent):
    """What of an endpoint is changed; ``token`` "" is none. Another address needs its token once more."""

    kind: str
    address: str
    model: str
    stream: bool
    text_limit: int
    limit_unit: str
    concurrency: int
    requests_per_minute: int | None = None
    typed_voices: list[str] = Field(max_length=1000)
    token: str = Field(description="It is kept sealed, and never given back.")


class TrialIn(Sent):
    """A sentence to try the endpoint with, and a voice."""

    voice: str
    sentence: str = Field("The lamp was lit, and nobody came to the door.", max_length=200)


class TrialOut(Schema):
    """What was heard. Its sound: the address of trials, with this name."""

    name: str
    voice: str
    duration_ms: int
    took_ms: int
    amount_micro: int
    currency: str


class PriceOut(Schema):
    """A team's price of 10,000 characters, from where on it is asked first, and what it may spend in a month."""

    currency: str
    per_10k_micro: int
    confirm_above_micro: int
    monthly_cap_micro: int | None


class PriceIn(Sent):
    """What of that is changed."""

    currency: str
    per_10k_micro: int = Field(ge=0, le=10**18)
    confirm_above_micro: int = Field(ge=0, le=10**18)
    monthly_cap_micro: int | None = Field(None, ge=0, le=10**18)


class SampleIn(Sent):
    """Which voice is to be heard, in which language."""

    voice: str
    language: str = "English"


class SampleOut(Schema):
    """A voice with what it is like, and its sample in a language, where there is one."""

    voice: str
    label: str
    sample_id: int | None


class MissingOut(Schema):
    """A voice that the team's endpoint does not have, and in how many lines of the project it is to speak."""

    name: str
    lines: int


class InsteadIn(Sent):
    """For each voice that the endpoint does not have another one."""

    instead: dict[str, str] = Field(min_length=1, max_length=1000)


@router.look("/teams/{team_id}/endpoint", EndpointOut)
def endpoint_detail(request: ApiRequest, team_id: Id) -> EndpointOut:
    """What speaks for a team."""
    return _shown(access.team(request.user, team_id, least=Right.CONNECT))


def _shown(team: Any) -> EndpointOut:
    row = TeamEndpoint.of(team.pk)
    if row is None:
        return EndpointOut(host=endpoint.default_host())
    kept = set(EndpointOut.model_fields) - {"has_token"}
    return EndpointOut(has_token=bool(row.token_sealed), **{name: getattr(row, name) for name in kept})


@router.act("/teams/{team_id}/endpoint", EndpointOut, method="PATCH")
@sensitive_variables()
def endpoint_edit(request: ApiRequest, team_id: Id, given: PatchDict[EndpointIn]) -> EndpointOut:
    """Connect a team's own endpoint, or change it. It is asked for its voices first; what cannot be used is refused."""
    team = access.team(request.user, team_id, least=Right.CONNECT)
    row = TeamEndpoint.of(team.pk) or TeamEndpoint(team=team)
    values: dict[str, Any] = dict(given)
    if "typed_voices" in values:
        values["typed_voices"] = "\n".join(values["typed_voices"] or ())
    values["without_token"] = values.get("token") == ""
    form = forms.changed(lambda data: EndpointForm(data, instance=row), values)
    try:
        connecting.connect(form.instance, token=form.new_token(), by=request.user)
    except connecting.Unfit as unfit:
        raise _unfit(unfit) from None
    tasks.queue_team(team, by=request.user)
    return _shown(team)


def _unfit(unfit: connecting.Unfit) -> Problem:
    errors = [{"field": unfit.field, "message": unfit.message}]
    return Problem(422, "invalid", unfit.message, errors=errors)


@router.act("/teams/{team_id}/endpoint/voices", EndpointOut)
def endpoint_voices(request: ApiRequest, team_id: Id) -> EndpointOut:
    """Ask the team's endpoint for its voices again."""
    row = access.endpoint(request.user, team_id)
    try:
        connecting.list_voices(row)
    except connecting.Unfit as unfit:
        raise _unfit(unfit) from None
    return _shown(row.team)


@router.make("/teams/{team_id}/endpoint/trials", TrialOut, is_heavy=True)
def endpoint_try(request: ApiRequest, team_id: Id, wanted: TrialIn) -> TrialOut:
    """Let the team's endpoint speak a sentence: a call, and paid."""
    row = access.endpoint(request.user, team_id)
    said = forms.checked(TrialForm(wanted.model_dump(), team_id=row.team_id)).cleaned_data
    heard = trials.speak(row, by=request.user, **said)
    return TrialOut(**{name: getattr(heard, name) for name in TrialOut.model_fields})


@router.look("/teams/{team_id}/endpoint/trials/{name}", None, openapi_extra=files.of("audio/wav"))
def endpoint_trial(request: ApiRequest, team_id: Id, name: str) -> HttpResponseBase:
    """What the team's endpoint spoke when it was tried last."""
    team = access.team(request.user, team_id, least=Right.CONNECT)
    if not name.isalnum():
        raise Http404
    return media.serve(request, trials.place(team.pk, name), content_type="audio/wav")


@router.end("/teams/{team_id}/endpoint/leave")
def endpoint_leave(request: ApiRequest, team_id: Id) -> None:
    """Let the team speak through the installation's endpoint again; its own and the token are forgotten."""
    team = access.team(request.user, team_id, least=Right.CONNECT)
    if connecting.leave(team, by=request.user):
        tasks.queue_team(team, by=request.user)


@router.look("/teams/{team_id}/price", PriceOut)
def price_detail(request: ApiRequest, team_id: Id) -> PriceOut:
    """What speech costs a team, and what it may spend in a month."""
    return _price(access.team(request.user, team_id, least=Right.MONEY).pk)


def _price(team_id: int) -> PriceOut:
    price = Price.of(team_id)
    return PriceOut(**{name: getattr(price, name) for name in PriceOut.model_fields})


@router.act("/teams/{team_id}/price", PriceOut, method="PATCH")
def price_edit(request: ApiRequest, team_id: Id, given: PatchDict[PriceIn]) -> PriceOut:
    """Change a team's price and caps."""
    team = access.team(request.user, team_id, least=Right.MONEY)
    values = {name: decimal(value) if name in AMOUNTS else value for name, value in given.items()}
    form = forms.changed(lambda data: PriceForm(data, instance=Price.of(team.pk)), values)
    prices.save(form.save(commit=False), by=request.user)
    return _price(team.pk)


@of_cast.look("/teams/{team_id}/samples/{language}", list[SampleOut])
def sample_list(request: ApiRequest, team_id: Id, language: str) -> list[SampleOut]:
    """The voices of a team, each with its sample in a language, where it was heard already."""
    team = access.team(request.user, team_id, least=Right.GENERATE)
    if language not in samples.SENTENCES:
        raise Http404
    return [
        SampleOut(
            voice=one.voice.name, label=one.voice.label, sample_id=one.sample.pk if one.sample else None
        )
        for one in samples.listed(team, language)
    ]


@of_cast.make("/teams/{team_id}/samples", SampleOut, is_heavy=True)
def sample_new(request: ApiRequest, team_id: Id, wanted: SampleIn) -> SampleOut:
    """Hear a voice: its sample is spoken and paid for now, unless it is there already."""
    team = access.team(request.user, team_id, least=Right.GENERATE)
    said = forms.checked(SampleForm(wanted.model_dump(), team_id=team.pk)).cleaned_data
    made = samples.speak(team, voice=said["voice"], language=said["language"], by=request.user)
    return SampleOut(voice=said["voice"], label=said["voice"], sample_id=made.pk)


@of_cast.look("/teams/{team_id}/samples/{sample_id}/audio", None, openapi_extra=files.of("audio/wav"))
def sample_audio(request: ApiRequest, team_id: Id, sample_id: Id) -> HttpResponseBase:
    """The sound of a sample."""
    team = access.team(request.user, team_id, least=Right.GENERATE)
    sample = samples.of_team(team, sample_id)
    if sample is None or sample.sound is None:
        raise Http404
    return media.serve(request, sounds.name_of(sample.sound.sha256), content_type="audio/wav")


@of_cast.look("/projects/{project_id}/voices", list[MissingOut])
def missing_voices(request: ApiRequest, project_id: Id) -> list[MissingOut]:
    """The voices that a project names and its team's endpoint does not have."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    return [MissingOut(name=one.name, lines=one.lines) for one in voices.counted(project)]


@of_cast.act("/projects/{project_id}/voices", MovedOut)
def project_voices(request: ApiRequest, project_id: Id, said: InsteadIn) -> MovedOut:
    """Let other voices speak in the place of those that the endpoint does not have."""
    project, by = access.project(request.user, project_id, least=Right.EDIT), request.user
    unknown = voices.counted(project)
    places = {one.name: f"voice-{n}" for n, one in enumerate(unknown)}
    if foreign := said.instead.keys() - places.keys():
        raise Problem(422, "invalid", f"The project names no unknown voice {min(foreign)}.")
    data = {places[name]: voice for name, voice in said.instead.items()}
    instead = forms.checked(VoicesForm(data, unknown=unknown, project=project)).instead()
    return MovedOut(lines=tasks.queue_change(project, lambda: voices.replace(project, instead, by=by), by=by))
