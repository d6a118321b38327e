"""A forgotten password, and a new one."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from narrator.teams.models import User
from tests.accounts.people import is_in, knocks, link_of_the_mail, signs_in, signs_in_and_proves_it
from tests.cast import PASSWORD, Cast

NEW = "another horse battery"


def asks_for_a_link(email: str) -> None:
    answer = Client().post(reverse("account_reset_password"), {"email": email})
    assert answer["Location"] == reverse("account_reset_password_done")


def test_a_forgotten_password_is_replaced_by_the_link_once(cast: Cast) -> None:
    elsewhere = signs_in(cast.editor)
    asks_for_a_link(cast.editor.email)
    link, client = link_of_the_mail(), Client()
    form = client.get(link)["Location"]
    assert "set-password" in form  # the secret is not left in the address
    done = client.post(form, {"password1": NEW, "password2": NEW})
    assert done["Location"] == reverse("account_reset_password_from_key_done")
    assert not is_in(elsewhere)
    assert is_in(signs_in(cast.editor, password=NEW))
    assert not is_in(signs_in(cast.editor))
    assert b"This link is used up" in Client().get(link, follow=True).content


def test_an_unknown_address_gets_the_same_answer_and_another_mail(cast: Cast) -> None:
    asks_for_a_link("nobody@example.org")
    (message,) = mail.outbox
    assert message.subject == "No account has this address"
    assert message.to == ["nobody@example.org"]


def test_one_mailbox_cannot_be_filled(cast: Cast, broker: str) -> None:
    form = {"email": cast.editor.email}
    codes = [Client().post(reverse("account_reset_password"), form).status_code for _ in range(6)]
    assert codes == [302] * 5 + [429]
    assert len(mail.outbox) == 5


@pytest.mark.parametrize(
    ("goes_out", "asked", "sent"),
    [
        (True, b"You get a mail", b"A mail is on its way"),
        (False, b"This studio has no mail server", b"nothing was sent"),
    ],
)
def test_the_pages_say_whether_mail_goes_out(
    cast: Cast, settings: object, goes_out: bool, asked: bytes, sent: bytes
) -> None:
    settings.MAIL_GOES_OUT = goes_out  # type: ignore[attr-defined]
    assert asked in Client().get(reverse("account_reset_password")).content
    assert sent in Client().get(reverse("account_reset_password_done")).content


def test_a_changed_password_ends_every_other_session(cast: Cast) -> None:
    here, elsewhere = signs_in(cast.editor), signs_in(cast.editor)
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert here.post(reverse("account_change_password"), form).status_code == 302
    assert is_in(here)
    assert not is_in(elsewhere)


def test_changing_needs_the_present_password(cast: Cast) -> None:
    client = signs_in(cast.editor)
    form = {"oldpassword": "guess", "password1": NEW, "password2": NEW}
    assert (
        b"This is not your present password" in client.post(reverse("account_change_password"), form).content
    )
    assert User.objects.get(pk=cast.editor.pk).check_password(PASSWORD)


def test_a_new_address_counts_only_when_its_mail_was_opened(cast: Cast) -> None:
    client = signs_in_and_proves_it(cast.editor)
    client.post(reverse("account_email"), {"action_add": "", "email": "edgar@new.example"})
    assert b"edgar@new.example takes its place as soon as" in client.get(reverse("account_email")).content
    assert User.objects.get(pk=cast.editor.pk).email == "edgar@example.org"
    client.post(link_of_the_mail())
    assert User.objects.get(pk=cast.editor.pk).email == "edgar@new.example"
    assert is_in(signs_in(User.objects.get(pk=cast.editor.pk)))
    assert knocks(Client(), "edgar@example.org", PASSWORD).status_code == 200


def test_the_address_of_another_account_is_neither_taken_nor_given_away(cast: Cast) -> None:
    client = signs_in_and_proves_it(cast.editor)
    answer = client.post(reverse("account_email"), {"action_add": "", "email": cast.viewer.email})
    assert answer["Location"] == reverse("account_email")  # as for an address that nobody has
    link = link_of_the_mail()
    assert b"Another account has this address" in client.get(link).content
    client.post(link)
    assert User.objects.get(pk=cast.editor.pk).email == "edgar@example.org"
    assert is_in(signs_in(cast.viewer))


def test_a_link_that_somebody_made_up_is_used_up_too(db: None) -> None:
    for whom in ("1", "zzzzzzzzzzzzz"):
        assert b"This link is used up" in Client().get(f"/password/{whom}-x/", follow=True).content
