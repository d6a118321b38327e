"""A sound of the store: a WAV under its own hash, with what was measured of it once."""

from django.db import models

from projects.audio.sums import Sums

SUMS = ("frames", "squares", "peak", "true_peak", "cells", "quiet")
"""The fields that a sound's figures are added up from."""


class Sound(models.Model):
    """What ``audio.sums`` measures, one row for one file, however many takes use it.

    A table of its own, so that no list of takes reads the cells by accident (docs/adr/0011).
    """

    sha256 = models.CharField(max_length=64, unique=True)
    frames = models.PositiveBigIntegerField()
    squares = models.PositiveBigIntegerField()
    peak = models.PositiveIntegerField()
    true_peak = models.FloatField()
    loudness_lufs = models.FloatField(null=True, blank=True)
    cells = models.BinaryField()
    quiet = models.BinaryField()
    # Since when nothing leads to it; see actions/retention.py.
    idle_since = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def sums(self) -> Sums:
        return Sums(*(getattr(self, name) for name in SUMS))
