"""A revision: a new manuscript of a project that exists, from its upload until it is taken over, and back again."""

from typing import Self

from django.db import models
from django.urls import reverse

from narrator.teams.models import User
from projects.models.edits import Edit
from projects.models.manuscripts import Manuscript
from projects.models.projects import Project


class RevisionQuerySet(models.QuerySet["Revision"]):
    def pending(self) -> Self:
        """Those that wait for a person's decisions, the newest first."""
        return self.filter(edit=None, discarded_at=None).order_by("-pk")

    def applied(self) -> Self:
        """Those that were taken over and hold, the newest first."""
        return self.filter(edit__isnull=False).order_by("-applied_at", "-pk")


class Revision(models.Model):
    """A manuscript that is compared with what a project says, and what people decide about each difference.

    ``choices`` are ``{mark of a difference: "theirs" or "mine"}``; what is not in them is as it is offered. ``edit``
    is the act by which it was taken over; it is none before, and again when that was taken back. ``chapters`` is
    what that did to scripts: ``{id: [before, after]}``, each ``{"title", "position", "removed"}``.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="revisions")
    manuscript = models.OneToOneField(Manuscript, models.CASCADE, related_name="revision")
    choices = models.JSONField(default=dict, editable=False)
    edit = models.OneToOneField(Edit, models.SET_NULL, null=True, blank=True, related_name="revision")
    chapters = models.JSONField(default=dict, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    discarded_at = models.DateTimeField(null=True, blank=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.manuscript)

    def get_absolute_url(self) -> str:
        return reverse("revision-detail", args=[self.pk])
