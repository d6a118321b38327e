"""Private podcast feeds of a project: made, shown once, filled, taken back."""

from datetime import datetime
from typing import ClassVar

from django.urls import reverse
from ninja import Schema

from narrator.teams.rights import Right
from projects import access, tasks
from projects.actions import feeds
from projects.api import forms
from projects.api.doors import ApiRequest, Noun
from projects.api.exports import ExportOut
from projects.api.pages import Id, Page, Wanted, page
from projects.api.sent import Sent
from projects.forms.feeds import FeedForm
from projects.models import Feed

router = Noun("guests")


class FeedIn(Sent):
    """For whom a feed is, what its episodes are (chapters or book), and whether unfinished files are in it."""

    name: str
    episodes: str = "chapters"
    has_drafts: bool = False


class EpisodeOut(Schema):
    """One file that is in a feed now."""

    export_id: int
    number: int
    title: str
    duration_ms: int


class FeedOut(Schema):
    """A private feed of finished files, for any podcast app."""

    id: int
    project_id: int
    name: str
    episodes: str
    has_drafts: bool
    revoked_at: datetime | None
    seen_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, row: Feed) -> "FeedOut":
        return cls(id=row.pk, **{name: getattr(row, name) for name in FeedOut.model_fields if name != "id"})


class NewFeedOut(FeedOut):
    """A feed with its secret address, which nobody is ever shown again, not even by the same idempotency key."""

    SHOWN_ONCE: ClassVar[set[str]] = {"address"}

    address: str | None = None


@router.look("/projects/{project_id}/feeds", Page[FeedOut])
def feed_list(request: ApiRequest, project_id: Id, asked: Wanted) -> Page[FeedOut]:
    """The feeds of a project, the newest first."""
    project = access.project(request.user, project_id, least=Right.GUESTS)
    return page(project.feeds.all(), asked, FeedOut.of)


@router.make("/projects/{project_id}/feeds", NewFeedOut)
def feed_new(request: ApiRequest, project_id: Id, wanted: FeedIn) -> NewFeedOut:
    """Make a feed."""
    project = access.project(request.user, project_id, least=Right.GUESTS)
    data = forms.checked(FeedForm(wanted.model_dump())).cleaned_data
    row, token = feeds.make(project, by=request.user, **data)
    address = request.build_absolute_uri(reverse("feed", args=[token]))
    return NewFeedOut(**FeedOut.of(row).dict(), address=address)


@router.look("/feeds/{feed_id}/episodes", list[EpisodeOut])
def episode_list(request: ApiRequest, feed_id: Id) -> list[EpisodeOut]:
    """What is in a feed now, in the order in which it is heard."""
    row = access.feed(request.user, feed_id)
    found = [] if row.revoked_at else feeds.episodes(row)
    kept = ("number", "title", "duration_ms")
    return [
        EpisodeOut(export_id=one.export.pk, **{name: getattr(one, name) for name in kept}) for one in found
    ]


@router.make("/feeds/{feed_id}/fill", ExportOut)
def feed_fill(request: ApiRequest, feed_id: Id) -> ExportOut:
    """Order the files that a feed lacks: MP3 of the project as it stands."""
    row = access.feed(request.user, feed_id)
    scripts, wanted = row.project.scripts.all(), feeds.wanted(row)
    return ExportOut.of(tasks.queue_export(row.project, scripts, by=request.user, **wanted))


@router.end("/feeds/{feed_id}/revoke")
def feed_revoke(request: ApiRequest, feed_id: Id) -> None:
    """Close a feed for good."""
    feeds.revoke(access.feed(request.user, feed_id), by=request.user)
