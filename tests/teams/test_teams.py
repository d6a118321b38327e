"""People, teams and roles."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse

from narrator.teams import access
from narrator.teams.models import Membership, Role, User
from tests.cast import PASSWORD, Cast


def test_two_accounts_cannot_share_an_address(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("edgar@example.org", "x")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(email="EDGAR@example.org")])


def test_one_person_has_one_role_in_a_team(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(team=cast.team, user=cast.editor, role=Role.VIEWER)


def test_roles_stand_above_each_other(cast: Cast) -> None:
    assert access.check(cast.owner, cast.team.pk, Role.ADMIN) == Role.OWNER
    with pytest.raises(PermissionDenied):
        access.check(cast.viewer, cast.team.pk, Role.EDITOR)
    with pytest.raises(Http404):
        access.check(cast.stranger, cast.team.pk, Role.VIEWER)
    assert access.teams_for(cast.editor, Role.EDITOR) == [cast.team]
    assert access.teams_for(cast.editor, Role.ADMIN) == []


def test_every_page_but_the_sign_in_asks_who_one_is() -> None:
    assert Client().get("/healthz").content == b"ok\n"
    assert Client().get("/admin/").status_code == 302


def test_the_admin_shows_the_work_and_changes_none_of_it(cast: Cast) -> None:
    boss = User.objects.create_superuser("root@example.org", PASSWORD)
    client = Client()
    client.force_login(boss)
    for model in ("take", "export", "script", "manuscript", "project"):
        assert client.get(reverse(f"admin:projects_{model}_changelist")).status_code == 200
    assert client.get(reverse("admin:projects_take_add")).status_code == 403
    assert client.get(reverse("admin:teams_user_changelist")).status_code == 200
