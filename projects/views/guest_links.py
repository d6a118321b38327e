"""The guest links of a project: made, shown once, taken back. What a guest sees is in guests.py."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from narrator.teams.rights import Right
from narrator.web import Request, go
from projects import access
from projects.actions import guests
from projects.forms.guests import GuestLinkForm


@require_http_methods(["GET", "HEAD", "POST"])
def guest_links(request: Request, project_id: int) -> HttpResponse:
    """The links of a project, and a form for another. A new one is shown once, on this very answer."""
    project = access.project(request.user, project_id, least=Right.GUESTS)
    form = GuestLinkForm(request.POST or None, project=project)
    made, address = None, ""
    if request.method == "POST" and form.is_valid():
        made, token = guests.make(project, by=request.user, **form.cleaned_data)
        address = request.build_absolute_uri(reverse("guest-project", args=[token]))
        form = GuestLinkForm(project=project)
    context = {
        "project": project,
        "links": project.guest_links.select_related("script", "created_by")[:100],
        "form": form,
        "made": made,
        "address": address,
    }
    answer = render(request, "projects/guest_links.html", context, status=422 if form.errors else 200)
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def guest_revoke(request: Request, link_id: int) -> HttpResponse:
    """Close a link for good."""
    link = access.guest_link(request.user, link_id)
    guests.revoke(link, by=request.user)
    return go(request, "guest-links", link.project_id)
