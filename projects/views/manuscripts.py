"""Handing in a manuscript, and the preview before anything is created."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from narrator.teams import access as teams
from narrator.teams.models import Role
from narrator.web import Request
from projects import access
from projects.actions import manuscripts
from projects.forms import ImportForm, ManuscriptForm
from projects.manuscript.manuscript import Unreadable


@require_http_methods(["GET", "HEAD", "POST"])
def manuscript_new(request: Request) -> HttpResponse:
    """Choose a file or paste a text."""
    own = teams.teams_for(request.user, Role.EDITOR)
    if not own:
        raise PermissionDenied("Importing needs the role editor or higher in a team; ask an admin of yours.")
    form = ManuscriptForm(request.POST or None, request.FILES or None, teams=own)
    if request.method == "POST" and form.is_valid():
        data, filename = form.manuscript()
        try:
            row, _ = manuscripts.keep(data, filename, team=form.cleaned_data["team"], by=request.user)
        except Unreadable as error:
            form.add_error("file" if form.cleaned_data["file"] else "text", str(error))
        else:
            return redirect(row)
    status = 422 if form.errors else 200
    return render(request, "projects/manuscript_new.html", {"form": form, "teams": own}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def manuscript_preview(request: Request, manuscript_id: int) -> HttpResponse:
    """What was found in the manuscript, to tick and rename; then it becomes a project."""
    row = access.manuscript(request.user, manuscript_id)
    if row.project is not None:
        return redirect(row.project)
    read = manuscripts.read(row)
    initial = {
        "title": read.title or row.filename.rsplit(".", 1)[0],
        "author": read.author,
        "language": manuscripts.endpoint_language(read.language),
    }
    form = ImportForm(request.POST or None, read=read, team_id=row.team_id, initial=initial)
    if request.method == "POST" and form.is_valid():
        fields = {name: form.cleaned_data[name] for name in ImportForm.Meta.fields}
        project = manuscripts.make_project(row, read, chapters=form.chapters(), by=request.user, **fields)
        return redirect(project)
    context = {"manuscript": row, "read": read, "form": form}
    return render(request, "projects/manuscript_preview.html", context, status=422 if form.errors else 200)
