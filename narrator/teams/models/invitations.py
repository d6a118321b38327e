"""An invitation: a link that makes whoever opens it a member of a team, so many times, until a day."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from narrator.sentences import gettext_noop, said
from narrator.teams.models.people import User
from narrator.teams.models.teams import Role, Team

LINK_FOR = {
    Role.ADMIN: gettext_noop("a link for admins"),
    Role.EDITOR: gettext_noop("a link for editors"),
    Role.REVIEWER: gettext_noop("a link for reviewers"),
    Role.VIEWER: gettext_noop("a link for viewers"),
}


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, now: datetime) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=now, uses__lt=F("most_uses"))


class Invitation(models.Model):
    """Its token is shown once, or mailed; its hash is kept. With an address it was mailed there, for one person."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=10, choices=Role)
    email = models.EmailField(blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    most_uses = models.PositiveIntegerField(default=1)
    uses = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=Role.values) & ~Q(role=Role.OWNER), name="invitation_role_known"
            ),
            models.CheckConstraint(condition=Q(uses__lte=F("most_uses")), name="invitation_uses_counted"),
        ]

    def __str__(self) -> str:
        return self.email or said(LINK_FOR[Role(self.role)])

    @property
    def is_open(self) -> bool:
        """Whether it still makes somebody a member."""
        return self.revoked_at is None and self.expires_at > timezone.now() and self.uses < self.most_uses
