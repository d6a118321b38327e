"""May this person do this in this team? The one place where roles are compared."""

from django.core.exceptions import PermissionDenied
from django.http import Http404

from narrator.teams.models import Membership, Role, Team, User

RANK = {Role.OWNER: 5, Role.ADMIN: 4, Role.EDITOR: 3, Role.REVIEWER: 2, Role.VIEWER: 1}


def allows(role: str | None, least: Role) -> bool:
    """Return whether a member with ``role`` may do what needs at least ``least``; no role allows nothing."""
    return role is not None and RANK[Role(role)] >= RANK[least]


def role_of(user: User, team_id: int) -> str | None:
    """Return the user's role in the team, or None for a stranger. One query."""
    return Membership.objects.filter(user=user, team_id=team_id).values_list("role", flat=True).first()


def check(user: User, team_id: int, least: Role) -> str:
    """Return the user's role; a stranger gets 404 (the team stays unknown), too few rights 403."""
    role = role_of(user, team_id)
    if role is None:
        raise Http404
    user.__dict__.setdefault("_roles_checked", {})[team_id] = role
    if not allows(role, least):
        raise PermissionDenied(
            f"This needs the role {least.label.lower()} or higher; ask an admin of the team."
        )
    return role


def role_checked(user: User, team_id: int) -> str | None:
    """Return the role that ``check`` found for this request's user, without asking again; else as ``role_of``."""
    checked: dict[int, str] = user.__dict__.get("_roles_checked", {})
    return checked.get(team_id) or role_of(user, team_id)


def members(team_id: int, least: Role) -> list[User]:
    """Return the people of the team who have at least this role, by name."""
    roles = [role for role in Role if allows(role, least)]
    rows = User.objects.filter(memberships__team=team_id, memberships__role__in=roles)
    return list(rows.order_by("name", "email"))


def teams_for(user: User, least: Role) -> list[Team]:
    """Return the teams in which the user has at least this role, by name."""
    roles = [role for role in Role if allows(role, least)]
    return list(
        Team.objects.filter(memberships__user=user, memberships__role__in=roles).order_by("name", "pk")
    )
