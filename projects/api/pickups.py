"""The round trip of pickups: the sheet, the recording that comes back, and which piece is which line."""

from datetime import datetime

from django.http import HttpResponseBase
from django.utils.datastructures import MultiValueDict
from ninja import File, Schema
from ninja.files import UploadedFile
from pydantic import Field

from narrator import media
from narrator.teams.rights import Right
from projects import access
from projects.actions import pickups, sounds
from projects.api import files, forms
from projects.api.doors import ApiRequest, Noun
from projects.api.pages import Id
from projects.api.returns import FiledOut
from projects.api.sent import Sent
from projects.forms.pickups import LEFT_OUT, ConfirmForm, PickupForm
from projects.models import Paragraph, PickupRecording

router = Noun("takes")


class WantedOut(Schema):
    """A line of which a pickup is wanted."""

    line_id: int
    script_id: int
    text: str
    reason: str
    who: str

    @classmethod
    def of(cls, line: Paragraph) -> "WantedOut":
        said = line.verdict
        assert said is not None  # for mypy: the sheet is of lines that have one
        return cls(
            line_id=line.pk, script_id=line.script_id, text=line.text, reason=said.reason, who=said.who
        )


class PieceOut(Schema):
    """What was spoken between two pauses."""

    start_ms: int
    end_ms: int


class GuessOut(Schema):
    """Which pieces a line is taken for: from ``first``, ``count`` of them; none where nobody can tell."""

    line_id: int
    first: int | None
    count: int
    is_changed: bool = Field(description="The line says something else by now.")


class PickupOut(Schema):
    """One recording of all pickups, cut at its pauses. It is filed once, when somebody says which piece is which."""

    id: int
    project_id: int
    name: str
    pieces: list[PieceOut]
    lines: list[GuessOut]
    is_cut_short: bool
    created_at: datetime
    filed_at: datetime | None

    @classmethod
    def of(cls, row: PickupRecording) -> "PickupOut":
        kept = ("project_id", "name", "is_cut_short", "created_at", "filed_at")
        pieces = [PieceOut(start_ms=start, end_ms=end) for start, end in row.pieces]
        lines = [_guess(one) for one in pickups.rows(row)]
        return cls(id=row.pk, **{name: getattr(row, name) for name in kept}, pieces=pieces, lines=lines)


def _guess(one: dict) -> GuessOut:
    first, after = one["pieces"] or (None, None)
    count = after - first if first is not None else 0
    return GuessOut(line_id=one["line"].pk, first=first, count=count, is_changed=one["is_changed"])


class GivenIn(Sent):
    """Which pieces a line is: from ``first``, one or two of them, or as many as were guessed."""

    line_id: Id
    first: int = Field(ge=0, le=100_000)
    count: int = Field(1, ge=1, le=100_000)


class ConfirmedIn(Sent):
    """What each line gets; those that are not named get nothing."""

    lines: list[GivenIn] = Field(max_length=20_000)


@router.look("/projects/{project_id}/pickups", list[WantedOut])
def pickup_sheet(request: ApiRequest, project_id: Id) -> list[WantedOut]:
    """The lines of a project of which a pickup is wanted, in the book's order."""
    return [WantedOut.of(line) for line in pickups.sheet(access.project(request.user, project_id))]


@router.make("/projects/{project_id}/pickups", PickupOut, is_heavy=True)
def pickup_new(request: ApiRequest, project_id: Id, file: File[UploadedFile]) -> PickupOut:
    """Hand in one recording of all pickups of the sheet; the answer says how it was cut, and what was guessed."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    said = forms.checked(PickupForm({}, MultiValueDict({"file": [file]}))).cleaned_data["file"]
    return PickupOut.of(pickups.take_in(project, said, name=said.name, by=request.user))


@router.look("/pickups/{pickup_id}", PickupOut)
def pickup_detail(request: ApiRequest, pickup_id: Id) -> PickupOut:
    """A recording of pickups."""
    return PickupOut.of(access.pickup(request.user, pickup_id))


@router.look("/pickups/{pickup_id}/audio", None, openapi_extra=files.of("audio/wav"))
def pickup_audio(request: ApiRequest, pickup_id: Id) -> HttpResponseBase:
    """The whole recording, as WAV."""
    row = access.pickup(request.user, pickup_id)
    return media.serve(request, sounds.name_of(row.sound.sha256), content_type="audio/wav")


@router.make("/pickups/{pickup_id}/confirm", FiledOut, is_heavy=True)
def pickup_confirm(request: ApiRequest, pickup_id: Id, said: ConfirmedIn) -> FiledOut:
    """File pieces as takes of their lines, and choose them. It is done once: a second time files nothing."""
    row = access.pickup(request.user, pickup_id)
    rows = pickups.rows(row)
    data = {f"line-{one['line'].pk}": LEFT_OUT for one in rows}
    data |= {f"line-{one.line_id}": f"{one.first}-{one.first + one.count}" for one in said.lines}
    form = forms.checked(ConfirmForm(data, row=row, rows=rows))
    return FiledOut(takes=pickups.file(row, form.given(), by=request.user))
