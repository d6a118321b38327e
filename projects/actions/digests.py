"""Digests: what a person was told and has not read, in one mail, every hour or every day as she wishes.

The rows are the queue, as for takes: whoever sends claims them first by one conditional update with a token, so of any
number of sweeps one sends. A mail that is refused is tried again; one whose sender dies in the middle is sent again
under the same name (Message-ID) when the claim has run out.
"""

import hashlib
import logging
import uuid
from datetime import datetime, timedelta
from smtplib import SMTPException
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from narrator.languages import speaking
from narrator.sentences import said
from narrator.teams.models import User
from projects.models import Notification

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
AGAIN = timedelta(minutes=10)
# More than this in one mail are counted, not listed.
SHOWN = 40
SALT = "narrator.digest"


def due(now: datetime | None = None) -> list[int]:
    """The ids of the people to whom a mail is due. One query."""
    now = now or timezone.now()
    waiting = Notification.objects.to_mail().filter(_free(now), mail_at__lte=now)
    return list(waiting.order_by("to").values_list("to", flat=True).distinct())


def _free(now: datetime) -> Q:
    """That nobody is sending it now."""
    return Q(mail_until=None) | Q(mail_until__lt=now)


def send(user_id: int, *, now: datetime | None = None) -> int:
    """Send a person what waits to be mailed to her; return how much it was, 0 where somebody else sends it."""
    now = now or timezone.now()
    news = _claimed(user_id, now)
    if not news:
        return 0
    mine = Notification.objects.filter(mail_token=news[0].mail_token)
    try:
        message(User.objects.get(pk=user_id), news).send()
    except (SMTPException, OSError) as error:
        logger.warning("A digest could not be sent: %s. It is tried again.", error)
        mine.update(mail_until=None, mail_at=now + AGAIN)
        return 0
    mine.update(mailed_at=now, mail_until=None)
    return len(news)


def _claimed(user_id: int, now: datetime) -> list[Notification]:
    """What waits for this person, newest first, claimed for one sender; none where another has it.

    The update itself asks whether it is free: on PostgreSQL a second one waits for the first and looks again.
    """
    ids = list(Notification.objects.to_mail().filter(to=user_id).values_list("pk", flat=True))
    token = uuid.uuid4()
    free = Notification.objects.filter(_free(now), pk__in=ids, mailed_at=None)
    if not free.update(mail_token=token, mail_until=now + LEASE):
        return []
    return list(Notification.objects.filter(mail_token=token).with_places().order_by("-pk"))


def _subject(news: list[Notification]) -> str:
    first = said(str(news[0]))
    if len(news) == 1:
        return first
    return _("%(first)s, and %(count)s more") % {"first": first, "count": len(news) - 1}


def message(user: User, news: list[Notification]) -> EmailMultiAlternatives:
    """The mail with this news, as text and as HTML, with the ways to stop it."""
    stop = absolute(reverse("digest-stop", args=[token_of(user)]))
    rows = [{"news": one, "address": absolute(reverse("notification-open", args=[one.pk]))} for one in news]
    context = {
        "user": user,
        "rows": rows[:SHOWN],
        "more": max(len(rows) - SHOWN, 0),
        "all": absolute(reverse("notification-list")),
        "wishes": absolute(reverse("notification-wishes")),
        "stop": stop,
    }
    with speaking(user):
        subject = _subject(news)
        text, html = (render_to_string(f"projects/digest.{kind}", context) for kind in ("txt", "html"))
    mail = EmailMultiAlternatives(
        " ".join(subject.split())[:150],
        text,
        to=[user.email],
        headers={
            "Message-ID": f"<{_name(user, news)}@{urlsplit(settings.SITE_URL).hostname}>",
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(html, "text/html")
    return mail


def _name(user: User, news: list[Notification]) -> str:
    """The same for the same mail, so that one that is sent twice is known for the same."""
    ids = ",".join(str(one.pk) for one in news)
    return f"digest-{user.pk}-{hashlib.blake2b(ids.encode(), digest_size=8).hexdigest()}"


def absolute(path: str) -> str:
    """The whole address of a page, for whoever reads it elsewhere."""
    return f"{settings.SITE_URL}{path}"


def token_of(user: User) -> str:
    """What a link carries by which this person's digests are stopped, without signing in."""
    return signing.Signer(salt=SALT).sign(str(user.pk))


def user_of(token: str) -> User | None:
    """The person of such a token; None for one that nobody was given."""
    try:
        pk = signing.Signer(salt=SALT).unsign(token)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=pk).first()
