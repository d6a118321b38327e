"""Inviting people, taking invitations back, and joining by one."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from narrator.teams import access, invitations
from narrator.teams.forms import InvitationForm
from narrator.teams.models import Invitation, Membership, Team
from narrator.teams.rights import Right
from narrator.teams.views import members
from narrator.web import Request, go


@require_POST
def invitation_new(request: Request, team_id: int) -> HttpResponse:
    """Invite by mail, or make a link, which is shown once, on this very answer."""
    role = access.check(request.user, team_id, Right.MEMBERS)
    team = Team.objects.get(pk=team_id)
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return members.answer(request, team, role, form=form)
    try:
        row, token = invitations.offer(team, by=request.user, **form.cleaned_data)
    except invitations.TooMany as error:
        form.add_error(None, str(error))
        return members.answer(request, team, role, form=form)
    if not token:
        messages.info(
            request, _("A mail with the invitation is on its way to %(address)s.") % {"address": row.email}
        )
        return go(request, "member-list", team_id)
    link = request.build_absolute_uri(reverse("join", args=[token]))
    return members.answer(request, team, role, link=link)


@require_POST
def invitation_revoke(request: Request, invitation_id: int) -> HttpResponse:
    """Close an invitation for good."""
    row = get_object_or_404(Invitation.objects.select_related("team"), pk=invitation_id)
    access.check(request.user, row.team_id, Right.MEMBERS)
    if invitations.revoke(row, by=request.user):
        messages.info(request, _("Taken back: the link opens nothing any more."))
    return go(request, "member-list", row.team_id)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """What an invitation is for: joining with a press, or signing in or up first."""
    invitation = invitations.find(token)
    if invitation is None:
        return render(request, "teams/join_closed.html", status=404)
    if not request.user.is_authenticated:
        return _entrance(request, invitation, token)
    if request.method == "POST":
        try:
            member = invitations.accept(token, request.user)
        except invitations.Closed:
            return render(request, "teams/join_closed.html", status=404)
        messages.info(request, _("You are in %(team)s.") % {"team": member.team})
        return go(request, "project-list")  # type: ignore[arg-type]
    is_in = Membership.objects.filter(team=invitation.team_id, user=request.user).exists()
    return render(request, "teams/join.html", {"invitation": invitation, "token": token, "is_in": is_in})


def _entrance(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    """Let a visitor sign up by this invitation; one that was mailed proves the address it went to."""
    request.session[invitations.SESSION_KEY] = token
    if invitation.email:
        get_adapter(request).stash_verified_email(request, invitation.email)
    return render(request, "teams/join.html", {"invitation": invitation, "token": token})
