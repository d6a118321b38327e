"""A podcast feed of a project: private, at a secret address that can be taken back."""

import hashlib
import secrets
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from narrator.teams.models import User
from projects.models.projects import Project

TOKEN_BYTES = 24


class Episodes(models.TextChoices):
    """What an episode is."""

    CHAPTERS = "chapters", _("Each chapter is an episode")
    BOOK = "book", _("The whole project is one episode")


class FeedQuerySet(models.QuerySet["Feed"]):
    def named(self, token: str) -> Self:
        """The open feed of this token: only its hash is kept, so nobody can read addresses out of the database."""
        return self.filter(token_hash=hash_of(token), revoked_at=None)


class Feed(models.Model):
    """Its token is shown once, when it is made. With ``has_drafts`` unfinished files are in it, too."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="feeds")
    name = models.CharField(_("for whom"), max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)
    episodes = models.CharField(max_length=10, choices=Episodes, default=Episodes.CHAPTERS)
    has_drafts = models.BooleanField(default=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = FeedQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="feed_has_name"),
            models.CheckConstraint(condition=Q(episodes__in=Episodes.values), name="feed_episodes_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def new_token(cls) -> str:
        return secrets.token_urlsafe(TOKEN_BYTES)


def hash_of(token: str) -> str:
    """The token is long and random, so one round of a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
