"""What a call of the endpoint sent and got, as far as it may be kept; shown to admins, and gone after a while."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

from projects.models.money import Call

KEPT = timedelta(days=14)


class CallRecord(models.Model):
    """The requests and answers of one call. ``legs``: rows of speech.record.Leg: no token, no sound, cut short."""

    call = models.OneToOneField(Call, models.CASCADE, related_name="record")
    at = models.DateTimeField(default=timezone.now, db_index=True)
    legs = models.JSONField()

    def __str__(self) -> str:
        return f"Call {self.call_id}: {len(self.legs)} requests"
