"""Who asks, with which teams and voices."""

from ninja import Schema

from narrator.teams.models import Membership
from projects import access
from projects.actions import endpoint
from projects.api.doors import ApiRequest, Noun
from projects.api.pages import Id

router = Noun("projects")


class TeamOut(Schema):
    """A team of the person's, with her role in it: owner, admin, editor, reviewer or viewer."""

    id: int
    name: str
    role: str


class MeOut(Schema):
    """The person behind the token, and what the token opens."""

    id: int
    name: str
    email: str
    scopes: list[str]
    teams: list[TeamOut]


class VoiceOut(Schema):
    """A voice of the team's endpoint; ``name`` is what other requests call it."""

    name: str
    label: str


@router.look("/me", MeOut, scope="")
def me(request: ApiRequest) -> MeOut:
    """Who the token stands for. Any token may ask."""
    user = request.user
    members = Membership.objects.filter(user=user).select_related("team").order_by("team__name", "team")
    teams = [TeamOut(id=one.team_id, name=one.team.name, role=one.role) for one in members]
    return MeOut(id=user.pk, name=user.name, email=user.email, scopes=request.auth.scopes, teams=teams)


@router.look("/teams/{team_id}/voices", list[VoiceOut])
def team_voices(request: ApiRequest, team_id: Id) -> list[VoiceOut]:
    """The voices of the team's endpoint."""
    team = access.team(request.user, team_id)
    return [VoiceOut(name=voice.name, label=voice.label) for voice in endpoint.voices(team.pk)]
