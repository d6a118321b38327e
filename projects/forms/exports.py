"""What file is wanted: one of a few that most want, or one's own choice."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models import Export
from projects.models.exports import Format


@dataclass(frozen=True)
class Kind:
    """A ready-made choice; ``about`` says what comes out and whom it is for."""

    name: Any
    about: Any
    format: str
    by_chapter: bool


KINDS = {
    "audiobook": Kind(_("Audiobook"), _("One M4B with chapter marks"), Format.M4B, False),
    "shops": Kind(_("Audiobook shops"), _("An MP3 of 192 kb/s for each chapter"), Format.MP3, True),
    "podcast": Kind(_("Podcast"), _("An MP3 of 128 kb/s for each episode"), Format.MP3_128, True),
}
OWN = "own"


class ExportForm(forms.Form):
    """Without a kind it is an own choice; format and files of any other are the kind's."""

    kind = forms.ChoiceField(
        required=False,
        initial="audiobook",
        choices=[*((key, kind.name) for key, kind in KINDS.items()), (OWN, _("Other"))],
    )
    format = forms.ChoiceField(label=_("Format"), required=False, choices=Format.choices, initial=Format.M4B)
    by_chapter = forms.BooleanField(required=False, label=_("One file per chapter, in a ZIP"))
    narrator = forms.CharField(required=False, max_length=200, label=_("Narrated by"))
    says_synthetic = forms.BooleanField(
        required=False, initial=True, label=_("Say that the voices are synthetic")
    )
    partial = forms.BooleanField(required=False, label=_("Only the lines that are ready"))
    approved = forms.BooleanField(required=False, label=_("Only what is approved"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = KINDS.get(cleaned.pop("kind", ""))
        if kind:
            return cleaned | {"format": kind.format, "by_chapter": kind.by_chapter}
        if not cleaned.get("format") and "format" not in self.errors:
            self.add_error("format", _("Choose what kind of file you want."))
        return cleaned

    @property
    def kinds(self) -> list[tuple[str, Kind, bool]]:
        """The ready-made choices for the page, and which is ticked."""
        return [(key, kind, self["kind"].value() == key) for key, kind in KINDS.items()]


def as_before(export: Export | None) -> dict[str, Any]:
    """What a form begins with, so that the next export is like the last one."""
    if export is None:
        return {}
    same = (
        key
        for key, kind in KINDS.items()
        if (kind.format, kind.by_chapter) == (export.format, export.by_chapter)
    )
    return {
        "kind": next(same, OWN),
        "format": export.format,
        "by_chapter": export.by_chapter,
        "says_synthetic": bool(export.note),
    }
