"""The list of one's sessions, and signing out everywhere else."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from narrator.accounts.sessions import SessionStore
from narrator.cache import own
from narrator.tags import browser
from tests.accounts.people import is_in, signs_in
from tests.cast import Cast

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/19.0 Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 "
    "Safari/537.36 Edg/150.0.0.0"
)


def test_one_sees_where_one_is_signed_in_and_ends_the_others(cast: Cast) -> None:
    here = signs_in(cast.editor, Client(headers={"user-agent": FIREFOX}))
    there = signs_in(cast.editor, Client(headers={"user-agent": IPHONE}))
    foreign = signs_in(cast.viewer)
    page = here.get(reverse("usersessions_list")).content.decode()
    assert "Firefox on Linux" in page
    assert "Safari on iPhone" in page
    assert page.count('class="fact"') == 2
    here.post(reverse("usersessions_list"))
    assert (is_in(here), is_in(there), is_in(foreign)) == (True, False, True)
    assert "signed in nowhere else" in here.get(reverse("usersessions_list")).content.decode()


def test_who_is_signed_in_comes_with_the_session_which_is_believed_first(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    client, other = signs_in(cast.editor), signs_in(cast.viewer)
    with django_assert_num_queries(1):
        session = SessionStore(client.cookies["sessionid"].value)
        assert (session[SESSION_KEY], session.person) == (str(cast.editor.pk), cast.editor)
    UserSession.objects.filter(user=cast.editor).update(user=cast.stranger)
    assert client.get(reverse("account")).wsgi_request.user == cast.editor
    UserSession.objects.filter(user=cast.stranger).update(user=cast.editor)
    cast.editor.set_password("what nobody knows")
    cast.editor.save()
    cast.viewer.is_active = False
    cast.viewer.save()
    assert (is_in(client), is_in(other)) == (False, False)


@pytest.mark.parametrize(
    ("says", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (IPHONE, "Safari on iPhone"),
        (EDGE, "Edge on Windows"),
        ("curl/8.9", "curl/8.9"),
        ("", "Unknown browser"),
    ],
)
def test_a_browser_is_named_as_people_name_it(says: str, words: str) -> None:
    assert browser(says) == words


def test_when_a_session_was_seen_is_noted_but_not_with_every_request(
    cast: Cast, settings: object, broker: str, django_assert_num_queries: object
) -> None:
    settings.USERSESSIONS_TRACK_ACTIVITY = True  # type: ignore[attr-defined]
    client = signs_in(cast.editor)
    long_ago = timezone.now() - timedelta(days=3)
    UserSession.objects.update(last_seen_at=long_ago)
    client.get(reverse("account"))
    seen = UserSession.objects.get().last_seen_at
    assert seen > long_ago + timedelta(days=2)
    client.get(reverse("account"))
    assert UserSession.objects.get().last_seen_at == seen
    own.clear()
    cache.delete(f"seen:{client.session.session_key}")
    client.get(reverse("account"))
    assert UserSession.objects.get().last_seen_at > seen
