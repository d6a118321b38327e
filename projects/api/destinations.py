"""A team's own destinations: what somebody asks of files whom the usual tables do not know."""

from typing import Any

from ninja import Schema
from pydantic import Field

from narrator.teams.rights import Right
from projects import access
from projects.actions import destinations
from projects.api import forms
from projects.api.doors import ApiRequest, Noun
from projects.api.pages import Id
from projects.api.problems import Problem
from projects.api.sent import Sent
from projects.audio.destinations import RULES, Asked
from projects.forms.destinations import AMONG, FIGURES, SCALE, TICKED, DestinationForm
from projects.models import Destination

router = Noun("exports")


class RuleIn(Sent):
    """One thing that is asked: two bounds, null is none, or what the value is to be among."""

    rule: str = Field(description=f"One of {', '.join(RULES)}.")
    least: float | None = None
    most: float | None = None
    among: list[str | int] = []


class RuleOut(Schema):
    """One thing that is asked, with its name and unit for people."""

    rule: str
    name: str
    unit: str
    least: float | None
    most: float | None
    among: list[str | int]

    @classmethod
    def of(cls, asked: Asked) -> "RuleOut":
        return cls(**asked.kept(), name=asked.name, unit=asked.unit)


class DestinationOut(Schema):
    """A team's own destination; ``preset`` is what a finish calls it."""

    id: int
    team_id: int
    name: str
    preset: str
    asked: list[RuleOut]

    @classmethod
    def of(cls, row: Destination) -> "DestinationOut":
        asked = [RuleOut.of(one) for one in row.asking]
        return cls(id=row.pk, team_id=row.team_id, name=row.name, preset=row.preset, asked=asked)


class AskedIn(Sent):
    """All that a destination asks."""

    asked: list[RuleIn] = Field(min_length=1, max_length=len(RULES))


class DestinationIn(AskedIn):
    """A new destination. Its name stays, because finishes call it by that."""

    name: str


@router.look("/teams/{team_id}/destinations", list[DestinationOut])
def destination_list(request: ApiRequest, team_id: Id) -> list[DestinationOut]:
    """The team's own destinations, by name."""
    team = access.team(request.user, team_id, least=Right.EXPORT)
    return [DestinationOut.of(row) for row in Destination.objects.filter(team=team)]


@router.make("/teams/{team_id}/destinations", DestinationOut)
def destination_new(request: ApiRequest, team_id: Id, wanted: DestinationIn) -> DestinationOut:
    """Add a destination to a team."""
    team = access.team(request.user, team_id, least=Right.EXPORT)
    return _saved(request, Destination(team=team), wanted, name=wanted.name)


@router.act("/destinations/{destination_id}", DestinationOut, method="PUT")
def destination_edit(request: ApiRequest, destination_id: Id, wanted: AskedIn) -> DestinationOut:
    """Say anew all that a destination asks. Exports that were ordered before are measured as it was then."""
    return _saved(request, access.destination(request.user, destination_id), wanted)


@router.end("/destinations/{destination_id}/remove")
def destination_remove(request: ApiRequest, destination_id: Id) -> None:
    """Take a destination away; files of projects that go there are measured by nobody any more."""
    destinations.remove(access.destination(request.user, destination_id), by=request.user)


def _saved(request: ApiRequest, row: Destination, wanted: AskedIn, **said: str) -> DestinationOut:
    form = DestinationForm({**said, **_fields(wanted.asked)}, row=row, team=row.team)
    forms.checked(form)
    row.name = form.cleaned_data.get("name") or row.name
    return DestinationOut.of(destinations.save(row.team, row, form.asked(), by=request.user))


def _fields(asked: list[RuleIn]) -> dict[str, Any]:
    """The rules as the fields of the page's form, which writes some lengths in minutes."""
    data: dict[str, Any] = {}
    for one in asked:
        if one.rule in FIGURES:
            scale = SCALE.get(one.rule, 1)
            ends = {"least": one.least, "most": one.most}
            data |= {f"{end}_{one.rule}": value / scale for end, value in ends.items() if value is not None}
        elif one.rule in AMONG:
            data[f"among_{one.rule}"] = [str(value) for value in one.among]
        elif one.rule in TICKED or one.rule == "title":
            data["titled" if one.rule == "title" else one.rule] = True
        else:
            raise Problem(422, "invalid", f"Nothing is called {one.rule} that could be asked of a file.")
    return data
