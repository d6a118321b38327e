"""A guest link: who has it hears one project, or one script of it, and says what they think, without an account."""

import hashlib
import secrets
from datetime import datetime
from typing import Self

from django.contrib.auth.hashers import check_password, make_password
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from narrator.teams.models import User
from projects.models.projects import Project
from projects.models.scripts import Script

TOKEN_BYTES = 24


class GuestLinkQuerySet(models.QuerySet["GuestLink"]):
    def alive(self, now: datetime) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=now)

    def named(self, token: str) -> Self:
        """The link of this token: only its hash is kept, so nobody can read links out of the database."""
        return self.filter(token_hash=hash_of(token))


class GuestLink(models.Model):
    """Its token is shown once, when it is made. Without a script it is for all chapters of the project."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="guest_links")
    script = models.ForeignKey(Script, models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(_("for whom"), max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)
    password = models.CharField(max_length=128, blank=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = GuestLinkQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="guest_has_name")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def new_token(cls) -> str:
        return secrets.token_urlsafe(TOKEN_BYTES)

    def set_password(self, password: str) -> None:
        self.password = make_password(password) if password else ""

    def opens_with(self, password: str) -> bool:
        return not self.password or check_password(password, self.password)

    @property
    def is_alive(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()


def hash_of(token: str) -> str:
    """The token is long and random, so one round of a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
