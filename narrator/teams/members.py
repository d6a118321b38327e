"""Teams and their members: made, given roles, handed over, left and removed.

A team always has an owner: whatever could take the last one away holds the team's row first. Who is gone is gone with
the next request, because every request asks for the role anew; what a person made stays the team's.
"""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from narrator.sentences import english, gettext_noop
from narrator.teams import audit
from narrator.teams.access import teams_for
from narrator.teams.models import AuditKind, Invitation, Membership, Role, Team, User
from narrator.teams.rights import Right, allows

CHANGED_ROLE = gettext_noop("changed the role of %(name)s from %(said_before)s to %(said_role)s")
MADE = gettext_noop("made the team %(name)s")
HANDED_OVER = gettext_noop("handed the team over to %(name)s")
REMOVED = gettext_noop("removed %(said_what)s")
RENAMED = gettext_noop("renamed the team from %(before)s to %(name)s")


class LastOwner(Exception):
    """It would leave the team without an owner."""

    def __init__(self) -> None:
        super().__init__(_("A team needs an owner. Make somebody else an owner first."))


class TooFewRights(Exception):
    """Only owners make and unmake owners."""

    def __init__(self) -> None:
        super().__init__(_("Only an owner of the team may do this."))


def may_create(user: User) -> bool:
    """Whether this person may make a team: who was only invited into one must not spend through another."""
    return settings.SIGN_UP == "open" or user.is_staff or bool(teams_for(user, Right.MEMBERS))


@transaction.atomic
def create(name: str, *, by: User) -> Team:
    """Make a team that this person owns."""
    team = Team.objects.create(name=name)
    Membership.objects.create(team=team, user=by, role=Role.OWNER)
    audit.note(AuditKind.MEMBERS, MADE % {"name": team}, by=by, team=team)
    return team


@transaction.atomic
def rename(team: Team, name: str, *, by: User) -> None:
    """Give the team another name."""
    before, team.name = team.name, name
    if before != name:
        team.save(update_fields=["name"])
        audit.note(AuditKind.MEMBERS, RENAMED % {"before": before, "name": name}, by=by, team=team)


@transaction.atomic
def set_role(member: Membership, role: Role, *, by: User, actor: str) -> None:
    """Give a member another role; ``actor`` is the role of ``by``. Raises LastOwner, TooFewRights."""
    held = _held(member)
    if held is None or held.role == role:
        return
    _check(held, actor, becomes=role)
    if held.role == Role.OWNER:
        _keep_an_owner(held)
    before, held.role = english(held.get_role_display()).lower(), role
    held.save(update_fields=["role"])
    _close_invitations(held)
    words = CHANGED_ROLE % {
        "name": held.user,
        "said_before": before,
        "said_role": english(role.label).lower(),
    }
    audit.note(AuditKind.MEMBERS, words, by=by, team=held.team)


@transaction.atomic
def hand_over(member: Membership, *, by: User) -> None:
    """Make a member an owner, and the owner who does it an admin. Raises TooFewRights."""
    held = _held(member)
    own = Membership.objects.filter(team=member.team_id, user=by, role=Role.OWNER)
    if held is None or held.user_id == by.pk or not own.exists():
        raise TooFewRights
    Membership.objects.filter(pk=held.pk).update(role=Role.OWNER)
    own.update(role=Role.ADMIN)
    audit.note(AuditKind.MEMBERS, HANDED_OVER % {"name": held.user}, by=by, team=held.team)


@transaction.atomic
def remove(member: Membership, *, by: User, actor: str) -> None:
    """Take a member out of the team; ``actor`` is the role of ``by``. Raises LastOwner, TooFewRights."""
    held = _held(member)
    if held is None:
        return
    _check(held, actor, becomes=Role.VIEWER)
    _take_out(held)
    audit.note(AuditKind.MEMBERS, REMOVED % {"said_what": held.user}, by=by, team=held.team)


@transaction.atomic
def leave(member: Membership) -> None:
    """Leave the team. Raises LastOwner."""
    held = _held(member)
    if held is not None:
        _take_out(held)
        audit.note(AuditKind.MEMBERS, gettext_noop("left the team"), by=held.user, team=held.team)


def _held(member: Membership) -> Membership | None:
    """The membership as it is now, its team held until the transaction ends; None where it is gone."""
    Team.objects.select_for_update().get(pk=member.team_id)
    return Membership.objects.select_related("team", "user").filter(pk=member.pk).first()


def _check(held: Membership, actor: str, *, becomes: Role) -> None:
    needs = Right.OWN if Role.OWNER in (held.role, becomes) else Right.MEMBERS
    if not allows(actor, needs):
        raise TooFewRights


def _keep_an_owner(held: Membership) -> None:
    others = Membership.objects.filter(team=held.team_id, role=Role.OWNER).exclude(pk=held.pk)
    if not others.exists():
        raise LastOwner


def _take_out(held: Membership) -> None:
    if held.role == Role.OWNER:
        _keep_an_owner(held)
    held.role = ""
    _close_invitations(held)
    Membership.objects.filter(pk=held.pk).delete()


def _close_invitations(held: Membership) -> None:
    """Nobody comes back, or lets others in, by a link that she made when she still might."""
    if not held.role or not allows(held.role, Right.MEMBERS):
        made = Invitation.objects.filter(team=held.team_id, created_by=held.user_id, revoked_at=None)
        made.update(revoked_at=timezone.now())
