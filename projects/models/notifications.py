"""What a person is told: notifications, what of them goes out by mail and when, and what each person wants."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from narrator.sentences import said
from narrator.teams.models import Team, User
from projects.models.exports import Export
from projects.models.paragraphs import Paragraph
from projects.models.projects import Project
from projects.models.scripts import Script

DAILY_AT = 8


class News(models.TextChoices):
    """What people are told of."""

    MENTION = "mention", _("A comment names me")
    ASSIGNMENT = "assignment", _("A chapter is given to me to hear")
    PICKUP = "pickup", _("A pickup is wanted of a line that I had made")
    REPLY = "reply", _("Somebody answers my comment or resolves it")
    GUEST = "guest", _("A guest of mine says something")
    RUN = "run", _("What I generate is finished, fails or stands still")
    EXPORT = "export", _("My export is ready or has failed")


class Way(models.TextChoices):
    """How somebody is told of one kind of news."""

    OFF = "off", _("Not at all")
    APP = "app", _("Here")
    MAIL = "mail", _("Here and by e-mail")


class Often(models.TextChoices):
    """When what goes by mail is sent: all together, and nothing that was read here before."""

    NEVER = "never", _("Never")
    HOURLY = "hourly", _("Every hour")
    DAILY = "daily", format_lazy(_("Every day at {hour}:00"), hour=DAILY_AT)


BY_MAIL = (News.MENTION, News.ASSIGNMENT, News.PICKUP, News.GUEST)
USUAL = {kind.value: (Way.MAIL if kind in BY_MAIL else Way.APP).value for kind in News}


class Wishes(models.Model):
    """What a person wants to be told, and how; who has no row wants what is usual. ``ways``: kind -> way."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="wishes")
    ways = models.JSONField(default=dict)
    often = models.CharField(max_length=8, choices=Often, default=Often.HOURLY)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(often__in=Often.values), name="wishes_often_known")]

    def __str__(self) -> str:
        return f"{self.user}: mail {self.often}"

    @classmethod
    def of(cls, users: list[User]) -> "dict[int, Wishes]":
        """The wishes of these people, by person. One query."""
        kept = {row.pk: row for row in cls.objects.filter(pk__in=[user.pk for user in users])}
        return {user.pk: kept.get(user.pk) or cls(user=user) for user in users}

    def way(self, kind: str) -> str:
        return str(self.ways.get(kind, USUAL[kind]))

    def mail_at(self, kind: str, now: datetime) -> datetime | None:
        """When a mail with news of this kind goes out; None for never."""
        return self.next_mail_at(now) if self.way(kind) == Way.MAIL else None

    def next_mail_at(self, now: datetime) -> datetime | None:
        """When the next mail goes out: at the full hour, or in the morning of this studio's time zone."""
        here = timezone.localtime(now).replace(minute=0, second=0, microsecond=0)
        if self.often == Often.HOURLY:
            return here + timedelta(hours=1)
        if self.often == Often.DAILY:
            day = here if here.hour < DAILY_AT else here + timedelta(days=1)
            return day.replace(hour=DAILY_AT)
        return None


class NotificationQuerySet(models.QuerySet["Notification"]):
    def of(self, user: User) -> Self:
        """What this person was told of teams she is still in."""
        return self.filter(to=user, team__members=user)

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def to_mail(self) -> Self:
        """What still is to go out by mail, and was not read here meanwhile, to people who are still there."""
        is_there = Q(to__is_active=True, team__memberships__user=models.F("to"))
        return self.filter(is_there, mail_at__isnull=False, mailed_at=None, read_at=None)

    def with_places(self) -> Self:
        rows = self.select_related("project", "script", "paragraph__script", "export__project")
        return rows.defer("export__plan", "export__timeline", "export__marks")

    def read(self) -> int:
        return self.unread().update(read_at=timezone.now())


class Notification(models.Model):
    """One thing that a person is told. ``mail_at``: when it is due by mail, in a digest; null for never.

    ``mail_token`` and ``mail_until`` are the claim of whoever is sending it now.
    """

    to = models.ForeignKey(User, models.CASCADE, related_name="notifications", db_index=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, models.CASCADE, null=True, related_name="+")
    script = models.ForeignKey(Script, models.CASCADE, null=True, related_name="+")
    paragraph = models.ForeignKey(Paragraph, models.CASCADE, null=True, related_name="+")
    export = models.ForeignKey(Export, models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=12, choices=News)
    words = models.CharField(max_length=300)
    quote = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)
    mail_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    mail_token = models.UUIDField(null=True)
    mail_until = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["to", "id"], name="notification_of"),
            models.Index(fields=["to", "team"], condition=Q(read_at=None), name="notification_unread"),
            models.Index(
                fields=["mail_at"], condition=Q(mailed_at=None, read_at=None), name="notification_mail"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=News.values), name="notification_kind_known")
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def told(self) -> str:
        """What is quoted, for its reader: a reason is ours to say, what people wrote is theirs."""
        return said(self.quote) if self.kind in (News.RUN, News.EXPORT) else self.quote

    @property
    def anchor(self) -> str:
        """Where on the page of its target it leads; said in its own link, too, for who fetches pages by script."""
        return f"#line-{self.paragraph_id}" if self.paragraph_id else ""

    def target(self) -> str:
        """The address of what it is about."""
        if self.paragraph is not None:
            return f"{self.paragraph.script.get_absolute_url()}{self.anchor}"
        place: Any = self.export or self.script or self.project
        if self.kind == News.ASSIGNMENT and self.script is not None:
            return reverse("script-review", args=[self.script.pk])
        return place.get_absolute_url() if place is not None else reverse("run-list")
