"""Exports of a project: ordering one, following it, and downloading the file."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from narrator import tables
from narrator.teams.rights import Right
from narrator.web import Request, go, page_or_part
from projects import access, serving, tasks
from projects.actions import approvals, captions, chapters, credits, exports
from projects.forms.exports import ExportForm
from projects.models import Paragraph

APPROVALS = ("chapter", "line", "text", "voice", "take", "approved_by", "approved_at_utc")


@require_POST
def export_new(request: Request, project_id: int) -> HttpResponse:
    """Order an export of the whole project. Where lines are not ready it is refused, with the list of them."""
    project = access.project(request.user, project_id, least=Right.EXPORT)
    form = ExportForm(request.POST)
    missing: list = []
    if form.is_valid():
        try:
            tasks.queue_export(project, project.scripts.all(), by=request.user, **form.cleaned_data)
        except exports.NotReady as error:
            numbers = Paragraph.objects.filter(script__project=project).numbers()
            missing = [
                {"line": line, "script": line.script, "number": numbers[line.pk]} for line in error.lines
            ]
        except exports.NothingToExport:
            form.add_error(None, _("No line has a take yet. Open a chapter and generate it first."))
        else:
            return go(request, "project-detail", project.pk)
    context = {"project": project, "export_form": form, "missing": missing, "may_edit": True}
    return page_or_part(request, "projects/export_refused.html", "refused", context, status=422)


@require_safe
def export_detail(request: Request, export_id: int) -> HttpResponse:
    """One export's state. The part asks again while the export is not finished."""
    return _state(request, export_id)


def _state(request: Request, export_id: int) -> HttpResponse:
    export = access.export(request.user, export_id)
    context = {
        "export": export,
        "project": export.project,
        "may_edit": access.may_edit(request.user, export.project),
        "kinds": captions.KINDS,
        "chapter_kinds": {} if export.by_chapter else chapters.KINDS,
        "description": credits.description(export),
    }
    return page_or_part(request, "projects/export_detail.html", "export", context)


@require_POST
def export_cancel(request: Request, export_id: int) -> HttpResponse:
    """Take an export back."""
    export = access.export(request.user, export_id, least=Right.EXPORT)
    if not exports.cancel(export, by=request.user):
        messages.info(request, _("This export was finished already."))
    return _state(request, export_id) if request.htmx else go(request, "project-detail", export.project_id)


@require_safe
def export_download(request: Request, export_id: int) -> HttpResponseBase:
    """The finished file."""
    export = access.export(request.user, export_id, least=Right.DOWNLOAD)
    return serving.export(request, export, to=request.user)


@require_safe
def export_chapters(request: Request, export_id: int, kind: str) -> HttpResponse:
    """Where the chapters of a finished file begin."""
    return serving.export_chapters(access.export(request.user, export_id), kind)


@require_safe
def export_approvals(request: Request, export_id: int) -> HttpResponse:
    """Who approved what of an export, as a table."""
    export = access.export(request.user, export_id)
    if not export.is_approved:
        raise Http404
    rows = (
        (
            one.chapter,
            one.number,
            one.text,
            one.voice,
            one.take_id,
            one.who,
            one.at and f"{one.at:%Y-%m-%dT%H:%M:%SZ}",
        )
        for one in approvals.of(export)
    )
    return tables.answer(f"approvals-{export.pk}.csv", APPROVALS, rows)
