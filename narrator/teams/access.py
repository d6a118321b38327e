"""May this person do this in this team? What each role may is in rights.py; here it is asked."""

from functools import cache

from django.core.exceptions import PermissionDenied
from django.db.models import F, OuterRef, Subquery
from django.http import Http404
from django.utils.translation import gettext as _

from narrator.direct import Asked, Blank, Prepared
from narrator.teams.models import Membership, Role, Team, User
from narrator.teams.rights import Right, allows

__all__ = [
    "allows",
    "asking_members",
    "asking_teams_for",
    "check",
    "check_role",
    "members",
    "role_checked",
    "role_in",
    "role_of",
    "teams_for",
]


def role_of(user: User, team_id: int) -> str | None:
    """Return the user's role in the team, or None for a stranger. One query."""
    for (role,) in _roles().rows(user=user.pk, team=team_id):
        return str(role)
    return None


@cache
def _roles() -> Prepared:
    mine = Membership.objects.filter(user=Blank(Membership, "user"), team=Blank(Membership, "team"))
    return Prepared(mine.order_by().values_list("role"))


def role_in(team: str) -> Subquery:
    """The same for a query of rows whose team is at ``team``. Blank: user."""
    mine = Membership.objects.filter(user=Blank(Membership, "user"), team=OuterRef(team))
    return Subquery(mine.order_by().values("role"))


def check(user: User, team_id: int, what: Right | Role) -> str:
    """Return the user's role; a stranger gets 404 (the team stays unknown), too few rights 403."""
    return check_role(user, team_id, role_of(user, team_id), what)


def check_role(user: User, team_id: int, role: str | None, what: Right | Role) -> str:
    """The same where the role was read just now."""
    if role is None:
        raise Http404
    user.__dict__.setdefault("_roles_checked", {})[team_id] = role
    if not allows(role, what):
        least = what.least if isinstance(what, Right) else what
        raise PermissionDenied(
            _("This needs the role %(role)s or higher; ask an admin of the team.")
            % {"role": str(least.label).lower()}
        )
    return role


def role_checked(user: User, team_id: int) -> str | None:
    """Return the role that ``check`` found for this request's user, without asking again; else as ``role_of``."""
    checked: dict[int, str] = user.__dict__.get("_roles_checked", {})
    return checked.get(team_id) or role_of(user, team_id)


def members(team_id: int, what: Right | Role) -> list[User]:
    """Return the people of the team who may do this, by name."""
    return asking_members(team_id, what).objects()


def asking_members(team_id: int, what: Right | Role) -> Asked:
    """What is to be asked for ``members``."""
    return _members(what).asking(team=team_id)


@cache
def _members(what: Right | Role) -> Prepared:
    """Blank: team."""
    roles = [role for role in Role if allows(role, what)]
    team = Blank(Membership, "team")
    rows = User.objects.filter(memberships__team=team, memberships__role__in=roles)
    return Prepared(rows.order_by("name", "email"))


def teams_for(user: User, what: Right | Role) -> list[Team]:
    """Return the teams in which the user may do this, by name, each with ``role_of_user``."""
    return asking_teams_for(user, what).objects()


def asking_teams_for(user: User, what: Right | Role) -> Asked:
    """What ``teams_for`` asks, to be asked together with other things."""
    return _teams_for(what).asking(user=user.pk)


@cache
def _teams_for(what: Right | Role) -> Prepared:
    """Blank: user."""
    roles = [role for role in Role if allows(role, what)]
    mine = Team.objects.filter(memberships__user=Blank(Membership, "user"), memberships__role__in=roles)
    return Prepared(mine.annotate(role_of_user=F("memberships__role")).order_by("name", "pk"))
