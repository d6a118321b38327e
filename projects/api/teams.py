"""Teams: made, named, left; their members and roles; who is invited."""

from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from ninja import Schema

from narrator.teams import access as rights
from narrator.teams import invitations, members
from narrator.teams.forms import InvitationForm, RoleForm, TeamForm
from narrator.teams.models import Invitation, Membership, Team
from narrator.teams.rights import Right
from projects import access
from projects.api import forms
from projects.api.doors import ApiRequest, Noun
from projects.api.pages import Id, Page, Wanted, page
from projects.api.people import TeamOut
from projects.api.sent import Sent

router = Noun("teams")


class TeamIn(Sent):
    """What a team is called."""

    name: str


class MemberOut(Schema):
    """Somebody in a team, with their role: owner, admin, editor, reviewer or viewer."""

    id: int
    user_id: int
    name: str
    email: str
    role: str

    @classmethod
    def of(cls, row: Membership) -> "MemberOut":
        who = row.user
        return cls(id=row.pk, user_id=who.pk, name=who.name, email=who.email, role=row.role)


class RoleIn(Sent):
    """A member's role."""

    role: str


class InvitationIn(Sent):
    """Whom a team invites, as what, for how long: by mail to one address, or by a link for several."""

    role: str = "reviewer"
    email: str = ""
    days: int = 7
    most_uses: int = 1


class InvitationOut(Schema):
    """An invitation that is open."""

    id: int
    role: str
    email: str
    most_uses: int
    uses: int
    expires_at: datetime

    @classmethod
    def of(cls, row: Invitation) -> "InvitationOut":
        return cls(
            id=row.pk, **{name: getattr(row, name) for name in InvitationOut.model_fields if name != "id"}
        )


class NewInvitationOut(InvitationOut):
    """An invitation; with its secret address where no mail has taken it, which nobody is ever shown again."""

    SHOWN_ONCE: ClassVar[set[str]] = {"address"}

    address: str | None = None


@router.make("/teams", TeamOut)
def team_new(request: ApiRequest, wanted: TeamIn) -> TeamOut:
    """Make a team, which the person owns. Which teams there are, /me says."""
    if not members.may_create(request.user):
        raise PermissionDenied("Owners and admins of a team make further teams; ask one of yours.")
    name = forms.checked(TeamForm(wanted.model_dump())).cleaned_data["name"]
    return _team(request, members.create(name, by=request.user))


@router.act("/teams/{team_id}", TeamOut, method="PATCH")
def team_rename(request: ApiRequest, team_id: Id, wanted: TeamIn) -> TeamOut:
    """Give a team another name."""
    team = access.team(request.user, team_id, least=Right.MEMBERS)
    name = forms.checked(TeamForm(wanted.model_dump())).cleaned_data["name"]
    members.rename(team, name, by=request.user)
    return _team(request, team)


def _team(request: ApiRequest, team: Team) -> TeamOut:
    return TeamOut(id=team.pk, name=team.name, role=rights.role_of(request.user, team.pk) or "")


@router.end("/teams/{team_id}/leave")
def team_leave(request: ApiRequest, team_id: Id) -> None:
    """Leave a team. Its last owner cannot."""
    members.leave(get_object_or_404(Membership, team=team_id, user=request.user))


@router.look("/teams/{team_id}/members", Page[MemberOut])
def member_list(request: ApiRequest, team_id: Id, asked: Wanted) -> Page[MemberOut]:
    """Who is in a team."""
    team = access.team(request.user, team_id)
    return page(team.memberships.select_related("user"), asked, MemberOut.of, by="pk")


@router.act("/members/{member_id}", MemberOut, method="PATCH")
def member_edit(request: ApiRequest, member_id: Id, wanted: RoleIn) -> MemberOut:
    """Give a member another role."""
    member, actor = _member(request, member_id)
    form = RoleForm(wanted.model_dump(), may_own=rights.allows(actor, Right.OWN))
    members.set_role(member, forms.checked(form).cleaned_data["role"], by=request.user, actor=actor)
    return MemberOut.of(Membership.objects.select_related("user").get(pk=member.pk))


@router.act("/members/{member_id}/owner", MemberOut)
def member_own(request: ApiRequest, member_id: Id) -> MemberOut:
    """Hand the team over to a member; the person behind the token is an admin of it from then on."""
    member, _ = _member(request, member_id, Right.OWN)
    members.hand_over(member, by=request.user)
    return MemberOut.of(Membership.objects.select_related("user").get(pk=member.pk))


@router.end("/members/{member_id}/remove")
def member_remove(request: ApiRequest, member_id: Id) -> None:
    """Take somebody out of a team. What they made stays, open guest links too."""
    member, actor = _member(request, member_id)
    members.remove(member, by=request.user, actor=actor)


def _member(request: ApiRequest, member_id: int, what: Right = Right.MEMBERS) -> tuple[Membership, str]:
    member = get_object_or_404(Membership.objects.select_related("team", "user"), pk=member_id)
    return member, rights.check(request.user, member.team_id, what)


@router.look("/teams/{team_id}/invitations", Page[InvitationOut])
def invitation_list(request: ApiRequest, team_id: Id, asked: Wanted) -> Page[InvitationOut]:
    """The open invitations of a team, the newest first."""
    team = access.team(request.user, team_id, least=Right.MEMBERS)
    return page(team.invitations.open(timezone.now()), asked, InvitationOut.of)


@router.make("/teams/{team_id}/invitations", NewInvitationOut, is_heavy=True)
def invitation_new(request: ApiRequest, team_id: Id, wanted: InvitationIn) -> NewInvitationOut:
    """Invite by mail, or make a link."""
    team = access.team(request.user, team_id, least=Right.MEMBERS)
    data: dict[str, Any] = forms.checked(InvitationForm(wanted.model_dump())).cleaned_data
    row, token = invitations.offer(team, by=request.user, **data)
    address = request.build_absolute_uri(reverse("join", args=[token])) if token else None
    return NewInvitationOut(**InvitationOut.of(row).dict(), address=address)


@router.end("/invitations/{invitation_id}/revoke")
def invitation_revoke(request: ApiRequest, invitation_id: Id) -> None:
    """Close an invitation for good."""
    row = get_object_or_404(Invitation.objects.select_related("team"), pk=invitation_id)
    rights.check(request.user, row.team_id, Right.MEMBERS)
    invitations.revoke(row, by=request.user)
