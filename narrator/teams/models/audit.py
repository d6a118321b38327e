"""The audit trail: who did what that matters for safety. Written once; triggers in the database keep it so."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from narrator.teams.models.people import User
from narrator.teams.models.teams import Team

WORDS = 300


class AuditKind(models.TextChoices):
    """What the trail may be filtered by."""

    SIGN_IN = "sign-in", _("Signing in")
    ACCOUNT = "account", _("Passwords and second steps")
    MEMBERS = "members", _("Members and roles")
    INVITATIONS = "invitations", _("Invitations")
    TOKENS = "tokens", _("API tokens")


def name_of(model: type[models.Model]) -> Any:
    """A key that holds nobody back: what it names may be deleted, and the row of a trail stays as it was written."""
    return models.ForeignKey(
        model, models.DO_NOTHING, null=True, db_constraint=False, related_name="+", db_index=False
    )


class AuditEvent(models.Model):
    """One event: ``who`` ``words``, as in "Ada made Edgar an admin". Without a team it is about ``by``'s account.

    A refused sign-in has in ``by`` whose account it was tried with; nobody's, where there is no such account.
    """

    team = name_of(Team)
    by = name_of(User)
    kind = models.CharField(max_length=12, choices=AuditKind)
    who = models.CharField(max_length=120)
    words = models.CharField(max_length=WORDS)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["team", "at", "id"], name="audit_of_team"),
            models.Index(fields=["by", "at", "id"], name="audit_of_person"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=AuditKind.values), name="audit_kind_known")
        ]

    def __str__(self) -> str:
        return f"{self.who} {self.words}"
