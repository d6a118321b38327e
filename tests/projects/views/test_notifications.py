"""The bell, the page of notifications, what a person wishes, and the link that stops mails."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from narrator.teams.models import User
from projects.actions import digests, notifications, reviews
from projects.models import Notification, Script, Wishes
from projects.models.notifications import News
from projects.views import notifications as views
from tests import factories
from tests.cast import Cast

SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def script(cast: Cast) -> Script:
    row = factories.script(cast.team, lines=1)
    reviews.comment(row.paragraphs.get(), text="Is <this> right, @Rosa?", by=cast.editor)
    return row


def test_the_bell_comes_with_the_polls_that_are_there(cast: Cast, sign_in: SignIn, script: Script) -> None:
    client = sign_in(cast.reviewer)
    page = client.get(reverse("project-list")).content.decode()
    assert 'id="bell"></span>' in page, "no page asks for the count by itself"
    poll = client.get(reverse("run-list"), headers=HTMX)
    assert 'id="bell" hx-swap-oob="true">1<' in poll.content.decode()
    (seen,) = re.findall(r'data-seen="(\w+)"', poll.content.decode())
    assert client.get(reverse("run-list"), {"seen": seen}, headers=HTMX).status_code == 204
    address = reverse("script-changes", args=[script.pk])
    query = {"since": script.version + 9, "seen": ""}
    assert 'id="bell" hx-swap-oob="true">1<' in client.get(address, query).content.decode()
    assert client.get(address, query | {"seen": seen}).status_code == 204
    client.post(reverse("notification-read"))
    assert 'id="bell" hx-swap-oob="true"><' in client.get(address, query | {"seen": seen}).content.decode()


def test_the_page_lists_opens_and_marks_as_read(cast: Cast, sign_in: SignIn, script: Script) -> None:
    client = sign_in(cast.reviewer)
    page = client.get(reverse("notification-list")).content.decode()
    assert "Edgar names you in a comment" in page
    assert "Is &lt;this&gt; right" in page
    assert "is-new" in page
    news = Notification.objects.get()
    answer = client.get(reverse("notification-open", args=[news.pk]))
    assert answer["Location"] == f"{script.get_absolute_url()}#line-{script.paragraphs.get().pk}"
    assert "is-new" not in client.get(reverse("notification-list")).content.decode()
    assert sign_in(cast.owner).get(reverse("notification-open", args=[news.pk])).status_code == 404
    reviews.comment(script.paragraphs.get(), text="@Rosa?", by=cast.editor)
    for _ in range(2):  # twice is harmless
        client.post(reverse("notification-read"))
    assert not Notification.objects.unread().exists()
    assert "Nothing yet" in sign_in(cast.viewer).get(reverse("notification-list")).content.decode()


def test_the_list_is_paged_and_its_queries_do_not_grow(
    cast: Cast,
    sign_in: SignIn,
    script: Script,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: object,
) -> None:
    monkeypatch.setattr(views, "SHOWN", 4)
    client = sign_in(cast.reviewer)
    for count in (1, 3):
        for n in range(count):
            notifications.tell(News.RUN, [cast.reviewer], f"Run {count}.{n}", project=script.project)
        with django_assert_num_queries(5):  # type: ignore[operator]  # session, person, news, unread, badge
            page = client.get(reverse("notification-list"))
    more = page.context["more"]
    assert "names you" not in page.content.decode()
    assert "names you" in client.get(reverse("notification-list"), {"before": more}).content.decode()
    assert client.get(reverse("notification-list"), {"before": "x" * 30}).status_code == 200


def test_wishes_are_kept(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.reviewer)
    address = reverse("notification-wishes")
    assert "No mail goes out of this studio" in client.get(address).content.decode()
    form = dict.fromkeys(News.values, "app") | {"mention": "off", "often": "daily"}
    assert client.post(address, form | {"often": "sometimes"}).status_code == 422
    assert client.post(address, form).status_code == 302
    wishes = Wishes.objects.get(user=cast.reviewer)
    assert (wishes.way("mention"), wishes.way("pickup"), wishes.often) == ("off", "app", "daily")
    assert '<option value="daily" selected>' in client.get(address).content.decode()


def test_a_link_stops_mails_without_signing_in_but_not_by_being_followed(cast: Cast) -> None:
    address = reverse("digest-stop", args=[digests.token_of(cast.reviewer)])
    strict = Client(enforce_csrf_checks=True)
    assert "Stop these e-mails?" in strict.get(address).content.decode()
    assert not Wishes.objects.exists()
    answer = strict.post(address, {"List-Unsubscribe": "One-Click"})
    assert "No more e-mails" in answer.content.decode()
    assert Wishes.objects.get(user=cast.reviewer).often == "never"
    for wrong in (address[:-2] + "x/", address.replace(str(cast.reviewer.pk), str(cast.owner.pk), 1)):
        assert strict.post(wrong).status_code == 404
    assert Wishes.objects.count() == 1
