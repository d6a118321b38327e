"""What is usual for a voice in a project, so that a take that differs can be told. The checks: audio/checks.py."""

from django.db import models

from projects.models.projects import Project

REMEMBERED_TAKES = 48


class Usual(models.Model):
    """The speech levels (dBFS) and paces of the last takes of one voice in one language of a project, newest last.

    Kept short in one row, so that a take is judged by one read and remembered by one write. Two workers may lose
    one of two figures between them: medians do not mind.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="+")
    voice = models.CharField(max_length=80)
    language = models.CharField(max_length=20)
    levels_dbfs = models.JSONField(default=list)
    paces = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "voice", "language"], name="usual_once")]

    def __str__(self) -> str:
        return f"{self.voice}, {self.language}: {len(self.levels_dbfs)} takes"

    def remember(self, *, level_dbfs: float | None, pace: float | None) -> None:
        """Add the figures of one more take; saves nothing."""
        if level_dbfs is not None:
            self.levels_dbfs = [*self.levels_dbfs, level_dbfs][-REMEMBERED_TAKES:]
        if pace is not None:
            self.paces = [*self.paces, pace][-REMEMBERED_TAKES:]
