"""The lexicon of a team or a project: its page, what is spoken in full, and what was changed of it.

One entry: lexicon_entries.py. Files: lexicon_files.py. Each change is shown before it is made, by ``decide``.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from narrator import media, sentences
from narrator.teams import access as teams
from narrator.teams.rights import Right
from narrator.web import Request, go, page_or_part
from projects import access, tasks
from projects.actions import connecting, estimates, lexicon_samples, lexicons
from projects.actions.lexicons import Change, Scope
from projects.forms.lexicons import EXPANSIONS, EntryForm, ExpansionsForm
from projects.lexicon import expansions
from projects.lexicon.entries import WRITTEN_CHARACTERS
from projects.models import LexiconChange, LexiconEntry, Paragraph, Price
from projects.speech.errors import SpeechError
from projects.views.rows import position

PAGE = "projects/lexicon_detail.html"
# So many entries a page shows; the search finds the others.
SHOWN = 300
CHANGES_SHOWN = 8
# Where a team has more, nobody waits for its counts.
LINES_COUNTED = 60_000


@dataclass
class Question:
    """What a change would come to, asked before it is made; ``sample`` is the name of what was just heard."""

    preview: lexicons.Preview
    price: str
    sample: str = ""
    failed: str = ""


def decide(request: Request, change: Change, words: str, *, ask: bool = False) -> LexiconChange | Question:
    """Make a change where no line hears it, or where the person agreed to just so many lines; else the question.

    ``ask``: the question comes in any case. Raises as ``lexicons.make``.
    """
    preview = lexicons.preview(change)
    agreed = request.POST.get("agreed") == str(preview.impact.lines)
    if "hear" not in request.POST and (agreed or not (ask or preview.impact.lines)):
        make = partial(lexicons.make, change, words, by=request.user)
        return tasks.queue_changes(change.scope.projects, make, by=request.user)
    sample = preview.sample
    question = Question(preview, lexicon_samples.price(change, sample) if sample else "")
    if "hear" in request.POST and sample:
        try:
            question.sample = lexicon_samples.speak(change, sample, by=request.user)
        except SpeechError as error:
            question.failed = connecting.reason(error)
    return question


def saved(request: Request, made: LexiconChange) -> HttpResponse:
    """Back to the lexicon that was changed, with what that did."""
    finished = len(made.lines)
    told = ngettext(
        "Saved. %(count)s line with a take is out of date now.",
        "Saved. %(count)s lines with a take are out of date now.",
        finished,
    )
    messages.info(request, told % {"count": f"{finished:,}"} if finished else _("Saved."))
    return back(request, Scope(made.team, made.project))


def back(request: Request, scope: Scope) -> HttpResponse:
    """To the page of a lexicon; whoever came from a line still has the way back to it."""
    if scope.project is None:
        return go(request, "lexicon-team", scope.team.pk)
    line = position(request.POST.get("line"))
    there = reverse("lexicon-project", args=[scope.project.pk])
    return go(request, f"{there}?line={line}" if line else there)


def _line(request: Request, scope: Scope) -> Paragraph | None:
    """The line that somebody came from."""
    line = position(request.GET.get("line") or request.POST.get("line"))
    if scope.project is None or not line:
        return None
    return Paragraph.objects.filter(pk=line, script__project=scope.project).first()


@require_http_methods(["GET", "HEAD", "POST"])
def lexicon_project(request: Request, project_id: int) -> HttpResponse:
    """What is said instead of what is written in a project, the team's entries with it; POST adds an entry."""
    least = Right.EDIT if request.method == "POST" else Right.SEE
    project = access.project(request.user, project_id, least=least)
    return _lexicon(request, Scope(project.team, project))


@require_http_methods(["GET", "HEAD", "POST"])
def lexicon_team(request: Request, team_id: int) -> HttpResponse:
    """What is said instead of what is written in all projects of a team; POST adds an entry."""
    least = Right.EDIT if request.method == "POST" else Right.SEE
    return _lexicon(request, Scope(access.team(request.user, team_id, least=least)))


def _lexicon(request: Request, scope: Scope) -> HttpResponse:
    if request.method != "POST":
        if request.GET.get("part") == "counts":
            return render(request, f"{PAGE}#counts", _counts(scope))
        form = EntryForm(initial={"written": request.GET.get("written", "")[:WRITTEN_CHARACTERS]})
        return page_or_part(request, PAGE, "entries", page(request, scope, form))
    form = EntryForm(request.POST)
    question = None
    if form.is_valid():
        row = form.save(commit=False)
        try:
            made = decide(
                request,
                Change(scope, [row]),
                lexicons.is_said(row),
            )
            if isinstance(made, LexiconChange):
                return saved(request, made)
            question = made
        except lexicons.Unfit as error:
            form.add_error("written", str(error))
    context = page(request, scope, form, question=question)
    return page_or_part(request, PAGE, "add", context, status=422 if form.errors else 200)


