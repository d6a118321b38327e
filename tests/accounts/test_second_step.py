"""The second step: an authenticator app and recovery codes. Passkeys are in the journeys: they need a browser."""

import io
import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from narrator.teams.models import User
from tests.accounts.codes import code
from tests.accounts.people import is_in, signs_in, signs_in_and_proves_it
from tests.cast import PASSWORD, Cast


def sets_up_an_app(client: Client) -> str:
    """Set up an authenticator app for who is signed in here; return its key."""
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    (secret,) = re.findall(r'class="secret num">([A-Z2-7]+)<', page)
    answer = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    return str(secret)


def recovery_codes(client: Client) -> list[str]:
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    return re.findall(r"<li>(\d{8})</li>", page)


def test_with_an_app_the_password_alone_opens_nothing(cast: Cast) -> None:
    secret = sets_up_an_app(signs_in_and_proves_it(cast.editor))
    client = signs_in(cast.editor)
    assert not is_in(client)
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert b"This is not the right code" in wrong.content
    assert not is_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": code(secret)}).status_code == 302
    assert is_in(client)


def test_a_clock_that_is_half_a_minute_off_is_forgiven_and_ten_minutes_are_not(cast: Cast) -> None:
    secret = sets_up_an_app(signs_in_and_proves_it(cast.editor))
    client = signs_in(cast.editor)
    client.post(reverse("mfa_authenticate"), {"code": code(secret, periods=-20)})
    assert not is_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code(secret, periods=-1)})
    assert is_in(client)


def test_a_code_works_once(cast: Cast, broker: str) -> None:
    secret = sets_up_an_app(signs_in_and_proves_it(cast.editor))
    seen = code(secret, periods=1)
    first, second = signs_in(cast.editor), signs_in(cast.editor)
    first.post(reverse("mfa_authenticate"), {"code": seen})
    second.post(reverse("mfa_authenticate"), {"code": seen})
    assert (is_in(first), is_in(second)) == (True, False)


def test_guessing_codes_is_stopped(cast: Cast, broker: str) -> None:
    secret = sets_up_an_app(signs_in_and_proves_it(cast.editor))
    client = signs_in(cast.editor)
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    answer = client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    assert b"Too many attempts failed" in answer.content
    assert not is_in(client)


def test_a_recovery_code_lets_in_once(cast: Cast) -> None:
    owner = signs_in_and_proves_it(cast.editor)
    sets_up_an_app(owner)
    codes = recovery_codes(owner)
    assert len(codes) == len(set(codes)) == 10
    client = signs_in(cast.editor)
    client.post(reverse("mfa_authenticate"), {"code": codes[3]})
    assert is_in(client)
    again = signs_in(cast.editor)
    again.post(reverse("mfa_authenticate"), {"code": codes[3]})
    assert not is_in(again)
    assert codes[3] not in recovery_codes(owner)


def test_new_recovery_codes_make_the_old_ones_void(cast: Cast) -> None:
    owner = signs_in_and_proves_it(cast.editor)
    sets_up_an_app(owner)
    old = recovery_codes(owner)
    assert b"the 10 that are left stop working" in owner.get(reverse("mfa_generate_recovery_codes")).content
    owner.post(reverse("mfa_generate_recovery_codes"))
    assert not set(old) & set(recovery_codes(owner))
    text = owner.get(reverse("mfa_download_recovery_codes"))
    assert text["Content-Disposition"].startswith("attachment")
    assert text.content.decode().split() == recovery_codes(owner)


def test_what_is_kept_of_a_second_step_is_sealed(cast: Cast) -> None:
    owner = signs_in_and_proves_it(cast.editor)
    secret = sets_up_an_app(owner)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert not any(one in kept for one in recovery_codes(owner))


def test_a_step_whose_key_is_lost_opens_nothing_and_says_what_to_do(cast: Cast, settings: object) -> None:
    secret = sets_up_an_app(signs_in_and_proves_it(cast.editor))
    settings.TOKEN_KEYS = ["a key of thirty-two characters, or more"]  # type: ignore[attr-defined]
    client = signs_in(cast.editor)
    answer = client.post(reverse("mfa_authenticate"), {"code": code(secret)})
    assert b"This studio has lost the key to your second step" in answer.content
    assert not is_in(client)


def test_a_session_left_open_cannot_weaken_the_account(cast: Cast, settings: object) -> None:
    client = signs_in_and_proves_it(cast.editor)
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0  # type: ignore[attr-defined]
    for name in ("mfa_activate_totp", "mfa_add_webauthn"):
        assert client.get(reverse(name))["Location"].startswith(reverse("account_reauthenticate")), name
    answer = client.post(reverse("account_email"), {"action_add": "", "email": "thief@example.org"})
    assert answer["Location"].startswith(reverse("account_reauthenticate"))
    wrong = client.post(reverse("account_reauthenticate"), {"password": "guess"})
    assert b"This is not your password" in wrong.content


def test_switching_off_the_app_leaves_the_password(cast: Cast) -> None:
    owner = signs_in_and_proves_it(cast.editor)
    sets_up_an_app(owner)
    assert b"On since" in owner.get(reverse("account")).content
    assert b"Switch off the authenticator app" in owner.get(reverse("mfa_deactivate_totp")).content
    assert owner.post(reverse("mfa_deactivate_totp"))["Location"] == reverse("account")
    assert is_in(signs_in(cast.editor))


@pytest.mark.parametrize("name", ["mfa_edit_webauthn", "mfa_remove_webauthn"])
def test_the_passkey_of_another_is_not_there(cast: Cast, name: str) -> None:
    passkey = Authenticator.objects.create(user=cast.viewer, type="webauthn", data={"name": "Vito's"})
    client = signs_in_and_proves_it(cast.editor)
    for method in (client.get, client.post):
        assert method(reverse(name, args=[passkey.pk])).status_code == 404
    assert Authenticator.objects.filter(pk=passkey.pk).exists()


def test_an_operator_lets_in_one_who_lost_everything_without_seeing_a_secret(cast: Cast) -> None:
    secret = sets_up_an_app(signs_in_and_proves_it(cast.editor))
    root = signs_in(User.objects.create_superuser("root@example.org", PASSWORD))
    step = Authenticator.objects.get(user=cast.editor, type="totp")
    page = root.get(reverse("admin:mfa_authenticator_change", args=[step.pk]))
    assert page.status_code == 200
    assert secret.encode() not in page.content
    assert str(step.data["secret"]).encode() not in page.content
    root.post(reverse("admin:mfa_authenticator_delete", args=[step.pk]), {"post": "yes"})
    assert is_in(signs_in(cast.editor))


def test_a_new_key_takes_over_while_people_go_on_signing_in(cast: Cast, settings: object) -> None:
    old, new = settings.TOKEN_KEYS[0], "a new key of thirty-two characters, or more"  # type: ignore[attr-defined]
    owner = signs_in_and_proves_it(cast.editor)
    secret, codes = sets_up_an_app(owner), recovery_codes(owner)
    settings.TOKEN_KEYS = [new, old]  # type: ignore[attr-defined]
    said = io.StringIO()
    call_command("rotate_tokens", stdout=said)
    assert "2 second steps are sealed with the first key." in said.getvalue()
    settings.TOKEN_KEYS = [new]  # type: ignore[attr-defined]
    for one in (code(secret), codes[0]):
        client = signs_in(cast.editor)
        client.post(reverse("mfa_authenticate"), {"code": one})
        assert is_in(client)
    settings.TOKEN_KEYS = [old]  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match=r"No key opens the second step of: edgar@example.org"):
        call_command("rotate_tokens", stdout=said)
