"""The inspector of a line: who speaks it and how, what will be sent and why, and the history of its takes."""

from functools import cache
from typing import Any

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from narrator.direct import Asked, Blank, Prepared, together
from narrator.teams.rights import Right
from narrator.web import Request
from projects import access, tasks
from projects.actions import asking, endpoint
from projects.forms.direction import DirectionForm, SpeakerForm
from projects.models import Comment, Guide, Paragraph, Price, Take, TeamEndpoint
from projects.speech.instructions import PRESETS
from projects.views import rows

PAGE = "projects/script_detail.html"
INSPECTOR = "projects/inspector.html"


def line_context(request: Request, line: Paragraph) -> dict[str, Any]:
    """What a form for a line needs, and whatever else stands beside it."""
    project = line.script.project
    return {
        "line": line,
        "project": project,
        "may_edit": access.may_edit(request.user, project),
        "may_review": access.may_review(request.user, project),
    }


def line_row(request: Request, line: Paragraph) -> HttpResponse:
    """Answer with the row of a line."""
    project = line.script.project
    return HttpResponse(rows.row(line, access.may_edit(request.user, project)).html)


class Questions:
    """What is to be asked for the inspector of a line, beside the line."""

    def __init__(self, line: Paragraph) -> None:
        project = line.script.project
        self.layers, self.number = Guide.asking(project.pk), line.asking_number()
        self.takes, self.comments = _takes().asking(paragraph=line.pk), asking_comments(line)
        self.price, self.endpoint = Price.asking(project.team_id), TeamEndpoint.asking(project.team_id)
        self.all = (*self.layers, self.number, self.takes, self.comments, self.price, self.endpoint)


def inspector_context(
    request: Request, line: Paragraph, form: DirectionForm | None = None, asked: Questions | None = None
) -> dict[str, Any]:
    """What the inspector of a line needs, and its row beside it."""
    asked, project = asked or Questions(line), line.script.project
    together(*asked.all)
    guide, takes = Guide.about(project, asked.layers), asked.takes.objects()
    voices = endpoint.voices_of(asked.endpoint.first())
    return {
        **line_context(request, line),
        "sent": line.line(guide),
        "spoken": line.spoken(guide),
        "said": guide.direction(line),
        "speaks": guide.character_of(line),
        "number": line.number(asked.number),
        "takes": [take for take in takes if not take.discarded_at],
        "discarded": [take for take in takes if take.discarded_at],
        "alternatives": asking.alternatives(line, guide, Price.of(project.team_id, asked.price)),
        "form": form or _form(line, guide, voices=voices),
        "speaker_form": SpeakerForm(guide.characters.values(), initial={"character": line.character_id}),
        "presets": PRESETS,
        "comments": asked.comments.objects(),
    }


@cache
def _takes() -> Prepared:
    rows = Take.objects.select_related("created_by", "cleared_by").defer("peaks")
    return Prepared(rows.filter(paragraph=Blank(Take, "paragraph")).order_by("-number"))


def asking_comments(line: Paragraph) -> Asked:
    """The comments of a line, the open ones first."""
    return _comments().asking(paragraph=line.pk)


@cache
def _comments() -> Prepared:
    rows = Comment.objects.select_related("by", "guest", "resolved_by", "take").defer("take__peaks")
    here = rows.filter(paragraph=Blank(Comment, "paragraph"))
    return Prepared(here.order_by(F("resolved_at").asc(nulls_first=True), "pk"))


def _form(line: Paragraph, guide: Guide, data: Any = None, **known: Any) -> DirectionForm:
    inherited = guide.inherited(line)
    return DirectionForm(data, instance=line, inherited=inherited, project=guide.project, **known)


def answer_both(request: Request, line: Paragraph, **more: Any) -> HttpResponse:
    """Answer with the inspector of a line, read again, and with its row to be put in place out of band."""
    asked = Questions(line)
    line = access.paragraph(request.user, line.pk, beside=asked.all)
    context = {**inspector_context(request, line, asked=asked), **more}
    context["row"] = rows.row(line, context["may_edit"]).out_of_band
    return render(request, f"{INSPECTOR}#inspector_and_line", context)


@require_POST
def paragraph_direction(request: Request, paragraph_id: int) -> HttpResponse:
    """Save a line's own direction; answers with the inspector, and the row out of band."""
    line = access.paragraph(request.user, paragraph_id, least=Right.EDIT)
    form = _form(line, Guide.of(line.script.project_id), request.POST)
    if not form.is_valid():
        return render(request, f"{INSPECTOR}#inspector", inspector_context(request, line, form), status=422)
    tasks.queue_edit(form.save(commit=False), by=request.user)
    return answer_both(request, line)


@require_POST
def paragraph_character(request: Request, paragraph_id: int) -> HttpResponse:
    """Let another character speak one line; answers with the inspector, and the row out of band."""
    line = access.paragraph(request.user, paragraph_id, least=Right.EDIT)
    form = SpeakerForm(line.script.project.characters.all(), request.POST)
    if form.is_valid():
        line.character_id = form.cleaned_data["character"]
        tasks.queue_edit(line, by=request.user)
    return answer_both(request, line)