def page(request: Request, scope: Scope, form: EntryForm, **more: Any) -> dict[str, Any]:
    """What the page of a lexicon needs."""
    q = request.GET.get("q", "").strip()[:200]
    found = Q(written__icontains=q) | Q(spoken__icontains=q) if q else Q()
    own = scope.entries.filter(found)
    others = LexiconEntry.objects.of(scope.team.pk, None).filter(found) if scope.project else own.none()
    role = teams.role_of(request.user, scope.team.pk)
    may_edit = teams.allows(role, Right.EDIT)
    return {
        "scope": scope,
        "team": scope.team,
        "project": scope.project,
        "line": _line(request, scope),
        "q": q,
        "form": form,
        "may_edit": may_edit,
        "rows": own.select_related("edited_by")[:SHOWN],
        "total": own.count(),
        "others": others[:SHOWN],
        "changes": _changes(scope, may_edit),
        "kinds": _kinds(scope),
        **more,
    }


def _kinds(scope: Scope) -> list[dict[str, Any]]:
    """What a project may speak in full, each with an example and the languages it knows."""
    if scope.project is None:
        return []
    chosen = scope.project.expansions
    return [
        {
            "name": kind,
            "words": EXPANSIONS[kind][0],
            "written": EXPANSIONS[kind][1],
            "spoken": EXPANSIONS[kind][2],
            "languages": _(", ").join(map(sentences.said, expansions.languages(kind))),
            "is_on": kind in chosen,
        }
        for kind in expansions.KINDS
    ]


def _changes(scope: Scope, may_edit: bool) -> list[dict[str, Any]]:
    """The newest changes, each with what is still to be generated because of it, and its price."""
    rows = list(scope.changes.select_related("created_by", "team", "project")[:CHANGES_SHOWN])
    nothing = estimates.together((), Price.of(scope.team.pk))
    shown = []
    for row in rows:
        lines, estimate = lexicons.left(row) if may_edit and row.lines else ([], nothing)
        shown.append({"row": row, "lines": lines, "estimate": estimate})
    return shown


def _counts(scope: Scope) -> dict[str, Any]:
    lines = Paragraph.objects.filter(script__project__in=scope.projects)
    if lines.count() > LINES_COUNTED:
        return {"counts": []}
    found = lexicons.counts(scope)
    ids = list(scope.entries.values_list("pk", flat=True)[:SHOWN])
    if scope.project:
        ids += LexiconEntry.objects.of(scope.team.pk, None).values_list("pk", flat=True)[:SHOWN]
    kinds = [kind for kind in expansions.KINDS if kind in found]
    return {"counts": [(key, found.get(key, 0)) for key in (*ids, *kinds)]}


@require_POST
def lexicon_expansions(request: Request, project_id: int) -> HttpResponse:
    """Choose what a project speaks in full."""
    project = access.project(request.user, project_id, least=Right.EDIT)
    form = ExpansionsForm(request.POST)
    scope = Scope(project.team, project)
    if not form.is_valid():
        return back(request, scope)
    chosen = form.chosen()
    words = lexicons.expanded([sentences.english(EXPANSIONS[kind][0]).lower() for kind in chosen])
    made = decide(request, Change(scope, expansions=chosen), words)
    if isinstance(made, LexiconChange):
        return saved(request, made)
    context = page(request, scope, EntryForm(), expansion_question=made)
    for kind in context["kinds"]:
        kind["is_on"] = kind["name"] in chosen
    return page_or_part(request, PAGE, "in_full", context)


@require_POST
def lexicon_undo(request: Request, change_id: int) -> HttpResponse:
    """Take a change of a lexicon back."""
    row = access.lexicon_change(request.user, change_id)
    scope = Scope(row.team, row.project)
    undo = partial(lexicons.undo, row, by=request.user)
    try:
        undone = tasks.queue_changes(scope.projects, undo, by=request.user)
    except lexicons.Unfit as error:
        messages.info(request, _("Nothing was taken back. %(why)s") % {"why": error})
        return back(request, scope)
    if undone is None:
        messages.info(request, _("Somebody took this back already."))
    elif undone[1]:
        messages.info(
            request, _("Taken back, but for %(lines)s that changed again since.") % {"lines": undone[1]}
        )
    else:
        messages.info(request, _("Taken back: %(change)s.") % {"change": sentences.said(str(row))})
    return back(request, scope)


@require_POST
def lexicon_render(request: Request, change_id: int) -> HttpResponse:
    """Generate just the finished lines that a change made stale. ``agreed`` is the price that the button named."""
    row = access.lexicon_change(request.user, change_id)
    scope = Scope(row.team, row.project)
    shown = next((one for one in _changes(scope, True) if one["row"].pk == row.pk), None)
    if shown is None or request.POST.get("agreed") != str(shown["estimate"].amount_micro):
        messages.info(
            request, _("The lines or their price changed meanwhile. Nothing was generated; look again.")
        )
        return back(request, scope)
    waiting = tasks.queue_changed(row, by=request.user)
    messages.info(
        request,
        ngettext(
            "%(count)s line waits to be generated.", "%(count)s lines wait to be generated.", len(waiting)
        )
        % {"count": f"{len(waiting):,}"},
    )
    return back(request, scope)


@require_safe
def lexicon_sample(request: Request, team_id: int, name: str) -> HttpResponseBase:
    """What was heard of a change before it is made."""
    team = access.team(request.user, team_id, least=Right.EDIT)
    return media.serve(
        request, lexicon_samples.place(team.pk, name), content_type="audio/wav", immutable=True
    )
