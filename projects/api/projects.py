"""Projects, and the chapters in them."""

from datetime import datetime

from ninja import PatchDict, Schema
from pydantic import Field

from narrator.teams.rights import Right
from projects import access, tasks
from projects.actions import projects, reach
from projects.api import agreeing, forms
from projects.api.doors import ApiRequest, Noun
from projects.api.money import decimal
from projects.api.pages import Id, Page, Wanted, page
from projects.api.sent import Sent
from projects.forms import ProjectForm
from projects.forms.direction import ScriptDirectionForm
from projects.models import Guide, Paragraph, Project, Script
from projects.models.direction import FIELDS

router = Noun("projects")


class ProjectOut(Schema):
    """One book or podcast. Its lines inherit its voice, language and instructions."""

    id: int
    team_id: int
    title: str
    author: str
    voice: str
    language: str
    instructions: str
    optimize_instructions: bool
    pause_ms: int
    speaker_pause_ms: int | None
    scene_pause_ms: int
    title_pause_ms: int
    chapter_pause_ms: int
    retakes: int
    cap_micro: int | None
    expansions: list[str] = Field(description="What is spoken in full; a change of the lexicon sets it.")
    created_at: datetime

    @classmethod
    def of(cls, row: Project) -> "ProjectOut":
        return cls(**{name: getattr(row, name) for name in cls.model_fields if name != "id"}, id=row.pk)


class ProjectIn(Sent):
    """What of a project is changed."""

    title: str
    author: str
    voice: str
    language: str
    instructions: str
    optimize_instructions: bool
    pause_ms: int
    speaker_pause_ms: int | None = Field(
        None, description="Where the speaker changes; null is as after a line."
    )
    scene_pause_ms: int
    title_pause_ms: int
    chapter_pause_ms: int
    retakes: int
    cap_micro: int | None = Field(None, ge=0, le=10**18)
    agreed: int = Field(description="How many finished lines may become out of date, as a refusal has said.")


class ScriptOut(Schema):
    """One chapter or episode; a blank voice, language or instruction is the project's."""

    id: int
    project_id: int
    position: int
    title: str
    voice: str
    language: str
    instructions: str
    line_count: int
    ready_count: int
    active_count: int
    failed_count: int
    duration_ms: int
    version: int = Field(description="Counts every change of its lines and takes.")

    @classmethod
    def of(cls, row: Script) -> "ScriptOut":
        """Show a script from ``with_counts``."""
        kept = ("project_id", "position", "title", *FIELDS, "version")
        counts = ("line_count", "ready_count", "active_count", "failed_count")
        values = {name: getattr(row, name) for name in (*kept, *counts)}
        return cls(id=row.pk, duration_ms=row.duration_ms or 0, **values)


class DirectionIn(Sent):
    """What a chapter changes of the project's direction; blank leaves it to the project."""

    voice: str
    language: str
    instructions: str
    agreed: int = Field(description="How many finished lines may become out of date, as a refusal has said.")


@router.look("/projects", Page[ProjectOut])
def project_list(request: ApiRequest, asked: Wanted) -> Page[ProjectOut]:
    """The projects of the person's teams, the newest first."""
    return page(Project.objects.of(request.user), asked, ProjectOut.of)


@router.look("/projects/{project_id}", ProjectOut)
def project_detail(request: ApiRequest, project_id: Id) -> ProjectOut:
    """One project."""
    return ProjectOut.of(access.project(request.user, project_id))


@router.act("/projects/{project_id}", ProjectOut, method="PATCH")
def project_edit(request: ApiRequest, project_id: Id, given: PatchDict[ProjectIn]) -> ProjectOut:
    """Change a project. Where that makes finished lines out of date it is refused until ``agreed`` says how many."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    agreed = given.pop("agreed", None)
    if "cap_micro" in given:
        given["cap_micro"] = decimal(given["cap_micro"])
    may_set_cap = access.may_set_cap(request.user, project)
    form = forms.changed(lambda data: ProjectForm(data, instance=project, may_set_cap=may_set_cap), given)
    directed = form.save(commit=False)
    if projects.HEARD.intersection(form.changed_data):
        lines = Paragraph.objects.filter(script__project=project)
        agreeing.check(reach.impact(Guide.of(project.pk).replacing(project=directed), lines), agreed)
    tasks.queue_change(project, lambda: projects.direct(directed, by=request.user), by=request.user)
    return ProjectOut.of(access.project(request.user, project_id))


@router.look("/projects/{project_id}/scripts", Page[ScriptOut])
def script_list(request: ApiRequest, project_id: Id, asked: Wanted) -> Page[ScriptOut]:
    """The chapters of a project, in their order."""
    project = access.project(request.user, project_id)
    return page(project.scripts.with_counts(), asked, ScriptOut.of, by="position")


@router.look("/scripts/{script_id}", ScriptOut)
def script_detail(request: ApiRequest, script_id: Id) -> ScriptOut:
    """One chapter."""
    return shown(access.script(request.user, script_id))


def shown(script: Script) -> ScriptOut:
    """The script as it is now, with its counts."""
    return ScriptOut.of(Script.objects.with_counts().get(pk=script.pk))


@router.act("/scripts/{script_id}", ScriptOut, method="PATCH")
def script_direction(request: ApiRequest, script_id: Id, given: PatchDict[DirectionIn]) -> ScriptOut:
    """Change a chapter's direction; ``agreed`` as for a project."""
    script = access.script(request.user, script_id, least=Right.EDIT)
    agreed, guide = given.pop("agreed", None), Guide.of(script.project_id)
    form = forms.changed(
        lambda data: ScriptDirectionForm(
            data, instance=script, inherited=guide.of_project, project=script.project
        ),
        given,
    )
    directed = form.save(commit=False)
    lines = Paragraph.objects.filter(script=script)
    agreeing.check(reach.impact(guide.replacing(rows=[directed]), lines), agreed)
    tasks.queue_change(
        script.project, lambda: projects.direct_script(directed, by=request.user), by=request.user
    )
    return shown(script)
