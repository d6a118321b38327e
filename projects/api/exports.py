"""Finished files: ordering one, following it, downloading it."""

from datetime import datetime
from typing import Literal

from django.http import Http404, HttpResponseBase
from ninja import Schema
from pydantic import Field

from narrator.teams.rights import Right
from projects import access, serving, tasks
from projects.actions import approvals, exports
from projects.api import files, forms
from projects.api.doors import ApiRequest, Noun
from projects.api.pages import Id, Page, Wanted, page
from projects.api.sent import Sent
from projects.forms.exports import ExportForm
from projects.models import Export

router = Noun("exports")

TextKind = Literal["srt", "vtt", "txt", "json", "words", "labels", "cues"]
MarksKind = Literal["podcast", "podlove", "ffmetadata"]

KEPT = (
    *("id", "project_id", "format", "status", "title", "author", "narrator", "partial", "by_chapter"),
    *("done_ms", "total_ms", "size_bytes", "duration_ms", "error_reason", "created_at", "finished_at"),
)


class MarkOut(Schema):
    """Where a chapter begins and ends, in ms; ``file`` names its own file, where each chapter is one."""

    title: str
    start_ms: int
    end_ms: int
    file: str | None = None


class ExportOut(Schema):
    """One export. ``status``: queued, running, ready, failed, cancelled, or emptied: its file was removed.

    ``done_ms`` of ``total_ms`` are written.
    """

    id: int
    project_id: int
    format: str
    status: str
    title: str
    author: str
    narrator: str
    partial: bool
    approved: bool
    by_chapter: bool
    done_ms: int
    total_ms: int
    left_s: float | None
    size_bytes: int
    duration_ms: int | None
    marks: list[MarkOut]
    error_reason: str
    created_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, row: Export) -> "ExportOut":
        values = {name: getattr(row, name) for name in KEPT}
        return cls(**values, approved=row.is_approved, left_s=row.left_s, marks=row.marks)


class ApprovalOut(Schema):
    """One line of a file, with the verdict on which it went in."""

    chapter: str
    number: int
    text: str
    voice: str
    take_id: int
    who: str
    at: datetime | None


class ExportIn(Sent):
    """What file is wanted. Lines that are not ready refuse it, unless ``partial`` asks for what there is."""

    format: str = "m4b"
    narrator: str | None = Field(
        None, description="Who is named as narrator; the voices, where it is left out."
    )
    by_chapter: bool = False
    says_synthetic: bool = Field(
        True, description="Tags say of the voices what is true: that they are synthetic."
    )
    partial: bool = False
    approved: bool = Field(False, description="Only what reviewers have approved.")


@router.make("/projects/{project_id}/exports", ExportOut)
def export_new(request: ApiRequest, project_id: Id, wanted: ExportIn) -> ExportOut:
    """Order an export of the whole project."""
    project = access.project(request.user, project_id, least=Right.EXPORT)
    narrator = exports.narrators(project.scripts.all())[:200] if wanted.narrator is None else wanted.narrator
    options = forms.checked(ExportForm({**wanted.model_dump(), "narrator": narrator})).cleaned_data
    return ExportOut.of(tasks.queue_export(project, project.scripts.all(), by=request.user, **options))


@router.look("/projects/{project_id}/exports", Page[ExportOut])
def export_list(request: ApiRequest, project_id: Id, asked: Wanted) -> Page[ExportOut]:
    """The exports of a project, the newest first."""
    project = access.project(request.user, project_id)
    return page(project.exports.defer("plan", "timeline", "delivery"), asked, ExportOut.of)


@router.look("/exports/{export_id}", ExportOut)
def export_detail(request: ApiRequest, export_id: Id) -> ExportOut:
    """One export, with how far it is."""
    return ExportOut.of(access.export(request.user, export_id))


@router.act("/exports/{export_id}/cancel", ExportOut)
def export_cancel(request: ApiRequest, export_id: Id) -> ExportOut:
    """Take an export back; one that is finished stays."""
    export = access.export(request.user, export_id, least=Right.EXPORT)
    exports.cancel(export, by=request.user)
    return ExportOut.of(access.export(request.user, export_id))


@router.look("/exports/{export_id}/file", None, openapi_extra=files.of("application/octet-stream"))
def export_download(request: ApiRequest, export_id: Id) -> HttpResponseBase:
    """The finished file, with byte ranges."""
    export = access.export(request.user, export_id, least=Right.DOWNLOAD)
    return serving.export(request, export, to=request.user)


@router.look("/exports/{export_id}/text/{kind}", None, openapi_extra=files.of("application/octet-stream"))
def export_text(request: ApiRequest, export_id: Id, kind: TextKind) -> HttpResponseBase:
    """The text of a finished export, with its times in the file: captions, transcripts, labels or the cue sheet.

    Of several files a ZIP of one for each; a plain transcript (txt) is of them all.
    """
    return serving.export_text(access.export(request.user, export_id), kind, to=request.user)


@router.look("/exports/{export_id}/chapters/{kind}", None, openapi_extra=files.of("application/octet-stream"))
def export_chapters(request: ApiRequest, export_id: Id, kind: MarksKind) -> HttpResponseBase:
    """Where the chapters of a finished file begin, for other programs."""
    return serving.export_chapters(access.export(request.user, export_id), kind)


@router.look("/scripts/{script_id}/text/{kind}", None, openapi_extra=files.of("application/octet-stream"))
def script_text(request: ApiRequest, script_id: Id, kind: TextKind) -> HttpResponseBase:
    """The text of a chapter as it stands, its times those of a WAV of it."""
    return serving.script_text(access.script(request.user, script_id), kind)


@router.look("/exports/{export_id}/approvals", list[ApprovalOut])
def export_approvals(request: ApiRequest, export_id: Id) -> list[ApprovalOut]:
    """Who approved what of an export that took only what was approved, line by line."""
    export = access.export(request.user, export_id)
    if not export.is_approved:
        raise Http404
    return [ApprovalOut(**vars(one)) for one in approvals.of(export)]
