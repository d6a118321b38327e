"""The finish of a project: how its files come out, and for whom they are measured."""

from dataclasses import asdict
from typing import Any, Literal

from ninja import PatchDict, Schema
from pydantic import Field

from narrator.teams.rights import Right
from projects import access
from projects.actions import destinations, figures, finishes
from projects.api import forms
from projects.api.doors import ApiRequest, Noun
from projects.api.pages import Id
from projects.api.sent import Sent
from projects.audio.finish import Finish
from projects.forms.finishes import FinishForm
from projects.models import Project

router = Noun("exports")


class LevelsOut(Schema):
    """How all of a project is heard as it stands, in dB; null where there is nothing to hear."""

    duration_ms: int
    loudness_lufs: float | None
    rms_dbfs: float | None
    true_peak_dbfs: float | None
    floor_dbfs: float | None


class FinishOut(Schema):
    """How files come out. ``target_db`` null leaves levels as they are, ``keep_ms`` null all silence of takes."""

    preset: str = Field(description="For which destination files are measured; none is for nobody.")
    scale: Literal["lufs", "rms"] = Field(description="What target_db is counted in.")
    target_db: float | None
    peak_db: float = Field(description="The true peak that no take passes.")
    match_voices: bool
    head_ms: int
    tail_ms: int
    keep_ms: int | None
    fade_ms: int
    crossfade_ms: int
    tone: bool = Field(description="Room tone at head and tail.")
    tone_in_pauses: bool


class ProjectFinishOut(FinishOut):
    """A project's finish, and what it comes to."""

    levels: LevelsOut

    @classmethod
    def of(cls, project: Project) -> "ProjectFinishOut":
        heard = figures.of_book(project, project.scripts.all())
        levels = {name: getattr(heard, name) for name in LevelsOut.model_fields}
        return cls(**asdict(project.finishing.asked), levels=LevelsOut(**levels))


class FinishIn(Sent):
    """What of a finish is changed. Another preset begins with the values of its destination."""

    preset: str
    scale: str
    target_db: float | None = None
    peak_db: float
    match_voices: bool
    head_ms: int
    tail_ms: int
    keep_ms: int | None = None
    fade_ms: int
    crossfade_ms: int
    tone: bool
    tone_in_pauses: bool


class PresetOut(Schema):
    """A destination that files may go to, by the name that a finish calls it, and the finish it begins with."""

    preset: str
    label: str
    finish: FinishOut


@router.look("/projects/{project_id}/presets", list[PresetOut])
def preset_list(request: ApiRequest, project_id: Id) -> list[PresetOut]:
    """The destinations of a project's files: the usual ones and the team's own."""
    project = access.project(request.user, project_id)
    choices = [("none", "as it is"), *destinations.choices(project)]
    return [
        PresetOut(preset=name, label=label, finish=_plain(destinations.begin(project, name)))
        for name, label in choices
    ]


def _plain(finish: Finish) -> FinishOut:
    return FinishOut(**asdict(finish.asked))


@router.look("/projects/{project_id}/finish", ProjectFinishOut)
def finish_detail(request: ApiRequest, project_id: Id) -> ProjectFinishOut:
    """How a project's files come out, and how loud that is as it stands."""
    return ProjectFinishOut.of(access.project(request.user, project_id))


@router.act("/projects/{project_id}/finish", ProjectFinishOut, method="PATCH")
def finish_edit(request: ApiRequest, project_id: Id, given: PatchDict[FinishIn]) -> ProjectFinishOut:
    """Change how files come out from now on. Exports that were ordered before keep theirs."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    places, begun = destinations.choices(project), project.finishing
    if given.get("preset", begun.preset) != begun.preset and given["preset"] in dict(places):
        begun = destinations.begin(project, given["preset"])

    def form(data: Any) -> FinishForm:
        return FinishForm(data, initial=begun.kept(), destinations=places)

    finishes.save(project, forms.changed(form, given).finish(), by=request.user)
    return ProjectFinishOut.of(access.project(request.user, project_id))
