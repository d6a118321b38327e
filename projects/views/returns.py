"""Edited audio back in: the file, which of its lines have changed, and the takes that are made of them."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from narrator import limits, media, sentences
from narrator.teams.rights import Right
from narrator.web import Request, go
from projects import access
from projects.actions import returns, sounds
from projects.audio import pcm, recording
from projects.forms.returns import LIMIT_BYTES, ConfirmForm, ReturnForm
from projects.models import ExportStatus, Paragraph, Return


@limits.takes_bodies_of(LIMIT_BYTES + limits.AROUND_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def return_new(request: Request, export_id: int) -> HttpResponse:
    """Hand in a file of an export that was edited elsewhere."""
    export = access.export(request.user, export_id, least=Right.EDIT)
    files = returns.files(export)
    if export.status != ExportStatus.READY or not files:
        raise Http404
    form = ReturnForm(request.POST or None, request.FILES or None, files=files)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            row = returns.take_in(
                export,
                said["file"],
                of=said["of"],
                name=said["file"].name,
                labels=said["labels"],
                by=request.user,
            )
        except (recording.Unreadable, returns.NothingToTakeIn) as error:
            form.add_error("file", sentences.said(str(error)))
        else:
            return go(request, row)
    context = {
        "export": export,
        "project": export.project,
        "form": form,
        "waiting": Return.objects.filter(export=export, filed_at=None),
    }
    return render(request, "projects/return_new.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def return_confirm(request: Request, return_id: int) -> HttpResponse:
    """Hear each line as it is by now, and say which become takes."""
    row = access.returned(request.user, return_id)
    rows = returns.rows(row)
    form = ConfirmForm(request.POST or None, rows=rows)
    if request.method == "POST" and form.is_valid():
        filed = returns.file(row, form.cleaned_data["lines"], by=request.user)
        words = ngettext("%(count)s take filed and chosen.", "%(count)s takes filed and chosen.", filed)
        messages.info(request, words % {"count": filed} if filed else _("Nothing was filed."))
        return go(request, row.export)
    numbers = Paragraph.objects.filter(pk__in=[one["line"].pk for one in rows]).numbers() if rows else {}
    drift_ms = pcm.frames_to_ms(row.sound.frames) - pcm.frames_to_ms(row.was_frames)
    context = {
        "return": row,
        "project": row.project,
        "rows": [{**one, "number": numbers[one["line"].pk]} for one in rows],
        "changed": sum(not one["is_same"] for one in rows),
        "drift_ms": drift_ms,
        "drift_by_ms": abs(drift_ms),
    }
    return render(request, "projects/return_confirm.html", context, status=422 if form.errors else 200)


@require_safe
def return_audio(request: Request, return_id: int) -> HttpResponseBase:
    """The whole edited file, with byte ranges."""
    row = access.returned(request.user, return_id)
    return media.serve(request, sounds.name_of(row.sound.sha256), content_type="audio/wav", immutable=True)
