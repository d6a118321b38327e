"""Digests, sent to a real mail server: what is in them, when, to whom, and once whatever happens."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from projects.actions import digests, notifications, reviews
from projects.models import Notification, Script
from projects.models.notifications import Often
from projects.tasks.heavy import send_digests
from tests import factories
from tests.cast import Cast
from tests.mail_server import MailServer, running_mail_server

LATER = timedelta(hours=2)


@pytest.fixture
def mails(settings: object) -> Iterator[MailServer]:
    """The mail server of this studio."""
    with running_mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # type: ignore[attr-defined]
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port  # type: ignore[attr-defined]
        settings.MAIL_GOES_OUT, settings.SITE_URL = True, "https://narrator.example"  # type: ignore[attr-defined]
        yield server


@pytest.fixture
def script(cast: Cast, mails: MailServer) -> Script:
    """Rosa is named twice on its first line, and given the chapter."""
    row = factories.script(cast.team, lines=1, title="Long & <Night>")
    line = row.paragraphs.get()
    reviews.comment(line, text="Is it <em>this</em>, @Rosa?", by=cast.editor)
    reviews.comment(line, text="Or this, @Rosa?", by=cast.editor)
    reviews.assign(row, [cast.reviewer], by=cast.editor)
    return row


def test_a_digest_has_all_news_as_text_and_html(cast: Cast, script: Script, mails: MailServer) -> None:
    assert digests.due() == []
    assert digests.due(timezone.now() + LATER) == [cast.reviewer.pk]
    assert digests.send(cast.reviewer.pk) == 3
    (mail,) = mails.mails
    assert mail["To"] == cast.reviewer.email
    assert mail["Subject"] == "Edgar gave you Chapter 1 to hear, and 2 more"
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    news = Notification.objects.first()
    assert news is not None
    for body in (text, html):
        assert body.count("names you in a comment") == 2
        assert f"https://narrator.example/notifications/{news.pk}/" in body
        assert f"https://narrator.example/mail/stop/{digests.token_of(cast.reviewer)}/" in body
    assert "“Is it <em>this</em>, @Rosa?”" in text
    assert "&lt;em&gt;this" in html
    assert "Long &amp; &lt;Night&gt;" in html
    stop = f"<https://narrator.example/mail/stop/{digests.token_of(cast.reviewer)}/>"
    assert mail["List-Unsubscribe"].strip() == stop
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Message-ID"].endswith("@narrator.example>")
    assert digests.due(timezone.now() + LATER) == []
    assert digests.send(cast.reviewer.pk) == 0


def test_what_was_read_here_is_not_mailed(cast: Cast, script: Script, mails: MailServer) -> None:
    notifications.read_all(cast.reviewer)
    assert digests.due(timezone.now() + LATER) == []
    assert digests.send(cast.reviewer.pk) == 0
    assert mails.mails == []


@pytest.mark.parametrize("who", ["left the team", "is switched off", "wants none"])
def test_who_gets_none(who: str, cast: Cast, script: Script, mails: MailServer) -> None:
    if who == "left the team":
        cast.reviewer.memberships.all().delete()
    elif who == "is switched off":
        type(cast.reviewer).objects.filter(pk=cast.reviewer.pk).update(is_active=False)
    else:
        notifications.wish(cast.reviewer, ways={}, often=Often.NEVER)
    assert digests.due(timezone.now() + LATER) == []
    assert digests.send(cast.reviewer.pk) == 0


def test_a_mail_that_is_refused_is_tried_again_later(cast: Cast, script: Script, mails: MailServer) -> None:
    mails.refuses = True
    assert digests.send(cast.reviewer.pk) == 0
    assert digests.due(timezone.now() + timedelta(minutes=1)) == []
    mails.refuses = False
    (user_id,) = digests.due(timezone.now() + digests.AGAIN)
    assert digests.send(user_id) == 3
    assert len(mails.mails) == 1


def test_a_sender_that_died_is_followed_by_another_under_the_same_name(
    cast: Cast, script: Script, mails: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    def die(*_: object) -> None:
        raise Died

    with monkeypatch.context() as dying:
        write = digests.message
        dying.setattr(digests, "message", lambda user, news: (write(user, news).send(), die()))
        with pytest.raises(Died):
            digests.send(cast.reviewer.pk)
    assert digests.send(cast.reviewer.pk) == 0, "the claim still stands"
    assert digests.send(cast.reviewer.pk, now=timezone.now() + digests.LEASE + timedelta(seconds=1)) == 3
    assert len({mail["Message-ID"] for mail in mails.mails}) == 1
    assert len(mails.mails) == 2


@pytest.mark.django_db(transaction=True)
def test_of_many_sweeps_one_sends(cast: Cast, script: Script, mails: MailServer) -> None:
    sent: list[int] = []
    together = threading.Barrier(4)

    def sweep() -> None:
        together.wait()
        try:
            sent.append(digests.send(cast.reviewer.pk))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent) == [0, 0, 0, 3]
    assert len(mails.mails) == 1


def test_a_long_list_is_cut_and_counted(
    cast: Cast, script: Script, mails: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digests, "SHOWN", 2)
    digests.send(cast.reviewer.pk)
    assert (
        "And 1 more: https://narrator.example/notifications/"
        in mails.mails[0].get_body(("plain",)).get_content()
    )  # type: ignore[union-attr]


def test_the_sweep_sends_what_is_due(cast: Cast, script: Script, mails: MailServer, broker: str) -> None:
    send_digests()
    assert mails.mails == []
    Notification.objects.update(mail_at=timezone.now())
    send_digests()
    send_digests()
    assert len(mails.mails) == 1
