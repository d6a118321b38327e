"""Making an account: who may, and what proves the address."""

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from narrator.teams.models import User
from tests.accounts.people import is_in, knocks, link_of_the_mail
from tests.cast import PASSWORD, Cast

FORM = {"name": "Nora", "email": "Nora@example.org", "password1": PASSWORD}


@pytest.fixture
def opened(settings: object, db: None) -> None:
    """Anybody may sign up, and mail goes out."""
    settings.SIGN_UP = "open"  # type: ignore[attr-defined]
    settings.MAIL_GOES_OUT = True  # type: ignore[attr-defined]
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"  # type: ignore[attr-defined]


def signs_up(client: Client, **fields: str) -> object:
    return client.post(reverse("account_signup"), FORM | fields)


def test_nobody_signs_up_uninvited_unless_the_setting_says_so() -> None:
    assert django_settings.SIGN_UP == "invited"


@pytest.mark.parametrize(
    ("who", "words"), [("invited", b"You need an invitation"), ("closed", b"Nobody can sign up")]
)
def test_a_closed_door_says_why_and_makes_no_account(
    db: None, settings: object, who: str, words: bytes
) -> None:
    settings.SIGN_UP = who  # type: ignore[attr-defined]
    client = Client()
    assert words in client.get(reverse("account_signup")).content
    assert words in signs_up(client).content  # type: ignore[attr-defined]
    assert not User.objects.exists()
    assert b"Make an account" not in client.get(reverse("account_login")).content


def test_an_account_opens_with_the_link_in_the_mail_and_not_before(opened: None) -> None:
    client = Client()
    assert signs_up(client)["Location"] == reverse("account_email_verification_sent")  # type: ignore[index]
    nora = User.objects.get()
    assert (nora.email, nora.name) == ("nora@example.org", "Nora")
    assert not is_in(client)
    knocks(client, nora.email, PASSWORD)
    assert not is_in(client)
    link = link_of_the_mail()  # signing in again did not send a second one so soon
    assert b"becomes the address of the account of Nora" in client.get(link).content
    assert not is_in(client)  # looking confirms nothing: mail programs look at links, too
    client.post(link)
    knocks(client, nora.email, PASSWORD)
    assert is_in(client)
    assert b"This link is used up" in Client().get("/confirm/made-up/").content


def test_who_signs_up_twice_is_told_by_mail_alone(opened: None, cast: Cast) -> None:
    known = signs_up(Client(), email=cast.editor.email)
    unknown = signs_up(Client(), email="nora@example.org")
    assert known["Location"] == unknown["Location"]  # type: ignore[index]
    assert [message.subject for message in mail.outbox] == [
        "You have an account already",
        "Confirm your address",
    ]
    assert User.objects.filter(email=cast.editor.email).count() == 1


def test_without_a_mail_server_no_address_is_proved_and_nobody_waits_for_mail(
    db: None, settings: object
) -> None:
    settings.SIGN_UP = "open"  # type: ignore[attr-defined]
    client = Client()
    signs_up(client)
    assert is_in(client)
    assert mail.outbox == []
    taken = signs_up(Client())
    assert b"There is an account with this address already" in taken.content  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("field", "value"), [("password1", "12345678"), ("password1", "short"), ("name", "")]
)
def test_a_weak_password_and_no_name_are_refused_in_place(opened: None, field: str, value: str) -> None:
    answer = signs_up(Client(), **{field: value})
    assert b'class="error"' in answer.content  # type: ignore[attr-defined]
    assert not User.objects.exists()
