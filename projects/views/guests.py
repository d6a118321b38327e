"""What a guest sees behind a link: the text, its sound, and a word on each line. Nobody is signed in here.

Every view goes through ``_opened``: the token names an open link, its password was given, and whatever is asked for is
looked up among what the link opens. Nothing else of the studio answers to a token.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from narrator import media
from projects.actions import guests, reviews
from projects.forms.reviews import CommentForm, VerdictForm
from projects.models import Comment, GuestLink, Paragraph, Script

PAGE = "projects/guest_script.html"
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, GuestLink, P], HttpResponseBase]


def _opened(view: View[P]) -> Callable[..., HttpResponseBase]:
    """Give the view the open link of the token in the address; else the page of a closed link, or the password's."""

    @login_not_required
    @never_cache
    @wraps(view)
    def opened(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        link = guests.find(token)
        if link is None:
            answer: HttpResponseBase = render(request, "projects/guest_closed.html", status=404)
        elif not _knows_password(request, link):
            answer = redirect("guest-password", token=token)
        else:
            answer = view(request, link, *args, **kwargs)
        answer["X-Robots-Tag"] = "noindex"
        return answer

    return opened


def _knows_password(request: HttpRequest, link: GuestLink) -> bool:
    return not link.password or request.session.get(f"guest-{link.pk}") == link.password


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def guest_password(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a link's password; ten tries an hour."""
    link = guests.find(token)
    if link is None:
        return render(request, "projects/guest_closed.html", status=404)
    refusal = ""
    if request.method == "POST":
        if not guests.may_try(link):
            refusal = _("Too many tries. Wait an hour, or ask who sent the link for another.")
        elif link.opens_with(request.POST.get("password", "")):
            request.session[f"guest-{link.pk}"] = link.password
            return redirect("guest-project", token=token)
        else:
            refusal = _("This is not the password of this link.")
    context = {"link": link, "refusal": refusal}
    return render(request, "projects/guest_password.html", context, status=422 if refusal else 200)


@require_safe
@_opened
def guest_project(request: HttpRequest, link: GuestLink) -> HttpResponse:
    """The chapters that the link opens; a single one at once."""
    token = request.resolver_match.kwargs["token"]  # type: ignore[union-attr]
    scripts = list(guests.scripts(link))
    if len(scripts) == 1:
        return redirect("guest-script", token=token, script_id=scripts[0].pk)
    context = {"link": link, "token": token, "scripts": scripts}
    return render(request, "projects/guest_project.html", context)


@require_safe
@_opened
def guest_script(request: HttpRequest, link: GuestLink, script_id: int) -> HttpResponse:
    """One chapter to read and hear."""
    script = get_object_or_404(guests.scripts(link), pk=script_id)
    pauses_ms = guests.pauses_ms(link, script)
    lines = [(line, pauses_ms.get(line.pk)) for line in script.paragraphs.for_page().order_by("position")]
    context = {**_context(request, link, script), "lines": lines, "several": not link.script_id}
    return render(request, PAGE, context)


def _context(request: HttpRequest, link: GuestLink, script: Script) -> dict[str, Any]:
    token = request.resolver_match.kwargs["token"]  # type: ignore[union-attr]
    return {"link": link, "token": token, "script": script, "project": link.project}


@require_safe
@_opened
def guest_audio(request: HttpRequest, link: GuestLink, paragraph_id: int, take_id: int) -> HttpResponseBase:
    """The chosen take of a line that the link opens, with byte ranges; no other take."""
    lines = guests.lines(link).select_related("chosen")
    line = get_object_or_404(lines, pk=paragraph_id, chosen=take_id)
    name = line.chosen.audio if line.chosen else None
    return media.serve(request, name, content_type="audio/wav")


@require_POST
@_opened
def guest_verdict(request: HttpRequest, link: GuestLink, paragraph_id: int) -> HttpResponse:
    """A guest approves a line, or asks for a change of it."""
    line = get_object_or_404(guests.lines(link).select_related("script"), pk=paragraph_id)
    form = VerdictForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            reviews.judge(line, take_id=data.pop("take"), **data, by=None, guest=link)
        except reviews.NotHeard as error:
            form.add_error(None, str(error))
    refusals = [str(error) for errors in form.errors.values() for error in errors]
    return _line(request, link, line, refusals)


@require_POST
@_opened
def guest_comment(request: HttpRequest, link: GuestLink, paragraph_id: int) -> HttpResponse:
    """A guest remarks on a line."""
    line = get_object_or_404(guests.lines(link).select_related("script__project"), pk=paragraph_id)
    form = CommentForm(request.POST)
    if form.is_valid():
        reviews.comment(line, text=form.cleaned_data["text"], by=None, guest=link)
    return _line(request, link, line, [] if form.is_valid() else [_("Write a few words.")])


def _line(request: HttpRequest, link: GuestLink, line: Paragraph, refusals: list[str]) -> HttpResponse:
    """The line as it is now; without htmx the page, at that line."""
    context = _context(request, link, line.script)
    if "HX-Request" not in request.headers:
        address = redirect("guest-script", token=context["token"], script_id=line.script_id)
        address["Location"] += f"#line-{line.pk}"
        return address
    shown = Paragraph.objects.for_page().get(pk=line.pk)
    said = Comment.objects.filter(paragraph=line, guest=link).order_by("pk")
    pause_ms = guests.pauses_ms(link, line.script).get(line.pk)
    context |= {"line": shown, "pause_ms": pause_ms, "said": said}
    context |= {"refusals": refusals, "is_open": bool(refusals)}
    return render(request, f"{PAGE}#line", context, status=422 if refusals else 200)
