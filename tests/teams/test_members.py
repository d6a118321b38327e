"""Making teams, roles, handing over, leaving, removing: by the pages, as people do it."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from narrator.teams import invitations, members
from narrator.teams.models import AuditEvent, Membership, Role, Team, User
from narrator.teams.rights import Right, allows
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.one_database
SignIn = Callable[[User], Client]


def of(cast: Cast, user: User) -> Membership:
    return Membership.objects.get(team=cast.team, user=user)


def roles(cast: Cast) -> dict[str, str]:
    return {str(row.user): row.role for row in cast.team.memberships.select_related("user")}


def test_a_team_is_made_named_and_left_to_another(cast: Cast, sign_in: SignIn, settings: object) -> None:
    client = sign_in(cast.editor)
    assert client.post(reverse("team-list"), {"name": "Mine"}).status_code == 403, "an editor is only invited"
    settings.SIGN_UP = "open"  # type: ignore[attr-defined]
    assert client.post(reverse("team-list"), {"name": " "}).status_code == 422
    client.post(reverse("team-list"), {"name": "Mine"})
    mine = Team.objects.get(name="Mine")
    assert list(mine.memberships.values_list("user", "role")) == [(cast.editor.pk, Role.OWNER)]
    client.post(reverse("team-rename", args=[mine.pk]), {"name": "Ours"})
    page = client.get(reverse("team-list")).content.decode()
    assert "Ours" in page
    assert "Night Desk" in page
    assert "Elsewhere" not in page
    answer = client.post(reverse("team-leave", args=[mine.pk]))
    assert answer.status_code == 409
    assert b"Make somebody else an owner first" in answer.content
    assert [str(event) for event in AuditEvent.objects.order_by("pk")] == [
        "Edgar made the team Mine",
        "Edgar renamed the team from Mine to Ours",
    ]


def test_admins_give_every_role_but_owner(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.admin)
    address = reverse("member-edit", args=[of(cast, cast.viewer).pk])
    for role in (Role.ADMIN, Role.EDITOR, Role.REVIEWER):
        assert client.post(address, {"role": role}).status_code == 302
        assert of(cast, cast.viewer).role == role
    assert client.post(address, {"role": Role.OWNER}).status_code == 422
    owners = of(cast, cast.owner)
    page = client.get(reverse("member-edit", args=[owners.pk]))
    assert b"Only an owner may change that" in page.content
    assert client.post(reverse("member-edit", args=[owners.pk]), {"role": Role.VIEWER}).status_code == 422
    client.post(reverse("member-remove", args=[owners.pk]))
    assert client.post(reverse("member-own", args=[owners.pk])).status_code == 403
    assert roles(cast) | {"Vito": ""} == {
        "Olga": "owner",
        "Ada": "admin",
        "Edgar": "editor",
        "Rosa": "reviewer",
        "Vito": "",
    }
    assert str(AuditEvent.objects.order_by("pk")[0]) == "Ada changed the role of Vito from viewer to admin"


def test_an_owner_hands_the_team_over_and_may_then_leave(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.owner)
    own = of(cast, cast.owner)
    assert client.post(reverse("member-edit", args=[own.pk]), {"role": Role.ADMIN}).status_code == 422
    assert client.post(reverse("team-leave", args=[cast.team.pk])).status_code == 409
    client.post(reverse("member-remove", args=[own.pk]))
    assert of(cast, cast.owner).role == Role.OWNER
    client.post(reverse("member-own", args=[of(cast, cast.editor).pk]))
    assert (of(cast, cast.owner).role, of(cast, cast.editor).role) == (Role.ADMIN, Role.OWNER)
    assert client.post(reverse("member-own", args=[own.pk])).status_code == 403
    with pytest.raises(members.TooFewRights):
        members.hand_over(of(cast, cast.viewer), by=cast.owner)
    assert client.post(reverse("team-leave", args=[cast.team.pk])).status_code == 302
    assert "Olga" not in roles(cast)
    assert client.get(reverse("member-list", args=[cast.team.pk])).status_code == 404


def test_a_second_owner_lets_the_first_step_down(cast: Cast) -> None:
    members.set_role(of(cast, cast.editor), Role.OWNER, by=cast.owner, actor=Role.OWNER)
    members.set_role(of(cast, cast.owner), Role.VIEWER, by=cast.owner, actor=Role.OWNER)
    with pytest.raises(members.LastOwner):
        members.set_role(of(cast, cast.editor), Role.VIEWER, by=cast.editor, actor=Role.OWNER)


def test_who_is_removed_sees_nothing_from_that_moment_and_leaves_the_work(
    cast: Cast, sign_in: SignIn
) -> None:
    script = factories.script(cast.team, lines=2)
    line = script.paragraphs.first()
    assert line is not None
    take = factories.ready(line, by=cast.editor)
    client = sign_in(cast.editor)
    addresses = [
        reverse("script-detail", args=[script.pk]),
        reverse("script-changes", args=[script.pk]) + "?since=0",
        reverse("take-audio", args=[take.pk]),
        reverse("take-live", args=[take.pk]),
        reverse("team-projects", args=[cast.team.pk]),
    ]
    assert {_status(client, address) for address in addresses} == {200}
    member = of(cast, cast.editor)
    for _ in range(2):  # twice is harmless
        sign_in(cast.admin).post(reverse("member-remove", args=[member.pk]))
    assert {_status(client, address) for address in addresses} == {404}
    assert b"The Long Night" not in client.get("/").content
    assert b"You are in no team yet" in client.get("/").content
    take.refresh_from_db()
    assert (take.created_by, take.paragraph.chosen_id) == (cast.editor, take.pk)


def _status(client: Client, address: str) -> int:
    answer = client.get(address)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer.status_code


def test_the_page_of_members_is_for_members_and_costs_the_same_for_many(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.admin)
    address = reverse("member-list", args=[cast.team.pk])
    assert b"Invite" not in sign_in(cast.editor).get(address).content
    assert b"olga@example.org" in sign_in(cast.viewer).get(address).content
    counts = []
    for n in range(2):
        with CaptureQueriesContext(connection) as found:
            assert b"Invite" in client.get(address).content
        counts.append(len(found))
        for k in range(3):
            user = User.objects.create_user(f"n{n}{k}@example.org", None)
            Membership.objects.create(team=cast.team, user=user, role=Role.VIEWER)
            invitations.make(cast.team, role=Role.VIEWER, days=1, by=user)
    assert counts[0] == counts[1] < 12


def test_each_role_has_the_rights_of_those_below_it() -> None:
    rights = {role: {right for right in Right if allows(role, right)} for role in Role}
    order = [Role.VIEWER, Role.REVIEWER, Role.EDITOR, Role.ADMIN, Role.OWNER]
    for lower, higher in zip(order, order[1:], strict=False):
        assert rights[lower] < rights[higher]
    assert rights[Role.OWNER] == set(Right)
    assert not allows(None, Right.SEE)


def test_who_is_looked_up_among_members_is_one_of_them(cast: Cast) -> None:
    assert cast.team.members.get(pk=cast.editor.pk) == cast.editor
    with pytest.raises(User.DoesNotExist):
        cast.team.members.get(pk=cast.stranger.pk)
