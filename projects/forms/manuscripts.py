"""The preview of a manuscript: the project's fields, and what is to be made of the chapters."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from projects.forms import VoiceField, checked
from projects.manuscript.arrangement import TITLE_CHARACTERS, Arrangement, Section, beside
from projects.manuscript.manuscript import Kind
from projects.manuscript.manuscript import Manuscript as Reading
from projects.models import Project

# How many there are of what stands beside the text.
_KINDS = {
    Kind.DIRECTION: ngettext_lazy("%(count)s stage direction", "%(count)s stage directions", "number"),
    Kind.HEADING: ngettext_lazy("%(count)s inner heading", "%(count)s inner headings", "number"),
    Kind.NOTE: ngettext_lazy("%(count)s footnote", "%(count)s footnotes", "number"),
    Kind.CAPTION: ngettext_lazy("%(count)s caption", "%(count)s captions", "number"),
    Kind.CUE: ngettext_lazy("%(count)s sound cue", "%(count)s sound cues", "number"),
}


class ImportForm(forms.ModelForm):
    """What becomes of a read manuscript.

    A chapter's fields are named by the passage it starts with: its title is ``title-START``, and ``tick`` holds START
    where it is wanted. ``plan`` says which chapters there are; those whose title is not sent stay as they are in it.
    """

    voice = VoiceField(label=_("Voice"))
    kinds = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    titles = forms.BooleanField(required=False)
    cast = forms.BooleanField(required=False)

    class Meta:
        model = Project
        fields = ["title", "author", "voice", "language", "instructions"]
        labels = {"title": _("Title"), "author": _("Author"), "language": _("Language")}
        widgets = {"instructions": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, read: Reading, plan: Arrangement, team_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.read, self.plan = read, plan
        self.fields["voice"].offer(team_id, language="Auto")  # type: ignore[attr-defined]
        offered = [
            (kind.value, _KINDS[kind] % {"number": count, "count": f"{count:,}"})
            for kind, count in beside(read).items()
        ]
        self.fields["kinds"].choices = offered  # type: ignore[attr-defined]
        self.initial = {
            **self.initial,
            "kinds": list(plan.kinds),
            "titles": plan.titles,
            "cast": not plan.labels,
        }

    def clean_instructions(self) -> str:
        return checked(self.cleaned_data["instructions"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        spoken = (chapter for chapter in self.arranged().chapters(self.read) if chapter.ticked)
        if not any(one.kind is not Kind.BREAK for chapter in spoken for one in chapter.passages):
            raise forms.ValidationError(_("Tick at least one chapter in which something is spoken."))
        return cleaned

    def arranged(self) -> Arrangement:
        """The plan as it stands in the form, whether or not the form is valid."""
        if not self.is_bound:
            return self.plan
        assert isinstance(self.data, MultiValueDict)  # for mypy: what a request sends
        ticked = set(self.data.getlist("tick"))
        offered = {kind.value: kind for kind in beside(self.read)}
        return replace(
            self.plan,
            sections=tuple(self._arranged(one, ticked) for one in self.plan.sections),
            kinds=frozenset(offered[name] for name in self.data.getlist("kinds") if name in offered),
            labels=bool(self.read.speakers) and "cast" not in self.data,
            titles="titles" in self.data,
        )

    def _arranged(self, section: Section, ticked: set[str]) -> Section:
        title = self.data.get(f"title-{section.start}")
        if title is None:
            return section
        return replace(
            section,
            title=title.strip()[:TITLE_CHARACTERS] or section.title,
            ticked=str(section.start) in ticked,
        )

    def draft(self) -> dict[str, str]:
        """The project's own fields as they stand in the form, whether or not they are valid."""
        return {name: str(self[name].value() or "")[:2000] for name in self.Meta.fields}


class ArrangeForm(forms.Form):
    """One act on the chapters: this one put to the one before, a new one from a passage on, or a look inside."""

    merge = forms.IntegerField(required=False, min_value=0)
    split = forms.IntegerField(required=False, min_value=0)
    look = forms.IntegerField(required=False, min_value=0)
