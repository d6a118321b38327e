"""A return: one file of an export that was edited elsewhere and came back, cut into its lines again."""

from django.db import models
from django.urls import reverse
from django.utils import timezone

from narrator.teams.models import User
from projects.models.exports import Export
from projects.models.projects import Project
from projects.models.sounds import Sound


class Return(models.Model):
    """It waits for a person to confirm which lines become takes, once.

    ``lines``: ``{"take", "paragraph", "digest", "start", "end", "shift", "change", "level_db", "gain_db"}`` each, in
    frames of 24 kHz: where the line is in ``sound``, and how much later than it was. ``gain_db`` is what the file had
    put on it, which the take is given back without. ``was_frames`` is how long the file was.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    export = models.ForeignKey(Export, models.CASCADE, related_name="+")
    sound = models.ForeignKey(Sound, models.PROTECT, related_name="+")
    file = models.CharField(max_length=200)
    name = models.CharField(max_length=200)
    lines = models.JSONField()
    was_frames = models.PositiveBigIntegerField()
    is_labelled = models.BooleanField(default=False)
    is_cut_short = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    filed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("return-confirm", args=[self.pk])
