"""The podcast feeds of a project: made, shown once, filled, taken back. What an app gets is in podcast.py."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from narrator.teams.rights import Right
from narrator.web import Request, go
from projects import access, tasks
from projects.actions import exports, feeds
from projects.forms.feeds import FeedForm
from projects.models import Feed, Project
from projects.views.lines import count


@require_http_methods(["GET", "HEAD", "POST"])
def feed_list(request: Request, project_id: int) -> HttpResponse:
    """The feeds of a project, and a form for another. A new one's address is shown once, on this very answer."""
    project = access.project(request.user, project_id, least=Right.GUESTS)
    form = FeedForm(request.POST or None)
    made, address = None, ""
    if request.method == "POST" and form.is_valid():
        made, token = feeds.make(project, by=request.user, **form.cleaned_data)
        address = request.build_absolute_uri(reverse("feed", args=[token]))
        form = FeedForm()
    context = {
        "project": project,
        "feeds": _shown(project),
        "form": form,
        "made": made,
        "address": address,
        "refusal": feeds.refusal(project),
    }
    answer = render(request, "projects/feed_list.html", context, status=422 if form.errors else 200)
    answer["Cache-Control"] = "no-store"
    return answer


def _shown(project: Project) -> list[tuple[Feed, list[feeds.Episode]]]:
    """The newest feeds with what is in each; those that were taken back have nothing."""
    rows = project.feeds.select_related("created_by")[:50]
    return [(row, [] if row.revoked_at else feeds.episodes(row)) for row in rows]


@require_POST
def feed_fill(request: Request, feed_id: int) -> HttpResponse:
    """Order the files that the feed lacks: MP3 of the project as it stands."""
    feed = access.feed(request.user, feed_id)
    project = feed.project
    try:
        tasks.queue_export(project, project.scripts.all(), by=request.user, **feeds.wanted(feed))
    except exports.NotReady as error:
        messages.info(
            request,
            _("Not assembled: %(lines)s not ready. A feed with drafts takes what there is.")
            % {"lines": count(len(error.lines))},
        )
    except exports.NothingToExport:
        messages.info(request, _("No line has a take yet. Open a chapter and generate it first."))
    else:
        messages.info(
            request, _("The files are being assembled. The feed has them as soon as they are ready.")
        )
    return go(request, "feed-list", project.pk)


@require_POST
def feed_revoke(request: Request, feed_id: int) -> HttpResponse:
    """Close a feed for good."""
    feed = access.feed(request.user, feed_id)
    feeds.revoke(feed, by=request.user)
    return go(request, "feed-list", feed.project_id)
