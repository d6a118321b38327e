"""Takes of lines: asking for them, handing in one's own, choosing among them, and their sound."""

from datetime import datetime
from typing import Any

from django.http import HttpResponseBase
from django.utils.datastructures import MultiValueDict
from ninja import File, Query, Schema
from ninja.files import UploadedFile

from narrator import media
from narrator.teams.rights import Right
from projects import access, serving, tasks
from projects.actions import asking, checks, discards, recordings, seams, takes, trims
from projects.api import files, forms
from projects.api.doors import ApiRequest, Noun
from projects.api.pages import Id, Page, Wanted, page
from projects.api.sent import Sent
from projects.forms import RecordingForm
from projects.forms.trims import TrimForm
from projects.models import Take
from projects.models.takes import Source

router = Noun("takes")

KEPT = (
    *("id", "number", "status", "source", "text", "voice", "language", "instructions", "duration_ms"),
    *("peak_dbfs", "rms_dbfs", "trim_count", "findings", "is_flagged", "error_code", "error_reason"),
    *("run_id", "created_at", "finished_at"),
)


class FindingOut(Schema):
    """What the checks found in a take, and where."""

    code: str
    text: str
    at_ms: int
    until_ms: int


class TakeOut(Schema):
    """One effort for a line: what was to be spoken and how, and what came of it.

    ``status``: queued, running, ready, failed, cancelled, or emptied: its sound was removed. ``trim_count`` names the
    sound: trimming makes another.
    """

    id: int
    line_id: int
    number: int
    status: str
    source: str
    text: str
    voice: str
    language: str
    instructions: str
    duration_ms: int | None
    peak_dbfs: float | None
    rms_dbfs: float | None
    trim_count: int
    findings: list[FindingOut]
    is_flagged: bool
    is_discarded: bool
    error_code: str
    error_reason: str
    run_id: int | None
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: Take) -> "TakeOut":
        values = {name: getattr(row, name) for name in KEPT}
        return cls(**values, line_id=row.paragraph_id, is_discarded=row.discarded_at is not None)


class TakesIn(Sent):
    """How many takes are wanted: one, or three to choose from."""

    alternatives: bool = False


class TrimIn(Sent):
    """What is cut off a take at its ends and how it is faded, and its gain."""

    head_ms: int = 0
    tail_ms: int = 0
    fade_in_ms: int = 0
    fade_out_ms: int = 0
    gain_db: float = 0.0


class TrimQuery(Schema):
    """The same in an address."""

    head_ms: int = 0
    tail_ms: int = 0
    fade_in_ms: int = 0
    fade_out_ms: int = 0
    gain_db: float = 0.0


class TakesOut(Schema):
    """The takes that wait now; none where the line waited for three already."""

    takes: list[TakeOut]


@router.look("/lines/{line_id}/takes", Page[TakeOut])
def take_list(request: ApiRequest, line_id: Id, asked: Wanted) -> Page[TakeOut]:
    """The takes of a line, the newest first, discarded ones among them."""
    line = access.paragraph(request.user, line_id)
    return page(line.takes.defer("peaks"), asked, TakeOut.of)


@router.look("/takes/{take_id}", TakeOut)
def take_detail(request: ApiRequest, take_id: Id) -> TakeOut:
    """One take."""
    return TakeOut.of(access.take(request.user, take_id))


@router.look("/takes/{take_id}/audio", None, openapi_extra=files.of("audio/wav"))
def take_audio(request: ApiRequest, take_id: Id) -> HttpResponseBase:
    """The sound of a finished take: WAV, mono, 24 kHz, 16 bit, with byte ranges."""
    return serving.take(request, access.take(request.user, take_id))


@router.make("/lines/{line_id}/takes", TakesOut)
def take_new(request: ApiRequest, line_id: Id, wanted: TakesIn) -> TakesOut:
    """Ask for a new take of a line, even of an unchanged one, or for several to choose from."""
    line = access.paragraph(request.user, line_id, least=Right.GENERATE)
    if wanted.alternatives:
        asking.check_alternatives(line)
        made = tasks.queue_alternatives(line, by=request.user)
    else:
        made = tasks.queue_takes(line.script, [line], by=request.user, fresh=True)
    return TakesOut(takes=[TakeOut.of(take) for take in made])


