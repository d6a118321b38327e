"""Tokens by which a person's programs come in, and the answers that are kept so that nothing is done twice."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from narrator.teams.models import User

NOUNS = (
    *("projects", "cast", "lines", "runs", "takes", "reviews", "exports"),
    *("guests", "teams", "notifications", "usage"),
)
# Usage is what happened: there is nothing to write.
SCOPES = tuple(
    f"{noun}:{way}" for noun in NOUNS for way in ("read", "write") if (noun, way) != ("usage", "write")
)
ANSWERS_KEPT = timedelta(hours=24)
NOTED_EACH = timedelta(minutes=1)
KEY_CHARACTERS = 200


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def alive(self, now: datetime) -> Self:
        """Those that open something: neither taken back nor run out, of people who may still sign in."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=now), revoked_at=None, user__is_active=True)


class ApiToken(models.Model):
    """A secret that stands for a person, within its scopes. Only its digest is kept; ``hint`` is how it begins.

    ``scopes`` are those of ``SCOPES`` that were chosen; the writing of a noun includes its reading.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=20, editable=False)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = [F("revoked_at").asc(nulls_first=True), "-pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_over(self) -> bool:
        return self.ends_at is not None and self.ends_at <= timezone.now()

    def note_use(self, now: datetime) -> None:
        """Keep when it was last used, to the minute: a program that asks all day must not write with each question."""
        if self.last_used_at is None or self.last_used_at < now - NOTED_EACH:
            self.last_used_at = now
            self.save(update_fields=["last_used_at"])

    @property
    def opens(self) -> str:
        """``Writes projects, runs; reads lines.``"""
        writes = [noun for noun in NOUNS if f"{noun}:write" in self.scopes]
        reads = [noun for noun in NOUNS if f"{noun}:read" in self.scopes and noun not in writes]
        parts = [
            f"{way} {', '.join(nouns)}" for way, nouns in (("writes", writes), ("reads", reads)) if nouns
        ]
        return f"{'; '.join(parts).capitalize()}."

    def allows(self, scope: str) -> bool:
        """Whether the token opens this: a scope as in ``SCOPES``."""
        noun, _, way = scope.partition(":")
        return scope in self.scopes or (way == "read" and f"{noun}:write" in self.scopes)


class ApiAnswer(models.Model):
    """What a request with an idempotency key was answered, to be said again to whoever asks the same again.

    ``request`` is a digest of what was asked; ``status`` and ``body`` are empty only inside the transaction that does
    the work.
    """

    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="answers")
    key = models.CharField(max_length=KEY_CHARACTERS)
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="api_answer_once")]

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"
