"""An edit: one act of a person on lines of a script. It is what undo takes back, and what a line's history tells."""

from collections.abc import Mapping
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from narrator.direct import Blank
from narrator.teams.models import User
from projects.models.paragraphs import LineKind, Paragraph
from projects.models.scripts import Script


class EditKind(models.TextChoices):
    """What was done, in the words of the page: "Undone: split a line"."""

    TEXT = "text", _("edited the text")
    DIRECTION = "direction", _("changed the direction")
    PAUSE = "pause", _("changed the pause")
    SPLIT = "split", _("split the line")
    MERGE = "merge", _("merged two lines")
    INSERT = "insert", pgettext_lazy("what somebody did", "inserted")
    REMOVE = "remove", pgettext_lazy("what somebody did", "deleted")
    MOVE = "move", pgettext_lazy("what somebody did", "moved")
    REPLACE = "replace", _("replaced text")
    RESTORE = "restore", _("restored an earlier text")
    RECAST = "recast", _("changed the cast")
    LOCK = "lock", pgettext_lazy("what somebody did", "locked")
    UNLOCK = "unlock", pgettext_lazy("what somebody did", "unlocked")
    REVISION = "revision", _("took over the author's revision")


# What the history of a line tells besides its text.
DIRECTED = {
    "character_id": _("Character"),
    "voice": _("Voice"),
    "language": _("Language"),
    "instructions": _("Direction"),
    "pause_ms": pgettext_lazy("silence", "Pause"),
    "kind": _("Kind"),
}


class EditQuerySet(models.QuerySet["Edit"]):
    def next_undo(self, script: Script, by: User) -> "Edit | None":
        """The last act of this person in this script that holds.

        A revision is none: it reaches over all chapters, and is taken back on its own page.
        """
        acts = self.filter(script=script, by=by, undone_at=None).exclude(kind=EditKind.REVISION)
        return acts.order_by("-pk").first()

    def next_redo(self, script: Script, by: User) -> "Edit | None":
        """The first act that this person took back and has not acted after."""
        last = self.next_undo(script, by)
        undone = self.filter(script=script, by=by, undone_at__isnull=False).exclude(kind=EditKind.REVISION)
        return undone.filter(pk__gt=last.pk if last else 0).order_by("pk").first()


class Edit(models.Model):
    """One act: its changes hold as long as it is not undone. Undoing and redoing it makes no row of its own."""

    script = models.ForeignKey(Script, models.CASCADE, related_name="edits", db_index=False)
    kind = models.CharField(max_length=12, choices=EditKind)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = EditQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["script", "by", "id"], name="edit_of_person")]
        constraints = [models.CheckConstraint(condition=Q(kind__in=EditKind.values), name="edit_kind_known")]

    def __str__(self) -> str:
        return f"{self.by or gettext('Somebody')} {self.get_kind_display()}"


class ChangeQuerySet(models.QuerySet["Change"]):
    def of(self, line: Paragraph) -> Self:
        """What became of a line, the newest first."""
        return self.filter(paragraph=line).select_related("edit__by").order_by("-pk")

    def gone_since(self, script: Blank, version: Blank) -> Self:
        """The changes by which lines left this script after this version."""
        return self.filter(left=script, left_version__gt=version)


class Change(models.Model):
    """What an edit did to one line: the fields that differ, before and after.

    A line that left a script by it, or by its being undone, is remembered with the version at which it left
    (``left``, ``left_version``), for the pages that still show it.
    """

    edit = models.ForeignKey(Edit, models.CASCADE, related_name="changes", db_index=False)
    paragraph = models.ForeignKey(Paragraph, models.CASCADE, related_name="changes")
    before = models.JSONField()
    after = models.JSONField()
    left = models.ForeignKey(Script, models.CASCADE, null=True, blank=True, related_name="+", db_index=False)
    left_version = models.PositiveBigIntegerField(null=True, blank=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["left", "left_version"], name="change_departures")]
        constraints = [models.UniqueConstraint(fields=["edit", "paragraph"], name="change_of_line_once")]

    def __str__(self) -> str:
        return f"{self.edit}: line {self.paragraph_id}"

    def direction(self, cast: Mapping[int, str]) -> list[tuple[Any, str, str]]:
        """What it changed of who speaks the line and how: a word for what, and its value before and after."""
        return [
            (word, _told(name, self.before.get(name), cast), _told(name, self.after[name], cast))
            for name, word in DIRECTED.items()
            if name in self.after and self.before.get(name) != self.after[name]
        ]


def _told(name: str, value: Any, cast: Mapping[int, str]) -> str:
    """A value of a line as people read it; ``cast`` has the characters' names by id."""
    if name == "character_id":
        return (
            gettext("Narrator") if value is None else cast.get(value, gettext("somebody who left the cast"))
        )
    if name == "kind":
        return str(LineKind(value or "").label)
    if name == "pause_ms" and value is not None:
        return f"{value:,} ms"
    if name == "language" and value:
        return gettext(value)
    return str(value) if value else gettext("as inherited")
