"""Who is in a team, and a member's role."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from narrator.teams import access, members
from narrator.teams.forms import InvitationForm, RoleForm, TeamForm
from narrator.teams.models import Membership, Role, Team
from narrator.teams.rights import RANK, Right, allows
from narrator.web import Request, go

PAGE = "teams/member_list.html"


@require_safe
def member_list(request: Request, team_id: int) -> HttpResponse:
    """The members of a team, for all of them; with its invitations for those who may invite."""
    role = access.check(request.user, team_id, Right.SEE)
    return answer(request, Team.objects.get(pk=team_id), role)


def answer(
    request: Request, team: Team, role: str, *, form: InvitationForm | None = None, link: str = ""
) -> HttpResponse:
    """The page of members, with the form as it was sent, or a ``link`` that is shown this once."""
    rows = team.memberships.select_related("user").order_by("user__name", "user__email")
    may_manage = allows(role, Right.MEMBERS)
    context = {
        "team": team,
        "own_role": Role(role).label,
        "members": sorted(rows, key=lambda row: -RANK[Role(row.role)]),
        "may_manage": may_manage,
        "name_form": TeamForm(initial={"name": team.name}),
        "form": form or InvitationForm(),
        "invitations": team.invitations.open(timezone.now()).select_related("created_by")
        if may_manage
        else [],
        "link": link,
    }
    page = render(request, PAGE, context, status=422 if form and form.errors else 200)
    page["Cache-Control"] = "no-store"
    return page


@require_http_methods(["GET", "HEAD", "POST"])
def member_edit(request: Request, member_id: int) -> HttpResponse:
    """One member: the role, and the ways to hand the team over or to remove her."""
    member, role = _member(request, member_id)
    may_own = allows(role, Right.OWN)
    form = RoleForm(request.POST or None, may_own=may_own, initial={"role": member.role})
    if request.method == "POST" and form.is_valid():
        try:
            members.set_role(member, form.cleaned_data["role"], by=request.user, actor=role)
        except (members.LastOwner, members.TooFewRights) as error:
            form.add_error("role", str(error))
        else:
            messages.info(
                request,
                _("Saved. %(name)s is %(role)s now.")
                % {"name": member.user, "role": str(form.cleaned_data["role"].label).lower()},
            )
            return go(request, "member-list", member.team_id)
    context = {"member": member, "team": member.team, "form": form, "may_own": may_own}
    context["is_fixed"] = member.role == Role.OWNER and not may_own
    context["is_own"] = member.user_id == request.user.pk
    return render(request, "teams/member_edit.html", context, status=422 if form.errors else 200)


@require_POST
def member_remove(request: Request, member_id: int) -> HttpResponse:
    """Take somebody out of the team."""
    member, role = _member(request, member_id)
    said = _("%(name)s is not in the team any more. What they made stays, open guest links too.") % {
        "name": member.user
    }
    return _done(request, member, lambda: members.remove(member, by=request.user, actor=role), said)


@require_POST
def member_own(request: Request, member_id: int) -> HttpResponse:
    """Hand the team over to a member."""
    member, _role = _member(request, member_id, Right.OWN)
    said = _("%(name)s owns the team now, and you are an admin of it.") % {"name": member.user}
    return _done(request, member, lambda: members.hand_over(member, by=request.user), said)


def _member(request: Request, member_id: int, what: Right = Right.MEMBERS) -> tuple[Membership, str]:
    member = get_object_or_404(Membership.objects.select_related("team", "user"), pk=member_id)
    return member, access.check(request.user, member.team_id, what)


def _done(request: Request, member: Membership, act: Callable[[], None], said: str) -> HttpResponse:
    try:
        act()
    except (members.LastOwner, members.TooFewRights) as error:
        said = str(error)
    messages.info(request, said)
    still_there = access.role_of(request.user, member.team_id)
    return go(request, "member-list", member.team_id) if still_there else go(request, "team-list")
