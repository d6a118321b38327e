"""Invitations, from the form to the member: by link and by mail, for people with an account and without."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from narrator.teams import invitations, members
from narrator.teams.models import AuditEvent, Invitation, Membership, Role, User
from tests.accounts.people import is_in, knocks
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.one_database
SignIn = Callable[[User], Client]
NORA = {"name": "Nora", "email": "nora@example.org", "password1": PASSWORD}


def invites(client: Client, cast: Cast, **fields: object) -> str:
    """Make an invitation by the form; return the link that the answer shows, "" where it shows none."""
    form = {"role": "editor", "email": "", "days": 7, "most_uses": 1} | fields
    answer = client.post(reverse("invitation-new", args=[cast.team.pk]), form, follow=True)
    found = re.search(r'value="http://testserver(/join/[^"]+)"', answer.content.decode())
    return found[1] if found else ""


def role_of(cast: Cast, email: str) -> str | None:
    return Membership.objects.filter(team=cast.team, user__email=email).values_list("role", flat=True).first()


def test_a_link_opens_sign_up_in_a_studio_that_asks_for_invitations(cast: Cast, sign_in: SignIn) -> None:
    link = invites(sign_in(cast.admin), cast)
    visitor = Client()
    assert b"You need an invitation" in visitor.get(reverse("account_signup")).content
    page = visitor.get(link)
    assert b"Ada invites you" in page.content
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert b"Make the account" in visitor.get(reverse("account_signup")).content
    visitor.post(reverse("account_signup"), NORA)
    assert is_in(visitor)
    assert role_of(cast, "nora@example.org") == "editor"
    assert b"This invitation opens nothing any more" in Client().get(link).content
    late = Client()
    late.get(link)
    assert b"You need an invitation" in late.get(reverse("account_signup")).content
    assert [str(event) for event in AuditEvent.objects.order_by("pk")][:3] == [
        "Ada invited one person by link as editor",
        "nora@example.org joined as editor, invited by Ada",
        "nora@example.org made an account",
    ]


def test_a_mailed_invitation_proves_the_address(cast: Cast, sign_in: SignIn, settings: object) -> None:
    settings.MAIL_GOES_OUT, settings.ACCOUNT_EMAIL_VERIFICATION = True, "mandatory"  # type: ignore[attr-defined]
    settings.SITE_URL = "http://testserver"  # type: ignore[attr-defined]
    assert invites(sign_in(cast.admin), cast, email="Nora@example.org", most_uses=9) == ""
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["nora@example.org"], "Ada invites you to Night Desk")
    (link,) = re.findall(r"http://testserver(\S+)", str(message.body))
    visitor = Client()
    visitor.get(link)
    visitor.post(reverse("account_signup"), NORA)
    assert is_in(visitor), "her address needs no second proof"
    assert role_of(cast, "nora@example.org") == "editor"
    assert len(mail.outbox) == 1
    link = invites(sign_in(cast.admin), cast, email="", most_uses=1)
    other = Client()
    other.get(link)
    other.post(reverse("account_signup"), NORA | {"email": "otto@example.org"})
    assert not is_in(other), "a link proves no address"


def test_a_mail_that_does_not_go_out_becomes_a_link(cast: Cast, sign_in: SignIn, settings: object) -> None:
    assert invites(sign_in(cast.admin), cast, email="nora@example.org"), "the studio has no mail server"
    settings.MAIL_GOES_OUT = True  # type: ignore[attr-defined]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # type: ignore[attr-defined]
    assert invites(sign_in(cast.admin), cast, email="nora@example.org"), "and nobody answers there"
    assert set(Invitation.objects.values_list("email", flat=True)) == {""}


def test_who_has_an_account_joins_with_a_press(cast: Cast, sign_in: SignIn) -> None:
    link = invites(sign_in(cast.admin), cast, role="viewer", most_uses=2)
    visitor = Client()
    assert f"?next={link}".encode() in visitor.get(link).content
    knocks(visitor, cast.stranger.email, PASSWORD, to=link)
    visitor.get(link)  # looking joins nobody
    assert role_of(cast, cast.stranger.email) is None
    for _ in range(2):  # twice is harmless
        visitor.post(link)
    assert role_of(cast, cast.stranger.email) == "viewer"
    sign_in(cast.editor).post(link)  # is in already
    assert role_of(cast, cast.editor.email) == "editor"
    assert Invitation.objects.get().uses == 1
    invitations.accept(link.split("/")[2], User.objects.create_user("n@example.org"))
    with pytest.raises(invitations.Closed):
        invitations.accept(link.split("/")[2], User.objects.create_user("m@example.org"))


@pytest.mark.parametrize("how", ["revoked", "expired", "its maker is no admin any more", "its maker left"])
def test_a_closed_invitation_lets_nobody_in(cast: Cast, sign_in: SignIn, how: str) -> None:
    admin = sign_in(cast.admin)
    link = invites(admin, cast)
    row, ada = Invitation.objects.get(), Membership.objects.get(team=cast.team, user=cast.admin)
    if how == "revoked":
        assert b"Take back" in admin.get(reverse("member-list", args=[cast.team.pk])).content
        for _ in range(2):
            admin.post(reverse("invitation-revoke", args=[row.pk]))
    elif how == "expired":
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif how == "its maker left":
        members.leave(ada)
    else:
        members.set_role(ada, Role.EDITOR, by=cast.owner, actor=Role.OWNER)
    for client in (Client(), sign_in(cast.stranger)):
        assert client.get(link).status_code == 404
        assert client.post(link).status_code == 404
    assert role_of(cast, cast.stranger.email) is None


def test_a_closed_studio_makes_no_accounts_even_for_the_invited(
    cast: Cast, sign_in: SignIn, settings: object
) -> None:
    settings.SIGN_UP = "closed"  # type: ignore[attr-defined]
    visitor = Client()
    assert b"Accounts are made by hand" in visitor.get(invites(sign_in(cast.admin), cast)).content
    visitor.post(reverse("account_signup"), NORA)
    assert not User.objects.filter(email=NORA["email"]).exists()


def test_a_form_that_makes_no_sense_is_refused_in_place(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.admin)
    address = reverse("invitation-new", args=[cast.team.pk])
    good = {"role": "editor", "email": "", "days": 7, "most_uses": 1}
    for bad in ({"role": "owner"}, {"days": 99}, {"most_uses": 0}, {"email": "nobody"}):
        answer = client.post(address, good | bad)
        assert answer.status_code == 422, bad
        assert b'class="error"' in answer.content
    assert not Invitation.objects.exists()
    Invitation.objects.bulk_create(
        Invitation(
            team=cast.team, role="viewer", token_hash=str(n), expires_at=timezone.now() + timedelta(days=1)
        )
        for n in range(invitations.OPEN_AT_MOST)
    )
    assert b"Take some back first" in client.post(address, good).content
