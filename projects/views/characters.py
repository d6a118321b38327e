"""One character of a cast: joining, being recast over finished work, becoming another, leaving."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from narrator.teams.rights import Right
from narrator.web import Request, go
from projects import access, tasks
from projects.actions import cast, reach
from projects.forms.direction import CharacterForm
from projects.models import Character, Guide, Project
from projects.speech.instructions import PRESETS
from projects.views.directions import has_agreed, said


@require_http_methods(["GET", "HEAD", "POST"])
def character_new(request: Request, project_id: int) -> HttpResponse:
    """Add a character to the cast; ``?narrator=1`` begins with the narrator."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    row = Character(project=project)
    initial: dict[str, Any] = {"colour": cast.free_colour(project)}
    if request.GET.get("narrator"):
        initial |= {"name": _("Narrator"), "is_narrator": True}
    form = _form(request, row, Guide.of(project_id), initial=initial)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if _saved(form, lambda: cast.add(project, by=request.user, **values), request):
            return go(request, "cast-detail", project_id)
    return _character_page(request, project, row, form)


@require_http_methods(["GET", "HEAD", "POST"])
def character_edit(request: Request, character_id: int) -> HttpResponse:
    """Change a character. Over finished work the answer is a question; ``agreed`` says how many lines it named."""
    row = access.character(request.user, character_id, least=Right.EDIT)
    project, guide = row.project, Guide.of(row.project_id)
    form = _form(request, row, guide)
    if request.method == "POST" and form.is_valid():
        changed = form.save(commit=False)
        impact = cast.impact_of_recasting(changed)
        if not has_agreed(request, impact):
            return _character_page(request, project, row, form, impact)
        if _saved(form, lambda: cast.recast(changed, by=request.user), request):
            return go(request, "cast-detail", project.pk)
    return _character_page(request, project, row, form)


def _form(request: Request, row: Character, guide: Guide, **options: Any) -> CharacterForm:
    return CharacterForm(
        request.POST or None, instance=row, inherited=guide.of_project, project=guide.project, **options
    )


def _saved(form: CharacterForm, change: Any, request: Request) -> bool:
    """Make the change; False, with the reason in the form, where the name is taken or there is a narrator already."""
    project = form.instance.project
    try:
        changed = tasks.queue_change(project, change, by=request.user)
    except cast.NameTaken as error:
        form.add_error(
            "name",
            _("There is a character %(taken)s already. Choose another name, or merge the two.")
            % {"taken": error},
        )
        return False
    except cast.NarratorTaken as error:
        form.add_error(
            "is_narrator",
            _("%(narrator)s speaks those lines already. Only one character can.") % {"narrator": error},
        )
        return False
    if changed and isinstance(changed, int):
        messages.info(request, _("Saved. %(change)s You can undo it below.") % {"change": said(changed)})
    return True


def _character_page(
    request: Request,
    project: Project,
    row: Character,
    form: CharacterForm,
    impact: reach.Impact | None = None,
) -> HttpResponse:
    context = {
        "project": project,
        "character": Character.objects.get(pk=row.pk) if row.pk else None,
        "form": form,
        "impact": impact,
        "others": project.characters.exclude(pk=row.pk) if row.pk else [],
        "presets": PRESETS,
    }
    return render(request, "projects/character_edit.html", context, status=422 if form.errors else 200)


@require_POST
def character_merge(request: Request, character_id: int) -> HttpResponse:
    """Let a character be another one of the same project; over finished work the answer is a question first."""
    row = access.character(request.user, character_id, least=Right.EDIT)
    into = get_object_or_404(row.project.characters.exclude(pk=row.pk), pk=request.POST.get("into") or 0)
    question = _question(request, row, into)
    if question is not None:
        return question
    tasks.queue_change(row.project, lambda: cast.merge(row, into=into, by=request.user), by=request.user)
    messages.info(
        request, _("%(name)s and %(into)s are one now. You can undo it below.") % {"name": row, "into": into}
    )
    return go(request, "cast-detail", row.project_id)


@require_POST
def character_remove(request: Request, character_id: int) -> HttpResponse:
    """Take a character out of the cast; the narrator speaks its lines. Over finished work a question comes first."""
    row = access.character(request.user, character_id, least=Right.EDIT)
    question = _question(request, row, None)
    if question is not None:
        return question
    tasks.queue_change(row.project, lambda: cast.remove(row, by=request.user), by=request.user)
    messages.info(request, _("%(name)s left the cast. You can undo it below.") % {"name": row})
    return go(request, "cast-detail", row.project_id)


def _question(request: Request, row: Character, into: Character | None) -> HttpResponse | None:
    """What giving this character's lines away would come to, where finished ones would be spoken differently."""
    impact = cast.impact_of_leaving(row, into)
    if has_agreed(request, impact):
        return None
    context = {"project": row.project, "character": row, "into": into, "impact": impact}
    return render(request, "projects/character_leave.html", context)
