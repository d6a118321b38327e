"""A person's teams, one team's name, leaving one; and what each role may do."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from narrator.teams import access, members, rights
from narrator.teams.forms import TeamForm
from narrator.teams.models import Membership, Team
from narrator.teams.rights import Right
from narrator.web import Request, go


@require_http_methods(["GET", "HEAD", "POST"])
def team_list(request: Request) -> HttpResponse:
    """The teams that this person is in, and a form for another."""
    may_create = members.may_create(request.user)
    if request.method == "POST" and not may_create:
        raise PermissionDenied(_("Owners and admins of a team make further teams; ask one of yours."))
    form = TeamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return go(request, "member-list", members.create(form.cleaned_data["name"], by=request.user).pk)
    mine = Membership.objects.filter(user=request.user).select_related("team")
    counted = mine.annotate(member_count=Count("team__memberships")).order_by("team__name", "team")
    context = {"form": form, "memberships": counted, "may_create": may_create}
    return render(request, "teams/team_list.html", context, status=422 if form.errors else 200)


@require_POST
def team_rename(request: Request, team_id: int) -> HttpResponse:
    """Give the team another name."""
    access.check(request.user, team_id, Right.MEMBERS)
    form = TeamForm(request.POST)
    if form.is_valid():
        members.rename(Team.objects.get(pk=team_id), form.cleaned_data["name"], by=request.user)
        messages.info(request, _("Saved."))
    else:
        messages.info(request, _("Not saved: a team needs a name of at most 80 characters."))
    return go(request, "member-list", team_id)


@require_http_methods(["GET", "HEAD", "POST"])
def team_leave(request: Request, team_id: int) -> HttpResponse:
    """Ask whether a person wants to leave; then let her go."""
    member = get_object_or_404(Membership.objects.select_related("team"), team=team_id, user=request.user)
    refusal = ""
    if request.method == "POST":
        try:
            members.leave(member)
        except members.LastOwner as error:
            refusal = str(error)
        else:
            messages.info(request, _("You have left %(team)s.") % {"team": member.team})
            return go(request, "team-list")
    context = {"team": member.team, "refusal": refusal}
    return render(request, "teams/team_leave.html", context, status=409 if refusal else 200)


@require_safe
def role_list(request: Request) -> HttpResponse:
    """What each role may do, as the code has it."""
    return render(request, "teams/role_list.html", {"roles": rights.added()})
