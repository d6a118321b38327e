"""The clips of a project and its team: handed in, heard, named, taken away, and placed between lines."""

from datetime import datetime

from django.http import Http404, HttpResponseBase
from django.utils.datastructures import MultiValueDict
from ninja import File, Form, Schema
from ninja.files import UploadedFile

from narrator import media
from narrator.teams.rights import Right
from projects import access, tasks
from projects.actions import clips, sounds
from projects.api import files, forms
from projects.api.doors import ApiRequest, Noun
from projects.api.lines import DoneOut
from projects.api.pages import Id, Page, Wanted, page
from projects.api.sent import Sent
from projects.forms.clips import ClipForm, ClipNameForm
from projects.models import Clip, Project

router = Noun("projects")
# What of a sound nobody is shown.
UNREAD = ("sound__cells", "sound__quiet")


class ClipOut(Schema):
    """An intro, an outro, a sting. Without a project it is there for all of the team's."""

    id: int
    project_id: int | None
    name: str
    duration_ms: int
    created_at: datetime

    @classmethod
    def of(cls, row: Clip) -> "ClipOut":
        kept = ("project_id", "name", "duration_ms", "created_at")
        return cls(id=row.pk, **{name: getattr(row, name) for name in kept})


class ClipIn(Sent):
    """Beside the file: its name, else it is called like the file."""

    name: str = ""
    is_for_team: bool = False


class ClipName(Sent):
    """Another name."""

    name: str


class Placed(Sent):
    """Which clip goes behind a line; null: to the start."""

    clip_id: Id
    after: Id | None = None


@router.look("/projects/{project_id}/clips", Page[ClipOut])
def clip_list(request: ApiRequest, project_id: Id, asked: Wanted) -> Page[ClipOut]:
    """What may be placed in a project: its own clips, and its team's."""
    project = access.project(request.user, project_id)
    return page(Clip.objects.within(project).select_related("sound").defer(*UNREAD), asked, ClipOut.of)


@router.make("/projects/{project_id}/clips", ClipOut, is_heavy=True)
def clip_new(request: ApiRequest, project_id: Id, said: Form[ClipIn], file: File[UploadedFile]) -> ClipOut:
    """Hand in a clip, as any sound file."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    data = forms.checked(ClipForm(said.model_dump(), MultiValueDict({"file": [file]}))).cleaned_data
    clip, _ = clips.add(project, data["name"], data["file"], is_for_team=data["is_for_team"], by=request.user)
    return ClipOut.of(clip)


@router.act("/projects/{project_id}/clips/{clip_id}", ClipOut, method="PATCH")
def clip_rename(request: ApiRequest, project_id: Id, clip_id: Id, said: ClipName) -> ClipOut:
    """Give a clip another name; where it is placed already it keeps the old one."""
    clip = _clip(access.project(request.user, project_id, least=Right.EDIT), clip_id)
    name = forms.checked(ClipNameForm(said.model_dump())).cleaned_data["name"]
    clips.rename(clip, name, by=request.user)
    return ClipOut.of(clip)


@router.end("/projects/{project_id}/clips/{clip_id}/remove")
def clip_remove(request: ApiRequest, project_id: Id, clip_id: Id) -> None:
    """Take a clip out of the list; where it is placed it stays."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    clips.remove(_clip(project, clip_id), by=request.user)


@router.look("/projects/{project_id}/clips/{clip_id}/audio", None, openapi_extra=files.of("audio/wav"))
def clip_audio(request: ApiRequest, project_id: Id, clip_id: Id) -> HttpResponseBase:
    """The clip's sound: WAV, mono, 24 kHz, 16 bit, with byte ranges."""
    clip = _clip(access.project(request.user, project_id), clip_id)
    return media.serve(request, sounds.name_of(clip.sound.sha256), content_type="audio/wav")


@router.make("/scripts/{script_id}/clips", DoneOut, is_heavy=True)
def clip_place(request: ApiRequest, script_id: Id, said: Placed) -> DoneOut:
    """Put a clip behind a line, as a line of its own, as loud as the speech."""
    script = access.script(request.user, script_id, least=Right.EDIT)
    clip = _clip(script.project, said.clip_id)
    done = tasks.queue_act(clips.place, script, clip, after=said.after, by=request.user)
    return DoneOut(lines=[line.pk for line in done.lines])


def _clip(project: Project, clip_id: int) -> Clip:
    clip = Clip.objects.within(project).select_related("sound").filter(pk=clip_id).first()
    if clip is None:
        raise Http404
    return clip
