"""Handing in a manuscript, and the preview before anything is created."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from narrator import sentences
from narrator.teams import access as teams
from narrator.teams.rights import Right
from narrator.web import Request
from projects import access
from projects.actions import manuscripts
from projects.forms import ManuscriptForm
from projects.forms.manuscripts import ArrangeForm, ImportForm
from projects.manuscript import arrangement
from projects.manuscript.arrangement import Arrangement
from projects.manuscript.manuscript import Kind, Unreadable
from projects.manuscript.manuscript import Manuscript as Reading
from projects.models import Manuscript

PASSAGES_AT_ONCE = 40
SPEAKERS_SHOWN = 12


@require_http_methods(["GET", "HEAD", "POST"])
def manuscript_new(request: Request) -> HttpResponse:
    """Choose a file or paste a text."""
    own = teams.teams_for(request.user, Right.EDIT)
    if not own:
        raise PermissionDenied(
            _("Importing needs the role editor or higher in a team; ask an admin of yours.")
        )
    wanted = next((team for team in own if str(team.pk) == request.GET.get("team")), own[0])
    form = ManuscriptForm(request.POST or None, request.FILES or None, teams=own, initial={"team": wanted})
    if request.method == "POST" and form.is_valid():
        data, filename = form.manuscript()
        try:
            row, _is_new = manuscripts.keep(data, filename, team=form.cleaned_data["team"], by=request.user)
        except Unreadable as error:
            form.add_error("file" if form.cleaned_data["file"] else "text", sentences.said(str(error)))
        else:
            return redirect(row)
    status = 422 if form.errors else 200
    return render(request, "projects/manuscript_new.html", {"form": form, "teams": own}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def manuscript_preview(request: Request, manuscript_id: int) -> HttpResponse:
    """What was found in the manuscript, to arrange; then it becomes a project."""
    row = access.manuscript(request.user, manuscript_id)
    if row.belongs_to is not None:
        return redirect(row.belongs_to)
    read = manuscripts.read(row)
    form = _form(request, row, read)
    if request.method == "POST" and form.is_valid():
        fields = {name: form.cleaned_data[name] for name in ImportForm.Meta.fields}
        fields["with_cast"] = form.cleaned_data["cast"]
        return redirect(manuscripts.make_project(row, read, plan=form.arranged(), by=request.user, **fields))
    look = ArrangeForm(request.GET)
    at = look.cleaned_data["look"] if look.is_valid() else None
    context = _context(row, read, form.arranged(), str(form["language"].value())) | {"form": form}
    if at is not None:
        context["inside"] = _inside(row, read, form.arranged(), at)
    return render(request, "projects/manuscript_preview.html", context, status=422 if form.errors else 200)


@require_POST
def manuscript_arrange(request: Request, manuscript_id: int) -> HttpResponse:
    """Keep the form as it stands, and merge or split a chapter where that is asked for."""
    row = access.manuscript(request.user, manuscript_id)
    if row.belongs_to is not None:
        address = row.belongs_to.get_absolute_url()
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
    read = manuscripts.read(row)
    form, act = _form(request, row, read), ArrangeForm(request.POST)
    if not act.is_valid():
        return HttpResponse(_("This is no passage of the manuscript. Load the page again."), status=422)
    plan, at = _acted(form.arranged(), act.cleaned_data, read)
    manuscripts.arrange(row, plan, form.draft())
    if not request.htmx:
        asked = "" if act.cleaned_data["look"] is None else f"?look={at}"
        place = "" if at is None else f"#chapter-{plan.holding(at).start}"
        return redirect(f"{row.get_absolute_url()}{asked}{place}")
    context = _context(row, read, plan, str(form["language"].value()))
    if request.htmx.target != "chapters":
        return render(request, "projects/manuscript_preview.html#sum", context)
    context |= {"oob": True, "near": None if at is None else plan.holding(at).start}
    return render(request, "projects/manuscript_preview.html#arranged", context)


@require_safe
def manuscript_passages(request: Request, manuscript_id: int, at: int) -> HttpResponse:
    """The passages of a chapter from this one on, so many at once."""
    row = access.manuscript(request.user, manuscript_id)
    if row.belongs_to is not None or not request.htmx:
        return redirect(row.belongs_to or f"{row.get_absolute_url()}?look={at}")
    read = manuscripts.read(row)
    context = {"manuscript": row, "inside": _inside(row, read, manuscripts.arrangement(row, read), at)}
    return render(request, "projects/manuscript_preview.html#passages", context)


def _form(request: Request, row: Manuscript, read: Reading) -> ImportForm:
    """The preview's form as it was sent, else as it was left, else as the manuscript suggests."""
    initial = manuscripts.suggested(row, read)
    plan = manuscripts.arrangement(row, read)
    kept = row.plan.get("fields", {})
    data = request.POST if request.method == "POST" else None
    return ImportForm(data, read=read, plan=plan, team_id=row.team_id, initial=initial | kept)


def _acted(plan: Arrangement, act: dict[str, int | None], read: Reading) -> tuple[Arrangement, int | None]:
    """The plan after the act, and the passage to which the person looks then."""
    if act["merge"] is not None:
        return plan.merged(act["merge"]), act["merge"]
    if act["split"] is not None:
        return plan.split(act["split"], read), act["split"]
    return plan, act["look"]


def _context(row: Manuscript, read: Reading, plan: Arrangement, language: str) -> dict[str, Any]:
    offers, total = manuscripts.offers(plan, read, language=language, team_id=row.team_id)
    speakers = list(read.speakers.items())
    return {
        "manuscript": row,
        "read": read,
        "offers": offers,
        "ticked": sum(one.section.ticked for one in offers),
        "total": total,
        "breaks": read.kinds[Kind.BREAK],
        "speakers": speakers[:SPEAKERS_SHOWN],
        "more_speakers": speakers[SPEAKERS_SHOWN:],
    }


def _inside(row: Manuscript, read: Reading, plan: Arrangement, at: int) -> dict[str, Any]:
    """Some passages of the chapter that holds passage ``at``, from there on; ``more`` is where the next ones start."""
    every = arrangement.passages(read)
    if at >= len(every):
        raise Http404
    section = plan.holding(at)
    end = plan.end(section, read)
    upto = min(at + PASSAGES_AT_ONCE, end)
    return {
        "start": section.start,
        "passages": [
            (n, every[n], plan.speaks(every[n]) or every[n].kind is Kind.BREAK) for n in range(at, upto)
        ],
        "more": upto if upto < end else None,
        "left": end - upto,
        "address": reverse("manuscript-passages", args=[row.pk, upto]),
    }
