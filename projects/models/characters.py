"""Who speaks in a project: its characters, the names under which their lines were found, and changes of the cast."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from narrator.teams.models import User
from projects.models.direction import Layer
from projects.models.projects import Project

NAME_CHARACTERS = 80


class Colour(models.TextChoices):
    """The colours of marks, told apart by the colour-blind, too; static/css/tokens.css says what they look like."""

    BLUE = "blue", _("Blue")
    ORANGE = "orange", _("Orange")
    GREEN = "green", _("Green")
    PLUM = "plum", _("Plum")
    SKY = "sky", _("Sky")
    OCHRE = "ochre", _("Ochre")
    RED = "red", _("Red")
    SLATE = "slate", _("Slate")


class Character(Layer):
    """Somebody who speaks. The narrator, of whom a project has at most one, speaks the lines of nobody else."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="characters")
    name = models.CharField(max_length=NAME_CHARACTERS)
    colour = models.CharField(max_length=10, choices=Colour, default=Colour.BLUE)
    is_narrator = models.BooleanField(_("speaks every line of nobody else"), default=False)

    class Meta:
        ordering = ["-is_narrator", "name", "pk"]
        constraints = [
            models.UniqueConstraint("project", Lower("name"), name="character_name_once"),
            models.UniqueConstraint(
                fields=["project"], condition=Q(is_narrator=True), name="character_one_narrator"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="character_has_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("character-edit", args=[self.pk])


class Speaker(models.Model):
    """A name that the manuscript gives to whoever speaks, and what a person has decided about it.

    Several names may be one character's; an ignored one is nobody's. Lines that are found later follow the decision.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="speakers")
    name = models.CharField(max_length=NAME_CHARACTERS)
    character = models.ForeignKey(Character, models.CASCADE, null=True, blank=True, related_name="speakers")
    ignored = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="speaker_name_once"),
            models.CheckConstraint(
                condition=Q(ignored=False) | Q(character=None), name="speaker_ignored_is_nobody"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CastChange(models.Model):
    """One change of the cast, with what was before it, so that it can be taken back once.

    ``before`` and ``after`` are ``{"lines": {line: character or null}, "characters": {character: {field: value}
    or null}, "speakers": {name: [character or null, ignored] or null}}`` with ids as text; null means: was not there.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="cast_changes")
    words = models.CharField(max_length=300)
    before = models.JSONField()
    after = models.JSONField()
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.words
