"""A team's own destinations: what somebody asks of its files whom the usual tables do not know."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from narrator.teams.models import Team, User
from projects.audio.destinations import Asked

OWN = "own:"
"""What the preset of a finish begins with that goes to one of these; its name follows."""
NAME_CHARACTERS = 60


class Destination(models.Model):
    """``asked`` is what ``Asked.kept`` gives, one for each rule. Finishes know it by its name, which stays."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="destinations")
    name = models.CharField(max_length=NAME_CHARACTERS)
    asked = models.JSONField(default=list)
    edited_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    edited_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint("team", Lower("name"), name="destination_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="destination_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("destination-edit", args=[self.pk])

    @property
    def preset(self) -> str:
        """How a finish names it."""
        return f"{OWN}{self.name}"

    @property
    def asking(self) -> list[Asked]:
        return [Asked.of(one) for one in self.asked]
