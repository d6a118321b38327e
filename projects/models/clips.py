"""A clip: sound that is no speech of the manuscript. An intro, an outro, a sting; of a team, or of one project."""

from functools import cache
from typing import Self

from django.db import models
from django.db.models import Q

from narrator.direct import Asked, Blank, Prepared
from narrator.teams.models import Team, User
from projects.audio import pcm
from projects.models.projects import Project
from projects.models.sounds import Sound

NAME_CHARACTERS = 80


class ClipQuerySet(models.QuerySet["Clip"]):
    def within(self, project: Project) -> Self:
        """What may be placed in a project: its own clips, and those of its team."""
        return self.filter(_within(project.pk, project.team_id))


def _within(project: int | Blank, team: int | Blank) -> Q:
    return Q(project=project) | Q(team=team, project=None)


class Clip(models.Model):
    """A sound with a name. Where it is placed it is a line of its own, with a take that has this sound.

    Without a project it is there for all of the team's. Taking a clip away leaves the lines that it was placed as.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="clips")
    project = models.ForeignKey(Project, models.CASCADE, null=True, blank=True, related_name="clips")
    name = models.CharField(max_length=NAME_CHARACTERS)
    sound = models.ForeignKey(Sound, models.PROTECT, related_name="+")
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ClipQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="clip_name_once_in_project"),
            models.UniqueConstraint(
                fields=["team", "name"], condition=Q(project=None), name="clip_name_once_in_team"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="clip_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def asking_within(cls, project: Project) -> Asked:
        """What is to be asked for the names and lengths of what may be placed in a project."""
        return _placed().asking(project=project.pk, team=project.team_id)

    @property
    def duration_ms(self) -> int:
        return pcm.frames_to_ms(self.sound.frames)


@cache
def _placed() -> Prepared:
    rows = Clip.objects.filter(_within(Blank(Clip, "project"), Blank(Clip, "team")))
    return Prepared(rows.select_related("sound").only("name", "sound__frames"))
