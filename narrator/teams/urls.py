"""The addresses of teams, their members and invitations. What a team works on is in projects/urls.py."""

from django.urls import path

from narrator.teams.views import invitations, members, teams

urlpatterns = [
    path("teams/", teams.team_list, name="team-list"),
    path("roles/", teams.role_list, name="role-list"),
    path("teams/<int:team_id>/members/", members.member_list, name="member-list"),
    path("teams/<int:team_id>/name/", teams.team_rename, name="team-rename"),
    path("teams/<int:team_id>/leave/", teams.team_leave, name="team-leave"),
    path("members/<int:member_id>/", members.member_edit, name="member-edit"),
    path("members/<int:member_id>/owner/", members.member_own, name="member-own"),
    path("members/<int:member_id>/remove/", members.member_remove, name="member-remove"),
    path("teams/<int:team_id>/invitations/", invitations.invitation_new, name="invitation-new"),
    path("invitations/<int:invitation_id>/revoke/", invitations.invitation_revoke, name="invitation-revoke"),
    path("join/<str:token>/", invitations.join, name="join"),
]
