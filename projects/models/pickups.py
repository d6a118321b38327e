"""A pickup recording: all the pickups of a sheet spoken in one go, and how it was cut and given to the lines."""

from django.db import models
from django.urls import reverse
from django.utils import timezone

from narrator.teams.models import User
from projects.models.projects import Project
from projects.models.sounds import Sound


class PickupRecording(models.Model):
    """One recording for many lines. It waits for a person to confirm which piece is which line, once.

    ``pieces``: [start_ms, stop_ms] each. ``lines``: paragraph, its digest when the sheet was cut, and the pieces it is
    taken for as [first, after the last], or null.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    sound = models.ForeignKey(Sound, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    pieces = models.JSONField()
    lines = models.JSONField()
    is_cut_short = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    filed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("pickup-confirm", args=[self.pk])
