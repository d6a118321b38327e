"""Archives: a project into one file, and out of one; each is followed while a worker is at it."""

from datetime import datetime

from django.http import HttpResponseBase
from django.utils.datastructures import MultiValueDict
from ninja import File, Form, Schema
from ninja.files import UploadedFile
from pydantic import Field

from narrator import limits
from narrator.teams import access as teams
from narrator.teams.rights import Right
from projects import access, serving, tasks
from projects.api import files, forms
from projects.api.doors import ApiRequest, Noun
from projects.api.pages import Id, Page, Wanted, page
from projects.api.sent import Sent
from projects.forms.archives import LIMIT_BYTES, ArchiveForm
from projects.models import Archive

router = Noun("exports")


class ArchiveOut(Schema):
    """One archive. ``way``: out of a project, or in; ``status``: queued, running, ready or failed."""

    id: int
    team_id: int
    project_id: int | None = Field(description="What is written, or what became of one that was handed in.")
    way: str
    status: str
    filename: str
    size_bytes: int
    done_bytes: int
    total_bytes: int
    error_reason: str
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: Archive) -> "ArchiveOut":
        return cls(id=row.pk, **{name: getattr(row, name) for name in cls.model_fields if name != "id"})


class ArchiveIn(Sent):
    """Beside the file: the team that gets the project."""

    team_id: Id


@router.look("/projects/{project_id}/archives", Page[ArchiveOut])
def archive_list(request: ApiRequest, project_id: Id, asked: Wanted) -> Page[ArchiveOut]:
    """The archives of a project, the newest first."""
    project = access.project(request.user, project_id, least=Right.EXPORT)
    return page(project.archives.all(), asked, ArchiveOut.of)


@router.make("/projects/{project_id}/archives", ArchiveOut)
def archive_order(request: ApiRequest, project_id: Id) -> ArchiveOut:
    """Ask for an archive of a project; one that waits already is that one."""
    project = access.project(request.user, project_id, least=Right.EXPORT)
    return ArchiveOut.of(tasks.queue_archive(project, by=request.user))


@router.make("/archives", ArchiveOut, is_heavy=True, most_bytes=LIMIT_BYTES + limits.AROUND_BYTES)
def archive_new(request: ApiRequest, said: Form[ArchiveIn], file: File[UploadedFile]) -> ArchiveOut:
    """Hand in an archive, of which a worker makes a project."""
    access.team(request.user, said.team_id, least=Right.EDIT)
    own = teams.teams_for(request.user, Right.EDIT.least)
    form = ArchiveForm({"team": said.team_id}, MultiValueDict({"file": [file]}), teams=own)
    data = forms.checked(form, {"team": "team_id"}).cleaned_data
    name = data["file"].name
    return ArchiveOut.of(tasks.queue_unarchive(data["file"], name, team=data["team"], by=request.user))


@router.look("/archives/{archive_id}", ArchiveOut)
def archive_detail(request: ApiRequest, archive_id: Id) -> ArchiveOut:
    """How far an archive is."""
    return ArchiveOut.of(access.archive(request.user, archive_id))


@router.look("/archives/{archive_id}/file", None, openapi_extra=files.of("application/zip"))
def archive_download(request: ApiRequest, archive_id: Id) -> HttpResponseBase:
    """The finished file, with byte ranges."""
    return serving.archive(request, access.archive(request.user, archive_id), to=request.user)
