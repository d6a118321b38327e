"""The cast of a project: who speaks how much, who was found in the manuscript, and what was decided about it."""

from datetime import datetime

from ninja import Schema
from pydantic import Field

from narrator.teams.rights import Right
from projects import access, tasks
from projects.actions import cast, cast_changes, parts, speakers
from projects.api import agreeing, forms
from projects.api.characters import CharacterOut
from projects.api.doors import ApiRequest, Noun
from projects.api.pages import Id, Page, Wanted, page
from projects.api.sent import Sent
from projects.forms.direction import DecisionForm
from projects.models import CastChange

router = Noun("cast")


class PartOut(Schema):
    """What one of the cast speaks, and how. Without ``character`` it is the narrator, as the project directs."""

    character: CharacterOut | None
    voice: str = Field(description="What is heard: the character's own, else the project's.")
    language: str
    instructions: str
    lines: int
    ready: int
    duration_ms: int
    also: list[str] = Field(description="Its other names in the manuscript.")

    @classmethod
    def of(cls, part: parts.Part) -> "PartOut":
        kept = ("lines", "ready", "duration_ms", "also")
        values = {name: getattr(part, name) for name in kept} | {
            name: one.value for name, one in part.said.items()
        }
        return cls(character=CharacterOut.of(part.character) if part.character else None, **values)


class FoundOut(Schema):
    """A name that the manuscript gives to whoever speaks some lines, and behind which nobody has put a character."""

    name: str
    lines: int
    sure_lines: int
    is_labelled: bool = Field(description="The manuscript says it with a label, as a play does.")
    examples: list[str]


class CastOut(Schema):
    """Who speaks which lines, and who was found and is nobody's character yet."""

    parts: list[PartOut]
    found: list[FoundOut]


class Decision(Sent):
    """Who is behind names that were found: a character, or with ``each_new`` a new one each; with neither, nobody."""

    names: list[str] = Field(min_length=1, max_length=1000)
    character_id: Id | None = None
    each_new: bool = False
    sure_only: bool = Field(False, description="Only the lines of which the finding is sure.")
    agreed: int | None = Field(None, description="How many finished lines may become out of date.")


class MovedOut(Schema):
    """How many lines it was."""

    lines: int


class CastChangeOut(Schema):
    """One change of the cast, in words; it can be taken back once."""

    id: int
    words: str
    who: str
    at: datetime
    undone_at: datetime | None

    @classmethod
    def of(cls, row: CastChange) -> "CastChangeOut":
        who = str(row.created_by) if row.created_by else ""
        return cls(id=row.pk, words=row.words, who=who, at=row.created_at, undone_at=row.undone_at)


class UndoneOut(Schema):
    """How many lines went back, and how many stay because somebody changed them since."""

    lines: int
    kept: int


@router.look("/projects/{project_id}/cast", CastOut)
def cast_detail(request: ApiRequest, project_id: Id) -> CastOut:
    """Who speaks in a project and how much, the narrator first; and the names that wait for a decision."""
    project = access.project(request.user, project_id)
    names = ("name", "lines", "sure_lines", "is_labelled")
    found = [
        FoundOut(
            **{name: getattr(one, name) for name in names}, examples=[line.text for line in one.examples]
        )
        for one in speakers.undecided(project)
    ]
    return CastOut(parts=[PartOut.of(part) for part in parts.of(project)], found=found)


@router.act("/projects/{project_id}/cast/find", MovedOut)
def cast_find(request: ApiRequest, project_id: Id) -> MovedOut:
    """Look through the whole manuscript for who speaks; the answer is how many lines have a speaker now."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    return MovedOut(lines=tasks.queue_change(project, lambda: speakers.find(project), by=request.user))


@router.act("/projects/{project_id}/cast/decide", MovedOut)
def cast_decide(request: ApiRequest, project_id: Id, said: Decision) -> MovedOut:
    """Say who is behind names that were found; their lines follow. ``agreed`` as for a project."""
    project, by = access.project(request.user, project_id, least=Right.EDIT), request.user
    to = DecisionForm.NEW if said.each_new else str(said.character_id or DecisionForm.NOBODY)
    least = speakers.SURE if said.sure_only else 0
    data = forms.sent({"names": said.names, "to": to, "least": str(least)})
    names = [one.name for one in speakers.undecided(project)]
    form = forms.checked(DecisionForm(data, project=project, names=names), {"to": "character_id"})
    decision = form.decision()
    agreeing.check(cast.impact_of_decision(project, **decision), said.agreed)
    return MovedOut(lines=tasks.queue_change(project, lambda: cast.decide(project, by=by, **decision), by=by))


@router.look("/projects/{project_id}/cast/changes", Page[CastChangeOut])
def cast_change_list(request: ApiRequest, project_id: Id, asked: Wanted) -> Page[CastChangeOut]:
    """What was changed of a cast, the newest first."""
    project = access.project(request.user, project_id)
    rows = project.cast_changes.select_related("created_by").defer("before", "after")
    return page(rows, asked, CastChangeOut.of)


@router.act("/cast-changes/{cast_change_id}/undo", UndoneOut)
def cast_undo(request: ApiRequest, cast_change_id: Id) -> UndoneOut:
    """Take a change of the cast back. One that somebody took back already changes nothing."""
    row = access.cast_change(request.user, cast_change_id)
    undone = tasks.queue_change(row.project, lambda: cast_changes.undo(row), by=request.user)
    return UndoneOut(lines=undone.lines, kept=undone.kept) if undone else UndoneOut(lines=0, kept=0)
