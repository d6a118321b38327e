"""A pruning: one round of the retention. Its row says what it took away, and how full the store is."""

from django.db import models
from django.utils import timezone

from narrator.teams.models import User


class Pruning(models.Model):
    """How many takes and exports lost their sound and file, and how many files went for it.

    What is marked as idle by this round or an earlier one goes by a later one. ``waiting_…``: what lies idle and goes
    one day as the settings are; ``store_bytes``: what rows lead to.
    """

    begun_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    takes = models.PositiveIntegerField(default=0)
    exports = models.PositiveIntegerField(default=0)
    files = models.PositiveIntegerField(default=0)
    freed_bytes = models.PositiveBigIntegerField(default=0)
    waiting_takes = models.PositiveIntegerField(default=0)
    waiting_bytes = models.PositiveBigIntegerField(default=0)
    sound_bytes = models.PositiveBigIntegerField(default=0)
    export_bytes = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.begun_at:%Y-%m-%d %H:%M}"
