"""Who did what and when: in a project, in a team, and what of it matters for the team's safety."""

from datetime import datetime

from ninja import Query, Schema
from pydantic import Field

from narrator.teams.models import Team
from narrator.teams.rights import Right
from projects import access
from projects.actions import audits, trail
from projects.actions.entries import Entry
from projects.api import forms
from projects.api.doors import ApiRequest, Noun
from projects.api.pages import Id, Page
from projects.forms.activity import AuditForm, TrailForm
from projects.models import Project

router = Noun("teams")
of_project = Noun("projects")


class Filter(Schema):
    """What of the trail is wanted: of a kind, of somebody, from a day to a day.

    ``who`` is p and the id of a member, or g and that of a guest link.
    """

    who: str | None = Field(None, examples=["p1"])
    kind: str | None = None
    since: str | None = Field(None, examples=["2026-11-01"])
    until: str | None = Field(None, examples=["2026-11-30"])
    cursor: str | None = Field(None, description="What the page before gave as next.", max_length=100)


class ActivityOut(Schema):
    """One entry: ``who`` ``words``. ``quote`` is what was said by it, ``note`` what became of it."""

    at: datetime
    kind: str
    who: str
    words: str
    quote: str
    note: str
    project_id: int | None
    script_id: int | None
    line_id: int | None
    about: str = Field(description="How the line begins that it is about.")

    @classmethod
    def of(cls, one: Entry) -> "ActivityOut":
        kept = ("at", "kind", "who", "words", "quote", "note", "line_id", "about")
        values = {name: getattr(one, name) for name in kept}
        project_id = one.project.pk if one.project else None
        return cls(**values, project_id=project_id, script_id=one.script.pk if one.script else None)


@of_project.look("/projects/{project_id}/activity", Page[ActivityOut])
def project_activity(request: ApiRequest, project_id: Id, asked: Query[Filter]) -> Page[ActivityOut]:
    """What was done in a project, the newest first, 50 at a time."""
    project = access.project(request.user, project_id)
    return _read(TrailForm, project.team, project, asked)


@router.look("/teams/{team_id}/activity", Page[ActivityOut])
def team_activity(request: ApiRequest, team_id: Id, asked: Query[Filter]) -> Page[ActivityOut]:
    """What was done in all projects of a team and in its settings, the newest first, 50 at a time."""
    return _read(TrailForm, access.team(request.user, team_id, least=Right.AUDIT), None, asked)


@router.look("/teams/{team_id}/audit", Page[ActivityOut])
def audit_list(request: ApiRequest, team_id: Id, asked: Query[Filter]) -> Page[ActivityOut]:
    """What matters for a team's safety, the newest first, 50 at a time; ``note`` is the address it came from."""
    return _read(AuditForm, access.team(request.user, team_id, least=Right.AUDIT), None, asked)


def _read(kind: type[TrailForm], team: Team, project: Project | None, asked: Filter) -> Page[ActivityOut]:
    said = {name: value for name, value in asked.dict(exclude={"cursor"}).items() if value is not None}
    form = forms.checked(kind(said, team_id=team.pk, project=project))
    read = audits.read if kind is AuditForm else trail.read
    page = read(form.ask(asked.cursor or ""))
    return Page(
        items=[ActivityOut.of(one) for one in page.entries], next=str(page.more) if page.more else None
    )
