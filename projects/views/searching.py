"""Search in a script, in place of the browser's own, which sees only the rows that are on the page; and replacing."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from narrator import limits
from narrator.teams.rights import Right
from narrator.web import Request, go
from projects import access, tasks
from projects.actions import searching
from projects.forms.searching import ReplaceForm, SearchForm, errors_of, ticked
from projects.models import Paragraph, Script
from projects.views.lines import count

PAGE = "projects/script_replace.html"
# So many lines are shown, and can be agreed to, at once.
SHOWN = 500
FOUND_AT_MOST = 5_000


@require_safe
def script_search(request: Request, script_id: int) -> HttpResponse:
    """Where something is found, for the page's scripts.

    JSON: ``count`` of places and ``lines`` as ``[id, [[start, end], …]]``, in the script's order, counted as browsers
    count letters; or ``error``, a sentence.
    """
    script = access.script(request.user, script_id)
    form = SearchForm(request.GET)
    if not form.is_valid():
        return JsonResponse({"error": errors_of(form)}, status=422)
    try:
        found = searching.in_script(script, form.query())
    except searching.BadQuery as error:
        return JsonResponse({"error": str(error)}, status=422)
    lines = [[pk, _as_browsers_count(text, spans)] for (pk, text), spans in found[:FOUND_AT_MOST]]
    return JsonResponse({"count": sum([len(spans) for _, spans in found]), "lines": lines})


def _refused(status: int, sentence: str) -> HttpResponse:
    return JsonResponse({"error": sentence}, status=status)


limits.refuses_by(_refused, script_search)


def _as_browsers_count(text: str, spans: searching.Spans) -> searching.Spans:
    """The spans in UTF-16 units: letters past the first plane count twice."""
    if text.isascii() or max(text) <= "\uffff":
        return spans

    def units(end: int) -> int:
        return len(text[:end].encode("utf-16-le")) // 2

    return [(units(start), units(end)) for start, end in spans]


@require_http_methods(["GET", "HEAD", "POST"])
def script_replace(request: Request, script_id: int) -> HttpResponse:
    """Search and replace: every change is shown first, and only what is ticked is made."""
    script = access.script(request.user, script_id, least=Right.EDIT)
    data = request.POST or request.GET
    form = ReplaceForm(data if "q" in data else None)
    if not form.is_valid():
        return _page(request, script, form, [], status=422 if form.errors else 200)
    try:
        if request.method == "POST":
            return _replace(request, script, form)
        findings = searching.find(_lines(script, form), form.query())
        searching.preview(findings[:SHOWN], form.query())
    except searching.BadQuery as error:
        form.add_error("q", str(error))
        return _page(request, script, form, [], status=422)
    return _page(request, script, form, findings)


def _lines(script: Script, form: ReplaceForm) -> Any:
    if form.cleaned_data["everywhere"]:
        return Paragraph.objects.filter(script__project=script.project_id)
    return script.paragraphs.all()


def _replace(request: Request, script: Script, form: ReplaceForm) -> HttpResponse:
    agreed = ticked(request.POST.getlist("line"))
    done = tasks.queue_act(searching.replace, script.project, form.query(), agreed, by=request.user)
    left = len(agreed) - len(done.lines)
    sentence = _("Replaced in %(lines)s. Undo takes it back, chapter by chapter.") % {
        "lines": count(len(done.lines))
    }
    if left:
        skipped = ngettext(
            "%(done)s %(count)s line had changed or been locked since you looked and was left alone.",
            "%(done)s %(count)s lines had changed or been locked since you looked and were left alone.",
            left,
        )
        sentence = skipped % {"done": sentence, "count": f"{left:,}"}
    messages.info(request, sentence)
    return go(request, "script-detail", script.pk)


def _page(
    request: Request,
    script: Script,
    form: ReplaceForm,
    findings: list[searching.Finding],
    *,
    status: int = 200,
) -> HttpResponse:
    shown = findings[:SHOWN]
    numbers = Paragraph.objects.filter(pk__in=[one.pk for one in shown]).numbers()
    titles = {one.pk: one for one in script.project.scripts.all()}
    rows = [{"found": one, "number": numbers.get(one.pk), "script": titles[one.script_id]} for one in shown]
    context = {
        "script": script,
        "project": script.project,
        "form": form,
        "rows": rows,
        "line_count": len(findings),
        "place_count": sum(len(one.spans) for one in findings),
        "possible_count": sum(one.is_possible for one in shown),
        "is_asked": form.is_bound and not form.errors,
    }
    return render(request, PAGE, context, status=status)
