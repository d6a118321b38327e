"""The pages on which a person makes tokens for her programs, and takes them back."""

from collections.abc import Callable

import pytest
from django.test import Client

from narrator.teams.models import User
from projects.actions import tokens
from projects.models import ApiToken
from tests.accounts.people import signs_in_and_proves_it
from tests.cast import Cast

pytestmark = pytest.mark.one_database
SignIn = Callable[[User], Client]


@pytest.fixture
def client(cast: Cast, broker: str) -> Client:
    """Edgar, who has just proved that it is he."""
    return signs_in_and_proves_it(cast.editor)


def test_a_token_is_shown_once_and_opens_what_was_chosen(cast: Cast, client: Client) -> None:
    made = client.post(
        "/account/tokens/new/", {"name": "Build", "lasts": "30", "runs": "write", "usage": "read"}
    )
    secret = made.context["secret"]
    assert made.status_code == 200
    assert secret in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    row = ApiToken.objects.get()
    assert tokens.find(secret) == row
    assert (row.user, row.opens) == (cast.editor, "Writes runs; reads usage.")
    assert row.ends_at is not None
    assert (row.ends_at - row.created_at).days in (29, 30)
    page = client.get("/account/tokens/").content.decode()
    assert "Build" in page
    assert secret not in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"lasts": "30", "runs": "read"}, "Say what the token is for"),
        ({"name": "Build", "lasts": "30"}, "Open at least one thing"),
        ({"name": "Build", "lasts": "30", "usage": "write"}, "Select a valid choice"),
        ({"name": "Build", "lasts": "31", "runs": "read"}, "Select a valid choice"),
    ],
)
def test_what_makes_no_token_is_said_on_the_form(client: Client, fields: dict[str, str], words: str) -> None:
    refused = client.post("/account/tokens/new/", fields)
    assert refused.status_code == 422
    assert words in refused.content.decode()
    assert not ApiToken.objects.exists()


def test_who_has_not_proved_it_lately_makes_none(cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(cast.editor).post("/account/tokens/new/", {"name": "B", "lasts": "0", "runs": "read"})
    assert answer["Location"].startswith("/account/confirm/")
    assert not ApiToken.objects.exists()


def test_a_token_is_taken_back_by_its_person_alone(cast: Cast, sign_in: SignIn) -> None:
    row, secret = tokens.make(cast.editor, name="Build", scopes=["runs:read"], days=None)
    address = f"/account/tokens/{row.pk}/revoke/"
    assert sign_in(cast.owner).post(address).status_code == 404
    assert tokens.find(secret) == row
    for _ in range(2):
        answer = sign_in(cast.editor).post(address, follow=True)
        assert "Revoked" in answer.content.decode()
    assert tokens.find(secret) is None