@router.make("/lines/{line_id}/recording", TakeOut, is_heavy=True)
def recording_new(request: ApiRequest, line_id: Id, file: File[UploadedFile]) -> TakeOut:
    """Hand in a take that a person spoke, as any sound file. It is kept beside the generated ones, and chosen."""
    line = access.paragraph(request.user, line_id, least=Right.GENERATE)
    form = forms.checked(RecordingForm({"source": Source.UPLOADED}, MultiValueDict({"file": [file]})))
    take, _ = recordings.take_in(line, form.cleaned_data["file"], source=Source.UPLOADED, by=request.user)
    return TakeOut.of(take)


@router.act("/takes/{take_id}/choose", TakeOut)
def take_choose(request: ApiRequest, take_id: Id) -> TakeOut:
    """Make a finished take the one that is heard and exported."""
    take = _mine(request, take_id)
    takes.choose(take, script_id=take.paragraph.script_id, by=request.user)
    return take_detail(request, take_id)


@router.act("/takes/{take_id}/discard", TakeOut)
def take_discard(request: ApiRequest, take_id: Id) -> TakeOut:
    """Put a take aside."""
    discards.discard(_mine(request, take_id), by=request.user)
    return take_detail(request, take_id)


@router.act("/takes/{take_id}/bring-back", TakeOut)
def take_bring_back(request: ApiRequest, take_id: Id) -> TakeOut:
    """Take a discarded take back."""
    discards.bring_back(_mine(request, take_id), by=request.user)
    return take_detail(request, take_id)


@router.act("/takes/{take_id}/clear", TakeOut)
def take_clear(request: ApiRequest, take_id: Id) -> TakeOut:
    """Say that a take which the checks flagged is good all the same."""
    take = access.take(request.user, take_id, least=Right.REVIEW)
    checks.clear(take, script_id=take.paragraph.script_id, by=request.user)
    return take_detail(request, take_id)


@router.make("/takes/{take_id}/retry", TakeOut)
def take_retry(request: ApiRequest, take_id: Id) -> TakeOut:
    """Put a failed take back into the queue."""
    take = _mine(request, take_id)
    tasks.queue_retry(take, script_id=take.paragraph.script_id, by=request.user)
    return TakeOut.of(access.take(request.user, take_id))


def _mine(request: Any, take_id: int) -> Take:
    return access.take(request.user, take_id, least=Right.GENERATE)


@router.look("/takes/{take_id}/heard", None, openapi_extra=files.of("audio/wav"))
def take_heard(request: ApiRequest, take_id: Id) -> HttpResponseBase:
    """A take as the project's files have it: with gain, limit and fades, and without what is cut of its silence."""
    return serving.take_heard(request, access.take(request.user, take_id))


@router.look("/takes/{take_id}/seam", None, openapi_extra=files.of("audio/wav"))
def take_seam(request: ApiRequest, take_id: Id) -> HttpResponseBase:
    """A take between its neighbours, as an export would join them."""
    sound = serving.made(access.take(request.user, take_id), seams.of)
    return media.serve_made(request, sound, content_type="audio/wav")


@router.look("/takes/{take_id}/trimmed", None, openapi_extra=files.of("audio/wav"))
def take_trimmed(request: ApiRequest, take_id: Id, asked: Query[TrimQuery]) -> HttpResponseBase:
    """A take as it would sound with a trim; nothing is kept."""
    take = access.take(request.user, take_id)
    wanted = forms.checked(TrimForm(asked.dict())).trim()
    return media.serve_made(request, trims.heard(take, wanted), content_type="audio/wav")


@router.act("/takes/{take_id}/trim", TakeOut, method="PUT")
def take_trim(request: ApiRequest, take_id: Id, said: TrimIn) -> TakeOut:
    """Let a take be heard with this trim; all of it 0 is none. The take as it came is kept."""
    take = access.take(request.user, take_id, least=Right.EDIT)
    trims.trim(take, forms.checked(TrimForm(said.model_dump())).trim(), by=request.user)
    return take_detail(request, take_id)
