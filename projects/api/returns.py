"""Edited audio back in: the file, which of its lines have changed, and the takes that are made of them."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponseBase
from django.utils.datastructures import MultiValueDict
from ninja import File, Form, Schema
from ninja.files import UploadedFile
from pydantic import Field

from narrator import limits, media
from narrator.teams.rights import Right
from projects import access
from projects.actions import returns, sounds
from projects.api import files, forms
from projects.api.doors import ApiRequest, Noun
from projects.api.pages import Id, Page, Wanted, page
from projects.api.sent import Sent
from projects.forms.returns import LIMIT_BYTES, ConfirmForm, ReturnForm
from projects.models import ExportStatus, Return

router = Noun("takes")


class ReturnIn(Sent):
    """Beside the edited ``file``, and ``labels`` where somebody has set them: which file of the export it was."""

    of: str = Field("", description="Its name in the export; may be left out where there is one file.")


class ReturnedLineOut(Schema):
    """What became of a line. ``change``: as the audio was told apart; ``shift_ms``: how much later it is now."""

    line_id: int
    change: str
    start_ms: int
    end_ms: int
    shift_ms: int
    level_db: float
    is_changed: bool = Field(description="The line says something else by now.")
    is_wanted: bool = Field(description="Whether the page offers it as a new take.")


class ReturnOut(Schema):
    """A file of an export that came back; its lines become takes once, when somebody confirms which."""

    id: int
    export_id: int
    name: str
    file: str
    is_cut_short: bool
    created_at: datetime
    filed_at: datetime | None

    @classmethod
    def of(cls, row: Return) -> "ReturnOut":
        return cls(id=row.pk, **{name: getattr(row, name) for name in ReturnOut.model_fields if name != "id"})


class ReturnedOut(ReturnOut):
    """A return with its lines."""

    lines: list[ReturnedLineOut]


class Confirmed(Sent):
    """Which lines become takes."""

    lines: list[Id] = Field(max_length=20_000)


class FiledOut(Schema):
    """How many takes were filed and chosen."""

    takes: int


@router.look("/exports/{export_id}/returns", Page[ReturnOut])
def return_list(request: ApiRequest, export_id: Id, asked: Wanted) -> Page[ReturnOut]:
    """What came back of an export, the newest first."""
    export = access.export(request.user, export_id, least=Right.EDIT)
    return page(Return.objects.filter(export=export).defer("lines"), asked, ReturnOut.of)


@router.make(
    "/exports/{export_id}/returns",
    ReturnedOut,
    is_heavy=True,
    most_bytes=LIMIT_BYTES + limits.AROUND_BYTES,
)
def return_new(
    request: ApiRequest,
    export_id: Id,
    said: Form[ReturnIn],
    file: File[UploadedFile],
    labels: File[UploadedFile | None] = None,
) -> ReturnedOut:
    """Hand in a file of an export that was edited elsewhere; the answer is what became of each line."""
    export = access.export(request.user, export_id, least=Right.EDIT)
    known = returns.files(export)
    if export.status != ExportStatus.READY or not known:
        raise Http404
    sent = {"file": [file], **({"labels": [labels]} if labels else {})}
    of = said.of or (known[0] if len(known) == 1 else "")
    form = forms.checked(ReturnForm({"of": of}, MultiValueDict(sent), files=known))
    data: dict[str, Any] = form.cleaned_data
    row = returns.take_in(
        export, data["file"], of=data["of"], name=data["file"].name, labels=data["labels"], by=request.user
    )
    return _shown(row)


@router.look("/returns/{return_id}", ReturnedOut)
def return_detail(request: ApiRequest, return_id: Id) -> ReturnedOut:
    """A file that came back, with what became of each line."""
    return _shown(access.returned(request.user, return_id))


def _shown(row: Return) -> ReturnedOut:
    kept = ("change", "start_ms", "end_ms", "shift_ms", "level_db", "is_changed", "is_wanted")
    lines = [
        ReturnedLineOut(line_id=one["line"].pk, **{name: one[name] for name in kept})
        for one in returns.rows(row)
    ]
    return ReturnedOut(**ReturnOut.of(row).dict(), lines=lines)


@router.look("/returns/{return_id}/audio", None, openapi_extra=files.of("audio/wav"))
def return_audio(request: ApiRequest, return_id: Id) -> HttpResponseBase:
    """The whole edited file, as WAV."""
    row = access.returned(request.user, return_id)
    return media.serve(request, sounds.name_of(row.sound.sha256), content_type="audio/wav")


@router.make("/returns/{return_id}/confirm", FiledOut, is_heavy=True)
def return_confirm(request: ApiRequest, return_id: Id, said: Confirmed) -> FiledOut:
    """File these lines as takes, and choose them. It is done once: a second time files nothing."""
    row = access.returned(request.user, return_id)
    form = ConfirmForm(forms.sent({"lines": [str(pk) for pk in said.lines]}), rows=returns.rows(row))
    return FiledOut(takes=returns.file(row, forms.checked(form).cleaned_data["lines"], by=request.user))
