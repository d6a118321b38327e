"""Guest links of a project: made, shown once, taken back."""

from datetime import datetime
from typing import ClassVar

from django.urls import reverse
from ninja import Schema
from pydantic import Field

from narrator.teams.rights import Right
from projects import access
from projects.actions import guests
from projects.api import forms
from projects.api.doors import ApiRequest, Noun
from projects.api.pages import Id, Page, Wanted, page
from projects.api.sent import Sent
from projects.forms.guests import GuestLinkForm
from projects.models import GuestLink

router = Noun("guests")


class GuestLinkIn(Sent):
    """For whom a link is, what it opens, for how many days, and whether it asks for a password."""

    name: str
    script_id: Id | None = Field(None, description="The one chapter that it opens; null is all of them.")
    days: int = 14
    password: str = ""


class GuestLinkOut(Schema):
    """A link, behind which somebody without an account listens and says what they think."""

    id: int
    project_id: int
    script_id: int | None
    name: str
    has_password: bool
    is_alive: bool
    expires_at: datetime
    revoked_at: datetime | None
    seen_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, row: GuestLink) -> "GuestLinkOut":
        kept = set(GuestLinkOut.model_fields) - {"id", "has_password"}
        values = {name: getattr(row, name) for name in kept}
        return cls(id=row.pk, has_password=bool(row.password), **values)


class NewGuestLinkOut(GuestLinkOut):
    """A link with its secret address, which nobody is ever shown again, not even by the same idempotency key."""

    SHOWN_ONCE: ClassVar[set[str]] = {"address"}

    address: str | None = None


@router.look("/projects/{project_id}/guests", Page[GuestLinkOut])
def guest_links(request: ApiRequest, project_id: Id, asked: Wanted) -> Page[GuestLinkOut]:
    """The guest links of a project, the newest first."""
    project = access.project(request.user, project_id, least=Right.GUESTS)
    return page(project.guest_links.all(), asked, GuestLinkOut.of)


@router.make("/projects/{project_id}/guests", NewGuestLinkOut)
def guest_new(request: ApiRequest, project_id: Id, wanted: GuestLinkIn) -> NewGuestLinkOut:
    """Make a guest link."""
    project = access.project(request.user, project_id, least=Right.GUESTS)
    data = wanted.model_dump() | {"script": wanted.script_id}
    form = forms.checked(GuestLinkForm(data, project=project), {"script": "script_id"})
    row, token = guests.make(project, by=request.user, **form.cleaned_data)
    address = request.build_absolute_uri(reverse("guest-project", args=[token]))
    return NewGuestLinkOut(**GuestLinkOut.of(row).dict(), address=address)


@router.end("/guests/{link_id}/revoke")
def guest_revoke(request: ApiRequest, link_id: Id) -> None:
    """Close a link for good."""
    guests.revoke(access.guest_link(request.user, link_id), by=request.user)
