"""Handing in a manuscript, looking at what was found in it, and making a project of it."""

from datetime import datetime
from typing import Any

from ninja import File, Form, Schema
from ninja.files import UploadedFile
from pydantic import Field

from narrator.teams import access as teams
from narrator.teams.rights import Right
from projects import access
from projects.actions import manuscripts
from projects.api import forms
from projects.api.doors import ApiRequest, Noun
from projects.api.money import CostOut
from projects.api.pages import Id
from projects.api.problems import Problem
from projects.api.projects import ProjectOut
from projects.api.sent import Sent
from projects.forms import ManuscriptForm
from projects.forms.manuscripts import ImportForm
from projects.manuscript.arrangement import beside
from projects.manuscript.manuscript import Manuscript as Reading
from projects.models import Manuscript

router = Noun("projects")


class ChapterOut(Schema):
    """A chapter as it was found: ``start`` names it, ``first`` are its first words. Ticked ones become chapters."""

    start: int
    title: str
    part: str
    ticked: bool
    lines: int
    first: str
    cost: CostOut


class ManuscriptOut(Schema):
    """What was found in a manuscript. It becomes a project by one more request, within two days."""

    id: int
    team_id: int
    filename: str
    title: str
    author: str
    language: str
    kinds: list[str] = Field(
        description="What can be spoken besides: see kinds of the request that makes a project."
    )
    speakers: list[str]
    chapters: list[ChapterOut]
    cost: CostOut
    project_id: int | None
    created_at: datetime


class HandedIn(Sent):
    """A manuscript: a file beside these fields, or its text."""

    team_id: int = Field(ge=1)
    text: str | None = None


class ChapterIn(Sent):
    """What a person makes of a chapter that was found."""

    start: int = Field(ge=0)
    ticked: bool = True
    title: str | None = Field(None, max_length=300)


class Import(Sent):
    """How a manuscript becomes a project. What is not said stays as the manuscript says it."""

    voice: str
    title: str | None = None
    author: str | None = None
    language: str | None = None
    instructions: str = ""
    chapters: list[ChapterIn] = Field([], description="Chapters that are not named stay as they were found.")
    kinds: list[str] | None = Field(None, description="Footnotes, captions and so on that are spoken, too.")
    speak_titles: bool = Field(False, description="Speak each chapter's title as its first line.")
    make_cast: bool = Field(True, description="Make a character of each speaker that the manuscript names.")


@router.make("/manuscripts", ManuscriptOut, is_heavy=True)
def manuscript_new(
    request: ApiRequest, handed: Form[HandedIn], file: File[UploadedFile | None] = None
) -> ManuscriptOut:
    """Hand in a manuscript, as a file or a text; the answer is what was found in it."""
    access.team(request.user, handed.team_id, least=Right.EDIT)
    own = teams.teams_for(request.user, Right.EDIT)
    data = forms.sent({"team": handed.team_id, "text": handed.text})
    form = forms.checked(ManuscriptForm(data, {"file": file} if file else {}, teams=own), {"team": "team_id"})
    content, filename = form.manuscript()
    return _shown(*manuscripts.keep(content, filename, team=form.cleaned_data["team"], by=request.user))


@router.look("/manuscripts/{manuscript_id}", ManuscriptOut)
def manuscript_detail(request: ApiRequest, manuscript_id: Id) -> ManuscriptOut:
    """What was found in a manuscript."""
    row = access.manuscript(request.user, manuscript_id)
    return _shown(row, manuscripts.read(row))


@router.make("/manuscripts/{manuscript_id}/project", ProjectOut)
def manuscript_import(request: ApiRequest, manuscript_id: Id, wanted: Import) -> ProjectOut:
    """Make a project of the ticked chapters. A manuscript that is one already makes no second one."""
    row = access.manuscript(request.user, manuscript_id)
    if row.belongs_to is None:
        read = manuscripts.read(row)
        form = forms.checked(_form(row, read, wanted), {"titles": "speak_titles", "cast": "make_cast"})
        fields = {name: form.cleaned_data[name] for name in ImportForm.Meta.fields}
        made_id = manuscripts.make_project(
            row, read, plan=form.arranged(), by=request.user, with_cast=form.cleaned_data["cast"], **fields
        ).pk
    else:
        made_id = _project_id(row) or 0
    return ProjectOut.of(access.project(request.user, made_id))


def _project_id(row: Manuscript) -> int | None:
    """The project that was made of a manuscript, or of which it is a revision."""
    return getattr(row.belongs_to, "project_id", getattr(row.belongs_to, "pk", None))


def _form(row: Manuscript, read: Reading, wanted: Import) -> ImportForm:
    """The preview's form, filled in as this request wants it."""
    plan = manuscripts.arrangement(row, read)
    named = {one.start: one for one in wanted.chapters}
    if foreign := named.keys() - {section.start for section in plan.sections}:
        raise Problem(422, "invalid", f"No chapter of this manuscript starts at {min(foreign)}.")
    said = {name: value for name, value in wanted.model_dump().items() if isinstance(value, str)}
    kinds = [kind.value for kind in beside(read) if kind in plan.kinds]
    kinds = kinds if wanted.kinds is None else wanted.kinds
    data: dict[str, Any] = {**manuscripts.suggested(row, read), **said, "kinds": kinds}
    data |= {"titles": wanted.speak_titles, "cast": wanted.make_cast, "tick": []}
    for section in plan.sections:
        one = named.get(section.start)
        data[f"title-{section.start}"] = (one and one.title) or section.title
        if one.ticked if one else section.ticked:
            data["tick"].append(str(section.start))
    return ImportForm(forms.sent(data), read=read, plan=plan, team_id=row.team_id)


def _shown(row: Manuscript, read: Reading) -> ManuscriptOut:
    plan, said = manuscripts.arrangement(row, read), manuscripts.suggested(row, read)
    offers, total = manuscripts.offers(plan, read, language=said["language"], team_id=row.team_id)
    return ManuscriptOut(
        id=row.pk,
        team_id=row.team_id,
        filename=row.filename,
        **said,
        kinds=[kind.value for kind in beside(read)],
        speakers=list(read.speakers),
        chapters=[
            ChapterOut(
                start=one.section.start,
                title=one.section.title,
                part=one.section.part,
                ticked=one.section.ticked,
                lines=one.lines,
                first=one.first[:200],
                cost=CostOut.of(one.expected),
            )
            for one in offers
        ],
        cost=CostOut.of(total),
        project_id=_project_id(row),
        created_at=row.created_at,
    )
