"""One character of a cast: joining, being recast, becoming another, leaving."""

from django.http import Http404
from ninja import PatchDict, Schema
from pydantic import Field

from narrator.teams.rights import Right
from projects import access, tasks
from projects.actions import cast
from projects.api import agreeing, forms
from projects.api.doors import ApiRequest, Noun
from projects.api.pages import Id
from projects.api.sent import Sent
from projects.forms.direction import CharacterForm
from projects.models import Character, Guide, Project
from projects.models.direction import FIELDS

router = Noun("cast")


class CharacterOut(Schema):
    """Somebody who speaks. A blank voice, language or instruction is what its lines' chapter or project says."""

    id: int
    project_id: int
    name: str
    colour: str
    is_narrator: bool
    voice: str
    language: str
    instructions: str

    @classmethod
    def of(cls, row: Character) -> "CharacterOut":
        names = ("project_id", "name", "colour", "is_narrator", *FIELDS)
        return cls(id=row.pk, **{name: getattr(row, name) for name in names})


class CharacterIn(Sent):
    """Who a character is, and how it speaks. A project has at most one narrator."""

    name: str
    colour: str = Field(description="blue, orange, green, plum, sky, ochre, red or slate.")
    is_narrator: bool = Field(description="Whether it speaks the lines of nobody else.")
    voice: str
    language: str
    instructions: str


class NewCharacter(CharacterIn):
    """A new character; without a colour it has one that few others have."""

    colour: str = ""
    is_narrator: bool = False
    voice: str = ""
    language: str = ""
    instructions: str = ""


class Recast(CharacterIn):
    """What of a character is changed."""

    agreed: int = Field(description="How many finished lines may become out of date, as a refusal has said.")


class Leaving(Sent):
    """That a character leaves."""

    agreed: int | None = Field(None, description="How many finished lines may become out of date.")


class Merged(Leaving):
    """Whom a character becomes one with."""

    into: Id


@router.look("/projects/{project_id}/characters", list[CharacterOut])
def character_list(request: ApiRequest, project_id: Id) -> list[CharacterOut]:
    """The characters of a project, the narrator first, then by name."""
    project = access.project(request.user, project_id)
    return [CharacterOut.of(row) for row in project.characters.all()]


@router.make("/projects/{project_id}/characters", CharacterOut)
def character_new(request: ApiRequest, project_id: Id, new: NewCharacter) -> CharacterOut:
    """Add a character to the cast."""
    project, by = access.project(request.user, project_id, least=Right.EDIT), request.user
    data = new.model_dump() | {"colour": new.colour or cast.free_colour(project)}
    form = forms.checked(_form(Character(project=project), project, data))
    made = tasks.queue_change(project, lambda: cast.add(project, by=by, **form.cleaned_data), by=by)
    return CharacterOut.of(made)


@router.look("/characters/{character_id}", CharacterOut)
def character_detail(request: ApiRequest, character_id: Id) -> CharacterOut:
    """One character."""
    return CharacterOut.of(access.character(request.user, character_id))


@router.act("/characters/{character_id}", CharacterOut, method="PATCH")
def character_edit(request: ApiRequest, character_id: Id, given: PatchDict[Recast]) -> CharacterOut:
    """Change a character. Where that makes finished lines out of date it is refused until ``agreed`` says how many."""
    row, by = access.character(request.user, character_id, least=Right.EDIT), request.user
    agreed = given.pop("agreed", None)
    changed = forms.changed(lambda data: _form(row, row.project, data), given).save(commit=False)
    agreeing.check(cast.impact_of_recasting(changed), agreed)
    tasks.queue_change(row.project, lambda: cast.recast(changed, by=by), by=by)
    return CharacterOut.of(access.character(request.user, character_id))


def _form(row: Character, project: Project, data: dict | None) -> CharacterForm:
    return CharacterForm(data, instance=row, inherited=Guide.of(project.pk).of_project, project=project)


@router.act("/characters/{character_id}/merge", CharacterOut)
def character_merge(request: ApiRequest, character_id: Id, said: Merged) -> CharacterOut:
    """Let a character be another one of the project, which is the answer: lines and names move, this one leaves."""
    row, by = access.character(request.user, character_id, least=Right.EDIT), request.user
    into = row.project.characters.exclude(pk=row.pk).filter(pk=said.into).first()
    if into is None:
        raise Http404
    agreeing.check(cast.impact_of_leaving(row, into), said.agreed)
    tasks.queue_change(row.project, lambda: cast.merge(row, into=into, by=by), by=by)
    return CharacterOut.of(into)


@router.end("/characters/{character_id}/remove")
def character_remove(request: ApiRequest, character_id: Id, said: Leaving) -> None:
    """Take a character out of the cast; the narrator speaks its lines. The change can be taken back."""
    row, by = access.character(request.user, character_id, least=Right.EDIT), request.user
    agreeing.check(cast.impact_of_leaving(row, None), said.agreed)
    tasks.queue_change(row.project, lambda: cast.remove(row, by=by), by=by)
