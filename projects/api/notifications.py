"""What the person behind the token was told, and what they want to be told."""

from datetime import datetime

from django.shortcuts import get_object_or_404
from ninja import PatchDict, Schema
from pydantic import Field

from projects.actions import notifications
from projects.api import forms
from projects.api.doors import ApiRequest, Noun
from projects.api.pages import Id, Page, Wanted, page
from projects.api.sent import Sent
from projects.forms.notifications import WishesForm
from projects.models import Notification, Wishes
from projects.models.notifications import News

router = Noun("notifications")


class NotificationOut(Schema):
    """One thing that a person was told, and where it leads."""

    id: int
    kind: str
    words: str
    quote: str
    team_id: int
    project_id: int | None
    script_id: int | None
    line_id: int | None
    export_id: int | None
    at: datetime
    read_at: datetime | None

    @classmethod
    def of(cls, row: Notification) -> "NotificationOut":
        kept = set(cls.model_fields) - {"id", "line_id"}
        return cls(id=row.pk, line_id=row.paragraph_id, **{name: getattr(row, name) for name in kept})


class ReadOut(Schema):
    """How many were new."""

    count: int


class WishesOut(Schema):
    """What a person wants to be told: each kind of news with its way, and how often mails go out."""

    often: str
    ways: dict[str, str]


class WishesIn(Sent):
    """What of that is changed. Kinds of news that are not named stay as they are."""

    often: str
    ways: dict[str, str] = Field(max_length=len(News.values))


@router.look("/notifications", Page[NotificationOut])
def notification_list(request: ApiRequest, asked: Wanted) -> Page[NotificationOut]:
    """What the person was told, the newest first."""
    return page(Notification.objects.of(request.user), asked, NotificationOut.of)


@router.act("/notifications/read", ReadOut)
def notification_read(request: ApiRequest) -> ReadOut:
    """Let everything count as read."""
    return ReadOut(count=notifications.read_all(request.user))


@router.act("/notifications/{notification_id}/read", NotificationOut)
def notification_open(request: ApiRequest, notification_id: Id) -> NotificationOut:
    """Let one count as read."""
    mine = Notification.objects.of(request.user)
    row = get_object_or_404(mine, pk=notification_id)
    Notification.objects.filter(pk=row.pk).read()
    return NotificationOut.of(mine.get(pk=row.pk))


@router.look("/notifications/wishes", WishesOut)
def wishes_detail(request: ApiRequest) -> WishesOut:
    """What the person wants to be told, and how."""
    row = Wishes.of([request.user])[request.user.pk]
    return WishesOut(often=row.often, ways={kind: row.way(kind) for kind in News.values})


@router.act("/notifications/wishes", WishesOut, method="PATCH")
def notification_wishes(request: ApiRequest, given: PatchDict[WishesIn]) -> WishesOut:
    """Change what the person wants to be told, and how."""
    wishes = Wishes.of([request.user])[request.user.pk]
    values = {**(given.pop("ways", None) or {}), **given}
    form = forms.changed(lambda data: WishesForm(data, wishes=wishes), values)
    notifications.wish(request.user, ways=form.ways(), often=form.cleaned_data["often"])
    return wishes_detail(request)
