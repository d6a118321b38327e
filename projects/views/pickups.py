"""The round trip of pickups: the sheet, the recording that comes back, and which piece is which line."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from narrator import media, sentences, tables
from narrator.teams.rights import Right
from narrator.web import Request, go
from projects import access
from projects.actions import pickups, sounds
from projects.audio import recording
from projects.forms.pickups import ConfirmForm, PickupForm
from projects.models import Paragraph, PickupRecording, Project

HEAD = ("number", "chapter", "line", "text", "pickup", "wanted by")


@require_http_methods(["GET", "HEAD", "POST"])
def pickup_sheet(request: Request, project_id: int) -> HttpResponse:
    """The sheet of pickups, for print; and one recording of all of them comes back here."""
    least = Right.EDIT if request.method == "POST" else Right.SEE
    project = access.project(request.user, project_id, least=least)
    form = PickupForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            return go(request, pickups.take_in(project, file, name=file.name, by=request.user))
        except (recording.Unreadable, pickups.NothingToFile) as error:
            form.add_error("file", sentences.said(str(error)))
    context = {
        "project": project,
        "rows": _numbered(project),
        "form": form,
        "waiting": PickupRecording.objects.filter(project=project, filed_at=None),
        "may_edit": access.may_edit(request.user, project),
    }
    return render(request, "projects/pickup_sheet.html", context, status=422 if form.errors else 200)


def _numbered(project: Project) -> list[dict[str, Any]]:
    """The lines of the sheet with their numbers in their chapters."""
    lines = list(pickups.sheet(project))
    numbers = Paragraph.objects.filter(pk__in=[line.pk for line in lines]).numbers() if lines else {}
    return [{"line": line, "number": numbers[line.pk]} for line in lines]


@require_safe
def pickup_csv(request: Request, project_id: int) -> HttpResponse:
    """The sheet as a table."""
    project = access.project(request.user, project_id)
    rows = []
    for number, row in enumerate(_numbered(project), start=1):
        line = row["line"]
        said = (line.text, line.verdict.reason, line.verdict.who)
        rows.append((number, line.script.title, row["number"], *said))
    return tables.answer(f"pickups-{project.pk}.csv", HEAD, rows)


@require_http_methods(["GET", "HEAD", "POST"])
def pickup_confirm(request: Request, pickup_id: int) -> HttpResponse:
    """Hear each piece, say which line it is, and file them all as takes."""
    row = access.pickup(request.user, pickup_id)
    rows = pickups.rows(row)
    form = ConfirmForm(request.POST or None, row=row, rows=rows)
    if request.method == "POST" and form.is_valid():
        filed = pickups.file(row, form.given(), by=request.user)
        words = (
            ngettext("%(count)s take filed and chosen.", "%(count)s takes filed and chosen.", filed)
            % {"count": filed}
            if filed
            else _("Nothing was filed.")
        )
        messages.info(request, words)
        return go(request, "pickup-sheet", row.project_id)
    numbers = Paragraph.objects.filter(pk__in=[one["line"].pk for one in rows]).numbers() if rows else {}
    context = {
        "pickup": row,
        "project": row.project,
        "form": form,
        "rows": [
            {**one, "number": numbers[one["line"].pk], "field": form[f"line-{one['line'].pk}"]}
            for one in rows
        ],
    }
    return render(request, "projects/pickup_confirm.html", context, status=422 if form.errors else 200)


@require_safe
def pickup_audio(request: Request, pickup_id: int) -> HttpResponseBase:
    """The whole recording, with byte ranges."""
    row = access.pickup(request.user, pickup_id)
    return media.serve(request, sounds.name_of(row.sound.sha256), content_type="audio/wav", immutable=True)
