"""A sample: a short sentence in one of an endpoint's voices, spoken once and heard by whoever chooses a voice."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q

from projects.models.sounds import Sound

# Who asked for it longer ago is not coming back with it: its call was given up before.
ASKED_FOR_S = 60


class SampleQuerySet(models.QuerySet["Sample"]):
    def to_ask(self, now: datetime) -> Self:
        """Those that nobody is having spoken now."""
        before = now - timedelta(seconds=ASKED_FOR_S)
        return self.filter(Q(asked_at=None) | Q(asked_at__lt=before), sound=None)


class Sample(models.Model):
    """``account``: the endpoint that speaks it (actions/accounts.py); ``digest``: sentence, voice, language, model.

    ``asked_at`` is set while a call for it is under way, so that two people who press at once pay once.
    """

    account = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    sound = models.ForeignKey(Sound, models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField(null=True, blank=True)

    objects = SampleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="sample_once")]

    def __str__(self) -> str:
        return self.digest[:12]
