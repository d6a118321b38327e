"""People's own takes of a line: handed in as a file, or recorded in the browser."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget

from narrator.sentences import said
from narrator.teams.rights import Right
from narrator.web import Request, go
from projects import access
from projects.actions import recordings
from projects.audio import recording
from projects.forms import RecordingForm
from projects.views.inspector import answer_both

CUT_SHORT = gettext_lazy(
    "This file ends earlier than it says. The %(seconds)s s of sound that are in it were kept."
)


@require_POST
def recording_new(request: Request, paragraph_id: int) -> HttpResponse:
    """File a recording as a take of the line, and choose it; a file that cannot be one is refused with a sentence."""
    line = access.paragraph(request.user, paragraph_id, least=Right.GENERATE)
    form = RecordingForm(request.POST, request.FILES)
    notice = ""
    if form.is_valid():
        data = form.cleaned_data
        try:
            take, is_cut_short = recordings.take_in(
                line, data["file"], source=data["source"], by=request.user
            )
            notice = CUT_SHORT % {"seconds": f"{(take.duration_ms or 0) / 1000:.1f}"} if is_cut_short else ""
        except recording.Unreadable as error:
            form.add_error("file", said(str(error)))
    refusals = [str(error) for error in form["file"].errors]
    if not request.htmx:
        messages.info(request, " ".join(refusals) or notice or _("The take was kept and is chosen."))
        return go(request, f"{line.script.get_absolute_url()}#line-{line.pk}")
    if form.errors:
        context = {"line": line, "recording_form": form}
        answer = render(request, "projects/recording.html#recording", context, status=422)
        return reswap(retarget(answer, "#recording"), "outerHTML")
    return answer_both(request, line, recording_notice=notice)
