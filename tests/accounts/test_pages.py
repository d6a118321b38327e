"""The pages of accounts: all of them ours, none of them weak."""

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse

from narrator.accounts import urls
from tests.accounts.people import signs_in
from tests.cast import Cast

OURS = str(settings.BASE_DIR / "templates")


def named_templates() -> set[str]:
    """The templates that the mounted views of allauth name, and those it falls back to."""
    views = [getattr(pattern.callback, "view_class", None) for pattern in urls.urlpatterns]
    named = {view.template_name for view in views if getattr(view, "template_name", None)}
    assert len(named) > 15, "the views were not found"
    return {*named, "account/verification_sent.html", "account/signup_closed.html", "429.html"}


def test_every_page_of_accounts_has_our_own_template() -> None:
    text_alone = {"mfa/recovery_codes/download.txt"}
    foreign = {
        name
        for name in named_templates()
        if not str(get_template(name).origin).startswith(OURS)  # type: ignore[attr-defined]
    }
    assert foreign == text_alone


def test_even_a_page_nobody_thought_of_looks_like_ours() -> None:
    assert 'class="top"' in get_template("account/verified_email_required.html").render({})


def test_a_person_changes_the_name_that_others_see(cast: Cast) -> None:
    client = signs_in(cast.editor)
    assert client.post(reverse("account"), {"name": "Edgar Müller"})["Location"] == reverse("account")
    cast.editor.refresh_from_db()
    assert str(cast.editor) == "Edgar Müller"
    assert client.post(reverse("account"), {"name": " "}).status_code == 422


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_reset_password", "mfa_login_webauthn"]
)
def test_the_doors_hold_the_policy_and_are_not_kept_by_browsers(cast: Cast, name: str) -> None:
    answer = Client().get(reverse(name))
    assert "script-src 'self';" in answer["Content-Security-Policy"] + ";"
    if name in ("account_login", "account_signup"):
        assert "no-store" in answer["Cache-Control"]


def test_who_is_signed_in_is_sent_on(cast: Cast) -> None:
    client = signs_in(cast.editor)
    assert client.get(reverse("account_login"))["Location"] == reverse("project-list")
