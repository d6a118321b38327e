"""A manuscript as it was handed in: the file, before and after it has become a project."""

from typing import TYPE_CHECKING

from django.db import models
from django.urls import reverse

from narrator.teams.models import Team, User
from projects.models.projects import Project

if TYPE_CHECKING:
    from projects.models.revisions import Revision


class Lean(models.Manager["Manuscript"]):
    """Without the text of the book."""

    def get_queryset(self) -> models.QuerySet["Manuscript"]:
        return super().get_queryset().defer("base")


class Manuscript(models.Model):
    """An uploaded or pasted text. Without a project it waits for its import to be confirmed.

    ``plan`` is how far a person has come with that: what ``Arrangement.as_json`` gives, and ``fields``, the project's
    own as they stand in the form. ``base`` is what was made of it, ``{"chapters": [[title, [text of a line, …]], …]}``:
    a later revision is compared with it. It is as large as the book, so it is loaded only where it is asked for.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="manuscripts")
    project = models.ForeignKey(Project, models.CASCADE, null=True, blank=True, related_name="manuscripts")
    file = models.FileField(upload_to="manuscripts/%Y")
    filename = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    plan = models.JSONField(default=dict, blank=True, editable=False)
    base = models.JSONField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = Lean()

    def __str__(self) -> str:
        return self.filename

    def get_absolute_url(self) -> str:
        return reverse("manuscript-preview", args=[self.pk])

    @property
    def belongs_to(self) -> "Project | Revision | None":
        """The project that was made of it, or the revision it is; None while it waits to become a project."""
        return self.project or getattr(self, "revision", None)
