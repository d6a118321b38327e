"""Review: a person's queue, one line after the other, verdicts and comments, and who is to hear what."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.backends.utils import csrf_input
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from narrator.direct import together
from narrator.teams import access as teams
from narrator.teams.rights import Right
from narrator.web import Request, go, page_or_part
from projects import access
from projects.actions import reviews, tallies
from projects.forms.reviews import AssignForm, CommentForm, VerdictForm
from projects.models import Comment, Paragraph, Script
from projects.views import review_html
from projects.views.endpoints import spoken_by
from projects.views.inspector import answer_both, asking_comments

PAGE = "projects/review_next.html"


@require_safe
def review_list(request: Request) -> HttpResponse:
    """The scripts that this person is to hear, with how far each is, and the open comments that name her."""
    scripts = reviews.given_to(request.user).select_related("project").order_by("project", "position")
    named = Comment.objects.open().mentioning(request.user).order_by("-pk")
    context = {
        "rows": [
            {"script": script, "project": script.project, "figures": review_html.figures(script)}
            for script in scripts
        ],
        "mentions": named.select_related("by", "guest", "paragraph__script__project")[:100],
    }
    return render(request, "projects/review_list.html", context)


@require_safe
def review_board(request: Request, project_id: int) -> HttpResponse:
    """All scripts of a project: how far their review is, and who hears them."""
    chapters, given, said = Script.asking_of(project_id), *reviews.asking(project_id)
    project = access.project(request.user, project_id, beside=[chapters, given, said])
    may_edit, may_review = access.may_edit(request.user, project), access.may_review(request.user, project)
    scripts, hearers = tallies.with_verdicts(chapters.objects()), reviews.hearers(project, given)
    board = review_html.Board(
        language=project.language,
        may_review=may_review,
        members=teams.members(project.team_id, Right.REVIEW) if may_edit else None,
        token=str(csrf_input(request)),
    )
    context = {
        "project": project,
        "rows": SafeString("".join([board.row(script, hearers.get(script.pk, [])) for script in scripts])),
        "reviewers": reviews.progress(project, scripts, hearers, said),
        "may_edit": may_edit,
        **spoken_by(project.team),
    }
    return render(request, "projects/review_board.html", context)


@require_POST
def script_assign(request: Request, script_id: int) -> HttpResponse:
    """Say who is to hear a script."""
    script = access.script(request.user, script_id, least=Right.ASSIGN)
    form = AssignForm(request.POST, members=teams.members(script.project.team_id, Right.REVIEW))
    if form.is_valid():
        reviews.assign(script, form.cleaned_data["reviewers"], by=request.user)
    return go(request, "review-board", script.project_id)


@require_safe
def script_review(request: Request, script_id: int) -> HttpResponse:
    """The next line of a script that is to be heard: after the line ``?after=``, then from the beginning again."""
    script = access.script(request.user, script_id, least=Right.REVIEW)
    after = request.GET.get("after", "")
    passed = Paragraph.objects.filter(script=script, pk=int(after)).first() if after.isdecimal() else None
    return page_or_part(request, PAGE, "next", _next(script, passed))


def _next(script: Script, passed: Paragraph | None, *, stay: bool = False, **more: Any) -> dict[str, Any]:
    """What the page of the next line needs: the line with its neighbours, and how far the script is."""
    line = passed if stay else reviews.next_to_hear(script, after=passed)
    return {
        "script": tallies.with_verdicts([script])[0],
        "project": script.project,
        "line": line,
        "may_review": True,
        **(_around(line) if line else {}),
        **spoken_by(script.project.team),
        **more,
    }


def _around(line: Paragraph) -> dict[str, Any]:
    """A line's number, what stands before it and behind it, and what was said about it."""
    number, comments, *neighbours = line.asking_number(), asking_comments(line), *line.asking_neighbours()
    together(number, comments, *neighbours)
    before, behind = ("".join(text for (text,) in one.rows) for one in neighbours)
    return {
        "number": line.number(number),
        "before": before,
        "behind": behind,
        "comments": comments.objects(),
    }


@require_POST
def paragraph_verdict(request: Request, paragraph_id: int) -> HttpResponse:
    """Approve what was heard of a line, or ask for a pickup. ``from=review`` answers with the next line to hear."""
    line = access.paragraph(request.user, paragraph_id, least=Right.REVIEW)
    form = VerdictForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            reviews.judge(line, take_id=data.pop("take"), **data, by=request.user)
        except reviews.NotHeard as error:
            form.add_error(None, str(error))
    refusals = [str(error) for errors in form.errors.values() for error in errors]
    if request.POST.get("from") == "review":
        return _after_verdict(request, line, refusals)
    if refusals:
        answer = render(request, "projects/verdict.html#refused", {"refusals": refusals}, status=422)
        return reswap(retarget(answer, "#verdict-refused"), "innerHTML")
    return answer_both(request, line)


def _after_verdict(request: Request, line: Paragraph, refusals: list[str]) -> HttpResponse:
    """The next line to hear, or the same one with the reason why the verdict was not taken."""
    if not request.htmx and not refusals:
        return go(request, f"{line.script.get_absolute_url()}review/?after={line.pk}")
    script = access.script(request.user, line.script_id)  # the verdict has counted it up
    context = _next(script, line, stay=bool(refusals), refusals=refusals)
    return page_or_part(request, PAGE, "next", context, status=422 if refusals else 200)


@require_POST
def comment_new(request: Request, paragraph_id: int) -> HttpResponse:
    """Write a comment on a line; answers with the line's comments."""
    line = access.paragraph(request.user, paragraph_id, least=Right.REVIEW)
    form = CommentForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        moment = reviews.moment(line, data["at_ms"])
        reviews.comment(line, text=data["text"], words=data["words"], by=request.user, **moment)
    return _comments(request, line, form if form.errors else None)


@require_POST
def comment_resolve(request: Request, comment_id: int) -> HttpResponse:
    """Say that a comment is dealt with; ``again`` opens it once more."""
    row = access.comment(request.user, comment_id)
    reviews.resolve(row, by=request.user, again="again" in request.POST)
    return _comments(request, access.paragraph(request.user, row.paragraph_id))


def _comments(request: Request, line: Paragraph, form: CommentForm | None = None) -> HttpResponse:
    if not request.htmx:
        return go(request, f"{line.script.get_absolute_url()}#line-{line.pk}")
    context = {
        "line": line,
        "may_review": True,
        "comments": asking_comments(line).objects(),
        "comment_form": form,
    }
    return render(request, "projects/comments.html#comments", context, status=422 if form else 200)
