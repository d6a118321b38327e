"""The delivery gate's report of an export: to read, to print, for programs; what puts a miss right; ordering again."""

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from narrator.sentences import said
from narrator.teams.rights import Right
from narrator.web import Request, go
from projects import access, tasks
from projects.actions import deliveries, exports, remedies
from projects.models import Export


@require_safe
def delivery_report(request: Request, export_id: int) -> HttpResponse:
    """Every file with what is asked of it and what was found, the line behind each miss, and what puts it right."""
    export = _reported(access.export(request.user, export_id))
    files = deliveries.shown(export)
    context = {
        "export": export,
        "project": export.project,
        "files": files,
        "missed": sum(not check["is_met"] for file in files for check in file["checks"]),
        "remedies": {one.words: one for one in remedies.of(export).values()}.values(),
        "may_edit": access.may_edit(request.user, export.project),
    }
    return render(request, "projects/delivery_report.html", context)


@require_safe
def export_delivery(request: Request, export_id: int) -> HttpResponse:
    """What was measured of the files, for programs."""
    return JsonResponse(_reported(access.export(request.user, export_id)).delivery)


@require_POST
def delivery_fix(request: Request, export_id: int) -> HttpResponse:
    """Set what puts one rule right; the files are right when the export is ordered again."""
    export = access.export(request.user, export_id, least=Right.EXPORT)
    remedy = remedies.apply(export, request.POST.get("rule", ""), by=request.user)
    words = (
        _("%(words)s: set. Export again to have it.") % {"words": said(remedy.words)}
        if remedy
        else _("There was nothing left to set.")
    )
    messages.info(request, words)
    return go(request, "delivery-report", export.pk)


@require_POST
def export_again(request: Request, export_id: int) -> HttpResponse:
    """Order the same export once more, of what is chosen now, with what was set for it since."""
    export = access.export(request.user, export_id, least=Right.EXPORT)
    project = export.project
    try:
        made = tasks.queue_export(project, project.scripts.all(), by=request.user, **exports.again(export))
    except exports.NotReady as error:
        lines = len(error.lines)
        messages.error(
            request,
            ngettext(
                "Nothing was ordered: %(count)s line is not ready. Generate what is missing first.",
                "Nothing was ordered: %(count)s lines are not ready. Generate what is missing first.",
                lines,
            )
            % {"count": lines},
        )
    except exports.NothingToExport:
        messages.error(request, _("Nothing was ordered: no line has a take."))
    else:
        return go(request, made)
    return go(request, export)


def _reported(export: Export) -> Export:
    if not export.delivery:
        raise Http404
    return export
