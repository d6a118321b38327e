"""A new version of a project's manuscript: handed in, looked through, decided, taken over, taken back."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from narrator import sentences
from narrator.teams.rights import Right
from narrator.web import Request
from projects import access, tasks
from projects.actions import edits, estimates, revising, revisions
from projects.actions.differences import Difference
from projects.actions.revisions import Review
from projects.forms import HandedInForm
from projects.forms.revisions import ApplyForm, DecideForm, ShowForm
from projects.manuscript.manuscript import Unreadable
from projects.merging.units import State
from projects.models import Price, Project, Revision
from projects.views.lines import first_error

PAGE = "projects/revision_detail.html"
AT_ONCE = 60
# What each kind of difference is called, and what the two buttons say.
WORDS = {
    State.CONFLICT: (_("Changed by both"), _("The author’s"), _("Ours")),
    State.CHANGED: (_("Changed"), _("Change"), _("Keep ours")),
    State.ADDED: (_("Added"), _("Add"), _("Leave out")),
    State.REMOVED: (_("Removed"), _("Remove"), _("Keep")),
    State.MOVED: (_("Moved"), _("Move"), _("Leave it there")),
}


@require_http_methods(["GET", "HEAD", "POST"])
def revision_new(request: Request, project_id: int) -> HttpResponse:
    """Hand in a new version of a project's manuscript."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    form = HandedInForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data, filename = form.manuscript()
        try:
            return redirect(revisions.start(project, data, filename, by=request.user))
        except Unreadable as error:
            form.add_error("file" if form.cleaned_data["file"] else "text", sentences.said(str(error)))
    context = {"project": project, "form": form}
    return render(request, "projects/revision_new.html", context, status=422 if form.errors else 200)


@require_safe
def revision_detail(request: Request, revision_id: int) -> HttpResponse:
    """What the author changed, to decide about; or that it was taken over."""
    row = access.revision(request.user, revision_id)
    if row.discarded_at is not None:
        return redirect(row.project)
    if row.edit is not None:
        newest = row.project.revisions.applied().first()
        context = {"revision": row, "project": row.project, "is_newest": newest == row}
        return render(request, "projects/revision_applied.html", context)
    return _page(request, revisions.review(row))


@require_POST
def revision_decide(request: Request, revision_id: int) -> HttpResponse:
    """Keep one decision, or the same for every difference that is shown."""
    row = access.revision(request.user, revision_id)
    form = DecideForm(request.POST)
    if not form.is_valid():
        return HttpResponse(first_error(form), status=422, content_type="text/plain")
    choice, one, show = (form.cleaned_data[name] for name in ("choice", "mark", "show"))
    marks = [one]
    if form.cleaned_data["every"]:
        marks = [difference.mark for difference in _shown(revisions.review(row), show)]
    revisions.decide(row, dict.fromkeys(marks, choice))
    if not request.htmx or form.cleaned_data["every"]:
        return redirect(_address(row, show, form.cleaned_data["at"] or 0, one))
    review = revisions.review(row)
    at = form.cleaned_data["at"] or 0
    rows = _rows(review, [difference for difference in review.differences if difference.mark == one])
    context = _context(review) | {"rows": rows, "oob": True, "show": show, "at": at}
    return render(request, f"{PAGE}#decided", context)


@require_POST
def revision_apply(request: Request, revision_id: int) -> HttpResponse:
    """Take the author's version over, as it was decided."""
    row = access.revision(request.user, revision_id)
    form = ApplyForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else ""
    try:
        done = tasks.queue_act(revising.apply, row, seen=seen, by=request.user)
    except (revising.ChangedSince, revising.Undecided) as error:
        return _page(request, revisions.review(row), said=str(error), status=409)
    if done.edit is not None:
        told = gettext("The new version is taken over. It can be taken back on its own page.")
        messages.success(request, told)
    return redirect(row.project)


@require_POST
def revision_undo(request: Request, revision_id: int) -> HttpResponse:
    """Take a revision back: the project is as it was before."""
    row = access.revision(request.user, revision_id)
    try:
        tasks.queue_act(revising.take_back, row, by=request.user)
    except (revising.NotTheLast, edits.ChangedSince) as error:
        context = {"revision": row, "project": row.project, "said": str(error)}
        return render(request, "projects/revision_applied.html", context, status=409)
    return redirect(row)


@require_POST
def revision_discard(request: Request, revision_id: int) -> HttpResponse:
    """Forget a revision that was not taken over."""
    row = access.revision(request.user, revision_id)
    if revisions.discard(row, by=request.user):
        told = gettext("%(filename)s is discarded. The project is as it was.")
        messages.info(request, told % {"filename": row.manuscript.filename})
    return redirect(row.project)


def _page(request: Request, review: Review, *, said: str = "", status: int = 200) -> HttpResponse:
    form = ShowForm(request.GET)
    is_valid = form.is_valid()
    show: str = form.cleaned_data["show"] if is_valid else ""
    at: int = (form.cleaned_data["at"] if is_valid else 0) or 0
    shown = _shown(review, show)
    rows = _rows(review, shown[at : at + AT_ONCE])
    context = _context(review) | {"rows": rows, "show": show, "at": at, "said": said, "shown": len(shown)}
    if at:
        context["before"] = _address(review.revision, show, max(0, at - AT_ONCE))
    if at + AT_ONCE < len(shown):
        context["after"] = _address(review.revision, show, at + AT_ONCE)
    return render(request, PAGE, context, status=status)


def _context(review: Review) -> dict[str, Any]:
    counts = [(state, WORDS[state][0], review.counts[state]) for state in WORDS]
    wanted = sum(one.choice == "theirs" for one in review.differences)
    return {
        "revision": review.revision,
        "project": review.revision.project,
        "review": review,
        "counts": counts,
        "kept": review.counts[State.KEPT],
        "wanted": wanted + sum(one.choice == "theirs" for one in review.renamed),
        "expected": review.expected,
    }


def _shown(review: Review, show: str) -> list[Difference]:
    return [one for one in review.differences if not show or one.state == show]


def _rows(review: Review, shown: Sequence[Difference]) -> list[dict[str, Any]]:
    """Differences as the page shows them, each with what its new words alone would cost."""
    project: Project = review.revision.project
    price = Price.of(project.team_id)
    rows = []
    for one in shown:
        called, theirs, mine = WORDS[one.state]
        is_new = one.new and one.state is not State.MOVED
        amount = estimates.of_texts([one.new], project.language, price).amount if is_new else ""
        rows.append({"is": one, "called": called, "theirs": theirs, "mine": mine, "amount": amount})
    return rows


def _address(row: Revision, show: str, at: int, mark: str = "") -> str:
    asked = urlencode({name: value for name, value in (("show", show), ("at", at)) if value})
    address = reverse("revision-detail", args=[row.pk])
    return f"{address}{'?' if asked else ''}{asked}{'#d-' if mark else ''}{mark}"
