"""A project: one book or one podcast of a team, with the direction that its lines inherit."""

from functools import cache
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from narrator.direct import Asked, Blank, Prepared
from narrator.teams.models import Membership, Team, User
from projects.audio.finish import Finish
from projects.audio.pauses import Pauses
from projects.models.direction import Direction

LONGEST_PAUSE_MS = 20_000


class ProjectQuerySet(models.QuerySet["Project"]):
    def of(self, user: User | Blank) -> Self:
        """The projects of the teams this person is in."""
        return self.filter(team__memberships__user=user)


class Project(Direction):
    """One book or podcast. Its direction is the default of every line."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="projects")
    title = models.CharField(max_length=200)
    author = models.CharField(max_length=200, blank=True)
    cover = models.FileField(upload_to="covers", blank=True)
    pause_ms = models.PositiveIntegerField(
        _("pause after a line, ms"), default=600, validators=[MaxValueValidator(LONGEST_PAUSE_MS)]
    )
    # Behind a line whose next one another character speaks; empty is a line like any other.
    speaker_pause_ms = models.PositiveIntegerField(
        _("pause where the speaker changes, ms"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(LONGEST_PAUSE_MS)],
    )
    scene_pause_ms = models.PositiveIntegerField(
        _("pause at the end of a scene, ms"), default=2000, validators=[MaxValueValidator(LONGEST_PAUSE_MS)]
    )
    title_pause_ms = models.PositiveIntegerField(
        _("pause after a title, ms"), default=1500, validators=[MaxValueValidator(LONGEST_PAUSE_MS)]
    )
    chapter_pause_ms = models.PositiveIntegerField(
        _("pause after a chapter, ms"), default=2000, validators=[MaxValueValidator(LONGEST_PAUSE_MS)]
    )
    # What audio/finish.py keeps: how takes are levelled and cut in a file. Whoever writes it: actions/finishes.py.
    finish = models.JSONField(default=dict, blank=True, editable=False)
    cap_micro = models.PositiveBigIntegerField(_("at most for this project"), null=True, blank=True)
    # From where on the checks of a take tell something; how they do it is audio/checks.py's.
    check_pause_ms = models.PositiveIntegerField(
        _("longest pause inside a line, ms"), default=1500, validators=[MinValueValidator(300)]
    )
    check_level_db = models.FloatField(
        _("louder or softer than usual by, dB"),
        default=6.0,
        validators=[MinValueValidator(1), MaxValueValidator(40)],
    )
    check_pace_percent = models.PositiveSmallIntegerField(
        _("quicker or slower than usual by, %"), default=40, validators=[MinValueValidator(10)]
    )
    # What is written short and spoken in full, by the names of lexicon/expansions.py.
    expansions = models.JSONField(_("spoken in full"), default=list, blank=True)
    retakes = models.PositiveSmallIntegerField(
        _("automatic retakes of a flagged line"), default=0, validators=[MaxValueValidator(3)]
    )
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    # Set by actions/tallies.py.
    script_count: int
    line_count: int
    ready_count: int

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("project-detail", args=[self.pk])

    @classmethod
    def asking(cls, pk: int) -> Asked:
        """What is to be asked for a project with this key."""
        return _by_key().asking(pk=pk)

    @classmethod
    def asking_of(cls, user: User) -> Asked:
        """What is to be asked for a person's projects with their teams, the newest first."""
        return _of().asking(user=user.pk)

    @property
    def pauses(self) -> Pauses:
        """What is heard behind its lines where they say nothing else."""
        return Pauses(self.pause_ms, self.speaker_pause_ms, self.scene_pause_ms, self.title_pause_ms)

    @property
    def finishing(self) -> Finish:
        """How its files are finished."""
        return Finish.of(self.finish)


@cache
def _by_key() -> Prepared:
    return Prepared(Project.objects.filter(pk=Blank(Project, "pk")))


@cache
def _of() -> Prepared:
    """Blank: user."""
    mine = Project.objects.of(Blank(Membership, "user"))
    return Prepared(mine.select_related("team"))
