"""The cover of a project: handed in, looked at, taken off."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from narrator import sentences
from narrator.teams.rights import Right
from narrator.web import Request, go
from projects import access
from projects.actions import covers
from projects.audio.cover import BadCover
from projects.forms.covers import CoverForm


@require_http_methods(["GET", "HEAD", "POST"])
def cover_edit(request: Request, project_id: int) -> HttpResponse:
    """The picture that files carry; its one other button, ``remove``, takes it off."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    if "remove" in request.POST:
        covers.remove(project, by=request.user)
        messages.info(request, _("The project has no cover any more."))
        return go(request, project)
    form = CoverForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            covers.give(project, form.cleaned_data["file"].read(), by=request.user)
        except BadCover as error:
            form.add_error("file", sentences.said(str(error)))
        else:
            messages.info(request, _("Saved. Exports from now on carry this cover."))
            return go(request, project)
    context = {"project": project, "form": form}
    return render(request, "projects/cover_edit.html", context, status=422 if form.errors else 200)
