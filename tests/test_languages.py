"""Whose language a page, a mail and a kept sentence are in."""

import pytest
from django.core import mail
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from narrator import languages
from tests.accounts.people import signs_in
from tests.cast import Cast

pytestmark = pytest.mark.one_database
CHINESE = {"HTTP_ACCEPT_LANGUAGE": "zh-CN,zh;q=0.9,en;q=0.5"}


def lang(client: Client, **headers: str) -> str:
    """What the sign-in page, or the account of who is signed in, says it is written in; its header says the same."""
    answer = client.get(reverse("account"), follow=True, **headers)
    said = answer.content.decode().split('<html lang="')[1].split('"')[0]
    assert answer["Content-Language"] == said
    assert {"Accept-Language", "Cookie"} <= set(answer["Vary"].split(", "))
    return said


def test_a_visitor_reads_what_the_browser_asks_for(cast: Cast) -> None:
    assert lang(Client()) == "en"
    assert lang(Client(), **CHINESE) == "zh-hans"
    assert lang(Client(), HTTP_ACCEPT_LANGUAGE="zh-TW") == "zh-hans"
    assert lang(Client(), HTTP_ACCEPT_LANGUAGE="de,fr;q=0.5") == "en"


def test_a_visitor_chooses_another_for_this_browser(cast: Cast) -> None:
    client = Client()
    back = {"language": "zh-hans", "next": reverse("account_login")}
    assert client.post(reverse("language"), back)["Location"] == reverse("account_login")
    assert lang(client) == "zh-hans"
    client.post(reverse("language"), {**back, "language": "en"})
    assert lang(client, **CHINESE) == "en"
    away = client.post(reverse("language"), {"language": "en", "next": "https://elsewhere.example/"})
    assert away["Location"] == "/"
    assert client.get(reverse("language")).status_code == 405


def test_each_language_is_offered_in_its_own_words(cast: Cast) -> None:
    assert '<button class="link small" name="language" value="en" lang="en">English</button>' in page(
        Client()
    )
    chosen = page(signs_in(cast.viewer))
    assert ">English</option>" in chosen
    assert ">简体中文</option>" in chosen


def page(client: Client) -> str:
    return client.get(reverse("account"), follow=True, **CHINESE).content.decode()


def test_a_person_chooses_once_for_every_browser(cast: Cast) -> None:
    client = signs_in(cast.viewer)
    assert lang(client, **CHINESE) == "zh-hans"
    client.post(reverse("language"), {"language": "en"})
    assert lang(signs_in(cast.viewer), **CHINESE) == "en"
    client.post(reverse("language"), {"language": "zh-hans"})
    client.post(reverse("language"), {"language": "klingon"})
    assert lang(signs_in(cast.viewer)) == "zh-hans"
    client.post(reverse("language"), {"language": ""})
    assert lang(client) == "en"
    assert lang(client, **CHINESE) == "zh-hans"


def test_a_language_that_the_studio_gave_up_is_its_own(cast: Cast) -> None:
    cast.viewer.choose_language("eo")
    assert lang(signs_in(cast.viewer), **CHINESE) == "en"


def test_no_request_leaves_its_language_behind(cast: Cast) -> None:
    before = translation.get_language()
    lang(Client(), **CHINESE)
    assert translation.get_language() == before


@pytest.mark.parametrize("path", ["/api/v1/projects", "/healthz", "/feed/token/"])
def test_programs_are_told_in_english(path: str) -> None:
    request = RequestFactory().get(path, headers={"accept-language": "zh-CN"})
    assert languages.asked_for(request) == "en"


def test_a_mail_is_in_the_language_of_who_gets_it(cast: Cast, settings: object) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # type: ignore[attr-defined]
    cast.viewer.choose_language("zh-hans")
    for person in (cast.editor, cast.viewer):
        Client().post(reverse("account_reset_password"), {"email": person.email})
    assert [message.subject for message in mail.outbox] == ["A new password", "新密码"]
    assert "asked for a new password" in mail.outbox[0].body
    assert "请求" in mail.outbox[1].body


def test_an_account_keeps_the_language_that_it_was_made_in(db: None, settings: object) -> None:
    settings.SIGN_UP = "open"  # type: ignore[attr-defined]
    form = {"name": "Mei", "email": "mei@example.org", "password1": "a long enough one"}
    client = Client(headers={"accept-language": "zh-CN"})
    client.post(reverse("account_signup"), form)
    assert lang(client, HTTP_ACCEPT_LANGUAGE="en") == "zh-hans"
