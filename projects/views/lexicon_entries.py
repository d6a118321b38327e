"""One entry of a lexicon: said differently, or taken out."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from narrator.web import Request, page_or_part
from projects import access
from projects.actions import lexicons
from projects.actions.lexicons import Change, Scope
from projects.forms.lexicons import EntryForm
from projects.models import LexiconChange, LexiconEntry
from projects.views.lexicons import Question, decide, saved

PAGE = "projects/lexicon_entry.html"


@require_http_methods(["GET", "HEAD", "POST"])
def entry_edit(request: Request, entry_id: int) -> HttpResponse:
    """Change an entry; lines that hear it are a question first."""
    row = access.lexicon_entry(request.user, entry_id)
    form = EntryForm(request.POST or None, instance=row, auto_id=f"entry-{row.pk}-%s")
    question = None
    if request.method == "POST" and form.is_valid():
        changed = form.save(commit=False)
        try:
            change = Change(Scope(row.team, row.project), [changed])
            made = decide(
                request,
                change,
                lexicons.is_said(changed),
            )
            if isinstance(made, LexiconChange):
                return saved(request, made)
            question = made
        except lexicons.Unfit as error:
            form.add_error("written", str(error))
    return _page(request, row, form, question)


@require_POST
def entry_remove(request: Request, entry_id: int) -> HttpResponse:
    """Take an entry out; what its lines come to is a question first."""
    row = access.lexicon_entry(request.user, entry_id)
    change = Change(Scope(row.team, row.project), drop=[row])
    made = decide(request, change, lexicons.IS_LEFT % {"written": row.written})
    if isinstance(made, LexiconChange):
        return saved(request, made)
    return _page(request, row, EntryForm(instance=row), made, is_leaving=True)


def _page(
    request: Request,
    row: LexiconEntry,
    form: EntryForm,
    question: Question | None,
    *,
    is_leaving: bool = False,
) -> HttpResponse:
    there = LexiconEntry.objects.select_related("team", "project").get(pk=row.pk)
    context = {
        "entry": there,
        "team": there.team,
        "project": there.project,
        "form": form,
        "question": question,
        "is_leaving": is_leaving,
    }
    return page_or_part(request, PAGE, "form", context, status=422 if form.errors else 200)
