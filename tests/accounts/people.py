"""What a person does with a browser to come in, as far as several tests do it."""

import re

from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from narrator.teams.models import User
from tests.cast import PASSWORD


def signs_in(user: User, client: Client | None = None, *, password: str = PASSWORD, to: str = "") -> Client:
    """Return a client that has sent this person's address and password to the sign-in."""
    client = client or Client()
    knocks(client, user.email, password, to=to)
    return client


def signs_in_and_proves_it(user: User, client: Client | None = None) -> Client:
    """The same, and the password given once more, as is asked before something of the account is changed."""
    client = signs_in(user, client)
    answer = client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert answer.status_code == 302, "this was not the password"
    return client


def knocks(client: Client, email: str, password: str, *, to: str = "") -> HttpResponse:
    """Send an address and a password to the sign-in and return the answer."""
    form = {"login": email, "password": password} | ({"next": to} if to else {})
    return client.post(reverse("account_login"), form)  # type: ignore[return-value]


def is_in(client: Client) -> bool:
    """Whether this client is signed in."""
    return client.get(reverse("account")).status_code == 200


def link_of_the_mail() -> str:
    """Return the path of the one link in the one mail that was sent."""
    (message,) = mail.outbox
    (link,) = re.findall(r"https?://testserver(\S+)", message.body)
    return str(link)
