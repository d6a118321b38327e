"""The direction of a whole chapter. That of a line is in the inspector, of a character in the cast."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from narrator.teams.models import Role
from narrator.web import Request, go
from projects import access, tasks
from projects.actions import projects
from projects.forms.direction import ScriptDirectionForm
from projects.models import Guide
from projects.speech.instructions import PRESETS


@require_http_methods(["GET", "HEAD", "POST"])
def script_direction(request: Request, script_id: int) -> HttpResponse:
    """What a chapter changes of the project's direction."""
    script = access.script(request.user, script_id, least=Role.EDITOR)
    inherited = Guide.of(script.project_id).of_project
    form = ScriptDirectionForm(
        request.POST or None, instance=script, inherited=inherited, project=script.project
    )
    if request.method == "POST" and form.is_valid():
        directed = form.save(commit=False)
        changed = tasks.queue_change(
            script.project, lambda: projects.direct_script(directed, by=request.user), by=request.user
        )
        if changed:
            messages.info(request, f"Saved. {said(changed)}")
        return go(request, script)
    context = {"script": script, "project": script.project, "form": form, "presets": PRESETS}
    return render(request, "projects/script_direction.html", context, status=422 if form.errors else 200)


def said(changed: int) -> str:
    """What a change did to so many lines."""
    if changed == 1:
        return "One line would now be spoken differently; its takes are kept."
    return f"{changed:,} lines would now be spoken differently; their takes are kept."
