"""The cover of a project: handed in, looked at, taken off."""

from django.http import HttpResponseBase
from django.utils.datastructures import MultiValueDict
from ninja import File, Schema
from ninja.files import UploadedFile

from narrator.teams.rights import Right
from projects import access, serving
from projects.actions import covers
from projects.api import files, forms
from projects.api.doors import ApiRequest, Noun
from projects.api.pages import Id
from projects.forms.covers import CoverForm

router = Noun("projects")


class CoverOut(Schema):
    """How large the picture is."""

    size_bytes: int


@router.act("/projects/{project_id}/cover", CoverOut)
def cover_edit(request: ApiRequest, project_id: Id, file: File[UploadedFile]) -> CoverOut:
    """Give a project this picture, a JPEG or PNG that files can carry, instead of the one it has."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    picture = forms.checked(CoverForm({}, MultiValueDict({"file": [file]}))).cleaned_data["file"].read()
    covers.give(project, picture, by=request.user)
    return CoverOut(size_bytes=len(picture))


@router.end("/projects/{project_id}/cover/remove")
def cover_remove(request: ApiRequest, project_id: Id) -> None:
    """Take a project's cover off."""
    covers.remove(access.project(request.user, project_id, least=Right.EDIT), by=request.user)


@router.look("/projects/{project_id}/cover", None, openapi_extra=files.of("image/jpeg"))
def project_cover(request: ApiRequest, project_id: Id) -> HttpResponseBase:
    """The picture, a JPEG or PNG."""
    return serving.cover(request, access.project(request.user, project_id))
