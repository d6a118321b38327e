"""How a project's files are finished: one form, which a preset fills in."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from narrator.tags import level
from narrator.teams.rights import Right
from narrator.web import Request, go
from projects import access
from projects.actions import destinations, figures, finishes
from projects.actions.figures import Heard
from projects.audio.finish import Finish
from projects.forms.finishes import FinishForm


@require_http_methods(["GET", "HEAD", "POST"])
def finish_edit(request: Request, project_id: int) -> HttpResponse:
    """A project's finish. ``?preset=`` fills the form in and saves nothing."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    places, asked_for = destinations.choices(project), request.GET.get("preset", "")
    presets = [("none", _("as it is")), *places]
    shown = destinations.begin(project, asked_for) if asked_for in dict(presets) else project.finishing
    form = FinishForm(request.POST or None, initial=shown.kept(), destinations=places)
    if request.method == "POST" and form.is_valid():
        finish = finishes.save(project, form.finish(), by=request.user)
        messages.info(request, _said(finish, figures.of_book(project, project.scripts.all())))
        return go(request, project)
    context = {
        "project": project,
        "form": form,
        "presets": presets,
        "shown": form["preset"].value(),
        "heard": figures.of_book(project, project.scripts.all()),
    }
    return render(request, "projects/finish_edit.html", context, status=422 if form.errors else 200)


def _said(finish: Finish, heard: Heard) -> str:
    reached = finish.level_db(heard)
    if finish.target_db is None or reached is None:
        return _("Saved. Exports from now on are made like this.")
    unit = "LUFS" if finish.scale == "lufs" else "dB RMS"
    return _(
        "Saved. As the project stands, an export comes to %(level)s %(unit)s, with a true peak "
        "of %(peak)s dB."
    ) % {"level": level(reached), "unit": unit, "peak": level(heard.true_peak_dbfs)}
