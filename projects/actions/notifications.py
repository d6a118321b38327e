"""Telling people what concerns them, and what they want to be told. How it goes out by mail is in digests.py."""

import functools
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from narrator.direct import Asked, Blank, Prepared
from narrator.teams.models import Membership, User
from projects.models import Export, Notification, Paragraph, Project, Script, Wishes
from projects.models.notifications import USUAL, News, Way

WORDS = 300
KEPT = timedelta(days=180)
FORGOTTEN_AT_ONCE = 500


def tell(
    kind: News,
    people: Iterable[User | None],
    words: str,
    *,
    by: User | None = None,
    quote: str = "",
    team_id: int | None = None,
    project: Project | None = None,
    script: Script | None = None,
    line: Paragraph | None = None,
    export: Export | None = None,
) -> None:
    """Tell these people of something, each once, but never who did it; whoever has left the team hears nothing.

    The smallest of line, script and project that it is about is enough. Three queries for any number of people; call
    it in the transaction of what it tells of.
    """
    wanted = {user.pk for user in people if user is not None} - {by.pk if by else None}
    if not wanted:
        return
    script = script or (line.script if line else None)
    project = project or (script.project if script else None)
    whose = team_id if project is None else project.team_id
    assert whose is not None, "news is a project's or a team's"
    here = list(User.objects.filter(pk__in=wanted, teams=whose))
    about = {"team_id": whose, "project": project, "script": script, "paragraph": line, "export": export}
    said = {"kind": kind, "words": words[:WORDS], "quote": quote[:WORDS]}
    now, rows = timezone.now(), []
    for user_id, wishes in Wishes.of(here).items():
        if wishes.way(kind) != Way.OFF:
            mail_at = wishes.mail_at(kind, now) if settings.MAIL_GOES_OUT else None
            rows.append(Notification(to_id=user_id, at=now, mail_at=mail_at, **about, **said))
    Notification.objects.bulk_create(rows)


def asking_memberships(user: User) -> Asked:
    """A person's memberships, with teams and what holds those; ``unread`` is how much they have not seen in each."""
    return _memberships().asking(user=user.pk)


@functools.cache
def _memberships() -> Prepared:
    """Blank: user."""
    new = Notification.objects.unread().filter(to=OuterRef("user"), team=OuterRef("team"))
    counted = Subquery(
        new.order_by().values("to").annotate(n=Count("pk")).values("n"), output_field=IntegerField()
    )
    rows = Membership.objects.filter(user=Blank(Membership, "user")).select_related("team__hold")
    return Prepared(rows.annotate(unread=Coalesce(counted, 0)))


def read_all(user: User) -> int:
    """Note that a person has seen everything; return how much of it was new."""
    return Notification.objects.filter(to=user).read()


@transaction.atomic
def wish(user: User, *, ways: Mapping[str, str], often: str) -> None:
    """Keep what a person wants to be told, and how. What waits to be mailed follows it."""
    known = {kind: way for kind, way in ways.items() if kind in USUAL}
    wishes, _ = Wishes.objects.update_or_create(user=user, defaults={"ways": known, "often": often})
    waiting = Notification.objects.filter(to=user, mail_at__isnull=False, mailed_at=None)
    by_mail = [kind for kind in News.values if wishes.way(kind) == Way.MAIL]
    waiting.exclude(kind__in=by_mail).update(mail_at=None)
    waiting.update(mail_at=wishes.next_mail_at(timezone.now()))


def stop_mail(user: User) -> None:
    """Send this person no more digests; what is shown in the app stays as wished."""
    kept = Wishes.of([user])[user.pk]
    wish(user, ways=kept.ways, often="never")


def sweep(now: datetime | None = None) -> int:
    """Forget what people were told long ago, the oldest first, so many at a time; return how much."""
    before = (now or timezone.now()) - KEPT
    oldest = Notification.objects.order_by("pk")
    first = oldest.values_list("at", flat=True).first()
    if first is None or first >= before:
        return 0
    ids = [pk for pk, at in oldest.values_list("pk", "at")[:FORGOTTEN_AT_ONCE] if at < before]
    return Notification.objects.filter(pk__in=ids).delete()[0]
