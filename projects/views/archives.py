"""Archives: a project into one file, and out of one; each is followed while a worker is at it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from narrator import limits, sentences
from narrator.teams import access as teams
from narrator.teams.rights import Right
from narrator.web import Request, go, page_or_part
from projects import access, serving, tasks
from projects.archive.manifest import BadArchive
from projects.forms.archives import LIMIT_BYTES, ArchiveForm
from projects.models import Archive
from projects.models.archives import Way


@require_http_methods(["GET", "HEAD", "POST"])
def archive_list(request: Request, project_id: int) -> HttpResponse:
    """What an archive of a project is, and those that were asked for; POST asks for one."""
    project = access.project(request.user, project_id, least=Right.EXPORT)
    if request.method == "POST":
        return go(request, tasks.queue_archive(project, by=request.user))
    rows = Archive.objects.filter(project=project, way=Way.OUT).select_related("created_by")[:5]
    return render(request, "projects/archive_list.html", {"project": project, "archives": rows})


@limits.takes_bodies_of(LIMIT_BYTES + limits.AROUND_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def archive_new(request: Request) -> HttpResponse:
    """Hand in an archive, of which a project is made."""
    own = teams.teams_for(request.user, Right.EDIT.least)
    if not own:
        raise PermissionDenied(
            _("Importing needs the role editor or higher in a team; ask an admin of yours.")
        )
    form = ArchiveForm(request.POST or None, request.FILES or None, teams=own)
    if request.method == "POST" and form.is_valid():
        file, team = form.cleaned_data["file"], form.cleaned_data["team"]
        try:
            return go(request, tasks.queue_unarchive(file, file.name, team=team, by=request.user))
        except BadArchive as error:
            form.add_error("file", sentences.said(str(error)))
    context = {"form": form, "teams": own}
    return render(request, "projects/archive_new.html", context, status=422 if form.errors else 200)


@require_safe
def archive_detail(request: Request, archive_id: int) -> HttpResponse:
    """How far an archive is. The part asks again while it is not finished."""
    archive = access.archive(request.user, archive_id)
    context = {"archive": archive, "project": archive.project}
    return page_or_part(request, "projects/archive_detail.html", "archive", context)


@require_safe
def archive_download(request: Request, archive_id: int) -> HttpResponseBase:
    archive = access.archive(request.user, archive_id)
    return serving.archive(request, archive, to=request.user)
