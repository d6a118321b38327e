"""Coming in by password, and what keeps guessers out."""

import pytest
import redis
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from narrator import places
from narrator.teams.models import User
from tests.accounts.people import is_in, knocks, signs_in
from tests.cast import PASSWORD, Cast

MISMATCH = b"This address and password do not belong together."
TOO_MANY = b"Too many attempts failed. Wait five minutes"


def test_sign_in_by_address_in_any_case_and_out_again(cast: Cast) -> None:
    client = Client()
    assert knocks(client, "EDGAR@example.org", PASSWORD)["Location"] == reverse("project-list")
    assert client.get(reverse("project-list")).status_code == 200
    assert client.post(reverse("account_logout"))["Location"] == reverse("account_login")
    assert client.get(reverse("project-list")).status_code == 302


def test_signing_out_by_get_asks_first(cast: Cast) -> None:
    client = signs_in(cast.editor)
    assert b"Sign out" in client.get(reverse("account_logout")).content
    assert is_in(client)


@pytest.mark.parametrize("email", ["edgar@example.org", "nobody@example.org"])
def test_a_wrong_password_and_an_unknown_address_get_the_same_sentence(cast: Cast, email: str) -> None:
    assert MISMATCH in knocks(Client(), email, "wrong").content


def test_after_sign_in_one_comes_to_the_page_one_asked_for_and_nowhere_else(cast: Cast) -> None:
    asked = reverse("manuscript-new")
    assert knocks(Client(), cast.editor.email, PASSWORD, to=asked)["Location"] == asked
    foreign = knocks(Client(), cast.editor.email, PASSWORD, to="https://elsewhere.example/")
    assert foreign["Location"] == reverse("project-list")


def test_an_account_that_is_switched_off_says_so_to_its_owner_alone(cast: Cast) -> None:
    User.objects.filter(pk=cast.editor.pk).update(is_active=False)
    client = Client()
    assert knocks(client, cast.editor.email, PASSWORD)["Location"] == reverse("account_inactive")
    assert b"switched off" in client.get(reverse("account_inactive")).content
    assert not is_in(client)
    assert MISMATCH in knocks(Client(), cast.editor.email, "wrong").content


def test_the_sixth_guess_is_refused_even_when_it_is_right(cast: Cast, broker: str) -> None:
    for _ in range(5):
        assert MISMATCH in knocks(Client(), cast.editor.email, "wrong").content
    refused = Client()
    assert TOO_MANY in knocks(refused, cast.editor.email, PASSWORD).content
    assert not is_in(refused)
    assert is_in(signs_in(cast.viewer))  # others are not locked out with him


def test_right_passwords_do_not_count_as_guesses(cast: Cast, broker: str) -> None:
    for _ in range(7):
        assert is_in(signs_in(cast.editor))


def test_attempts_are_counted_for_all_processes_together(cast: Cast, broker: str, settings: object) -> None:
    knocks(Client(), cast.editor.email, "wrong")
    counted = list(redis.Redis.from_url(places.redis_url(broker)).scan_iter("*login_failed*"))
    prefix = settings.CACHES["default"]["KEY_PREFIX"]  # type: ignore[attr-defined]
    assert [key for key in counted if key.decode().startswith(prefix)]


def test_people_can_sign_in_while_redis_is_away_and_guesses_still_count(cast: Cast, settings: object) -> None:
    caches = settings.CACHES  # type: ignore[attr-defined]
    gone = {**caches["default"], "LOCATION": "unix:///nowhere/valkey.sock"}
    settings.CACHES = {**caches, "default": gone}  # type: ignore[attr-defined]
    assert is_in(signs_in(cast.viewer))
    for _ in range(5):
        knocks(Client(), cast.editor.email, "wrong")
    assert TOO_MANY in knocks(Client(), cast.editor.email, PASSWORD).content


def test_one_address_of_the_net_cannot_try_many_accounts_quickly(cast: Cast, broker: str) -> None:
    codes = [knocks(Client(), f"nobody{n}@example.org", "wrong").status_code for n in range(31)]
    assert set(codes[:10]) == {200}
    assert codes[-1] == 429
    assert b"Too many attempts" in knocks(Client(), "nobody@example.org", "wrong").content


def test_a_forwarded_address_counts_only_behind_a_proxy_of_ours(
    cast: Cast, broker: str, settings: object
) -> None:
    def guess(n: int) -> bytes:
        form = {"login": f"n{n}@example.org", "password": "wrong"}
        return (
            Client()
            .post(  # type: ignore[no-any-return]
                reverse("account_login"), form, headers={"x-forwarded-for": f"203.0.113.{n}, 198.51.100.{n}"}
            )
            .content
        )

    assert TOO_MANY in [guess(n) for n in range(12)][-1]  # a liar is counted under the address he comes from
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1  # type: ignore[attr-defined]
    assert all(MISMATCH in guess(n) for n in range(20, 32))  # the proxy's word, the last one, counts


def test_the_administration_has_no_door_of_its_own(cast: Cast) -> None:
    answer = Client().post("/admin/login/", {"username": cast.owner.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))
    assert signs_in(cast.owner).get("/admin/login/").status_code == 403


def test_signing_in_says_nothing_about_it(cast: Cast) -> None:
    client = Client()
    answer = knocks(client, cast.editor.email, PASSWORD)
    assert [str(message) for message in get_messages(answer.wsgi_request)] == []
