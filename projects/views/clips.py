"""The clips of a project and its team: handed in, heard, named, taken away, and placed in a script."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from narrator import media
from narrator.sentences import said
from narrator.teams.rights import Right
from narrator.web import Request, go
from projects import access
from projects.actions import clips, sounds
from projects.audio import recording
from projects.forms.clips import ClipForm, ClipNameForm, ClipPlaceForm
from projects.models import Clip, Project
from projects.views.lines import act, first_error, refused

TAKEN = gettext_lazy("Another clip has this name. Choose another one.")
CUT_SHORT = gettext_lazy(
    "This file ends earlier than it says. The %(seconds)s s of sound that are in it were kept."
)


@require_http_methods(["GET", "HEAD", "POST"])
def clip_list(request: Request, project_id: int) -> HttpResponse:
    """What may be placed in a project; whoever may edit it hands in more."""
    least = Right.EDIT if request.method == "POST" else Right.SEE
    project = access.project(request.user, project_id, least=least)
    form = ClipForm(request.POST, request.FILES) if request.method == "POST" else ClipForm()
    if form.is_valid() and _added(request, project, form):
        return go(request, "clip-list", project.pk)
    context = {
        "project": project,
        "clips": Clip.objects.within(project).select_related("sound", "created_by").defer(*UNREAD),
        "form": form,
        "may_edit": access.may_edit(request.user, project),
        "kinds": recording.KINDS,
        "most_minutes": clips.MOST_CLIP_MS // 60_000,
    }
    return render(request, "projects/clip_list.html", context, status=422 if form.errors else 200)


# What of a sound no list shows.
UNREAD = ("sound__cells", "sound__quiet")


def _added(request: Request, project: Project, form: ClipForm) -> bool:
    """Whether the file became a clip; else the form says why not."""
    data = form.cleaned_data
    try:
        clip, is_cut_short = clips.add(
            project, data["name"], data["file"], is_for_team=data["is_for_team"], by=request.user
        )
    except recording.Unreadable as error:
        form.add_error("file", said(str(error)))
    except clips.NameTaken:
        form.add_error("name", TAKEN)
    else:
        words = (
            CUT_SHORT % {"seconds": f"{clip.duration_ms / 1000:.1f}"}
            if is_cut_short
            else _("%(name)s is here.") % {"name": clip}
        )
        messages.info(request, words)
    return not form.errors


@require_POST
def clip_rename(request: Request, project_id: int, clip_id: int) -> HttpResponse:
    """Give a clip another name."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    clip = get_object_or_404(Clip.objects.within(project), pk=clip_id)
    form = ClipNameForm(request.POST)
    if form.is_valid():
        try:
            clips.rename(clip, form.cleaned_data["name"], by=request.user)
        except clips.NameTaken:
            messages.error(request, TAKEN)
    else:
        messages.error(request, first_error(form))
    return go(request, "clip-list", project.pk)


@require_POST
def clip_remove(request: Request, project_id: int, clip_id: int) -> HttpResponse:
    """Take a clip out of the list; where it is placed it stays."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    clip = get_object_or_404(Clip.objects.within(project), pk=clip_id)
    clips.remove(clip, by=request.user)
    messages.info(request, _("%(name)s was removed. Where it is placed, it stays.") % {"name": clip})
    return go(request, "clip-list", project.pk)


@require_safe
def clip_audio(request: Request, project_id: int, clip_id: int) -> HttpResponseBase:
    """The clip's WAV, with byte ranges."""
    project = access.project(request.user, project_id)
    clip = get_object_or_404(Clip.objects.within(project).select_related("sound"), pk=clip_id)
    name = sounds.name_of(clip.sound.sha256)
    return media.serve(request, name, content_type="audio/wav", immutable=True)


@require_POST
def clip_place(request: Request, script_id: int) -> HttpResponse:
    """Put a clip behind the selected lines, as a line of its own."""
    script = access.script(request.user, script_id, least=Right.EDIT)
    form = ClipPlaceForm(request.POST)
    if not form.is_valid():
        return refused(request, script_id, first_error(form))
    clip = get_object_or_404(
        Clip.objects.within(script.project).select_related("sound"), pk=form.cleaned_data["clip"]
    )
    after = form.cleaned_data["lines"]
    return act(
        request, script_id, clips.place, clip, after=after, words=_("%(name)s placed.") % {"name": clip}
    )
