"""An entry of a lexicon, a file of entries, and what is spoken in full."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from narrator import sentences
from projects.lexicon import expansions, files
from projects.lexicon.entries import ANY, EXACT, KEEP
from projects.manuscript import encoding
from projects.manuscript.manuscript import Unreadable
from projects.models import LexiconEntry
from projects.models.lexicons import LANGUAGES, SAID

FILE_BYTES = 1_000_000
# Shorter than the rows have it; a sentence that goes on to begin with a capital is what people expect.
CASES = [(KEEP, _("In any case")), (ANY, _("In any case, said as typed")), (EXACT, _("Exactly as written"))]
EXPANSIONS = {
    "years": (_("Years and dates"), "In 1984", "In nineteen eighty-four"),
    "currency": (_("Money"), "$5.50", "five dollars and fifty cents"),
    "units": (_("Units"), "5 km", "5 kilometres"),
    "numbers": (_("Numbers"), "1,234", "one thousand two hundred thirty-four"),
    "roman": (_("Roman numerals"), "Chapter IV", "Chapter four"),
    "abbreviations": (_("Abbreviations"), "Dr. Watson", "Doctor Watson"),
}


class EntryForm(forms.ModelForm):
    """What is written, and what is said instead."""

    class Meta:
        model = LexiconEntry
        fields = SAID
        labels = {
            "language": _("Language"),
            "written": _("Written"),
            "spoken": _("Say"),
            "kind": _("Kind"),
            "case": _("Capitals"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language: forms.ChoiceField = self.fields["language"]  # type: ignore[assignment]
        language.choices = [("", _("Any language")), *LANGUAGES]
        self.fields["case"].choices = CASES  # type: ignore[attr-defined]
        for name in ("written", "spoken"):
            self.fields[name].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        self.fields["spoken"].strip = False  # type: ignore[attr-defined]
        if self.initial.get("written") and not self.initial.get("spoken"):
            self.fields["spoken"].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        said = files.cleaned(cleaned)
        if fault := files.fault(said):
            self.add_error("spoken" if "said" in fault else "written", sentences.said(fault))
        return said


class LexiconFileForm(forms.Form):
    """A file of entries, or its text once it was looked at."""

    file = forms.FileField(required=False)
    text = forms.CharField(required=False, max_length=FILE_BYTES, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """``rows`` are what is in it."""
        cleaned = super().clean() or {}
        file: UploadedFile | None = cleaned.get("file")
        if file is not None:
            if (file.size or 0) > FILE_BYTES:
                raise forms.ValidationError(_("This file is larger than 1 MB. Import it in parts."))
            try:
                cleaned["text"] = encoding.decode(file.read()).text
            except Unreadable as error:
                raise forms.ValidationError(
                    _("This file is not text. Choose a CSV or a PLS file.")
                ) from error
        if not cleaned.get("text", "").strip():
            raise forms.ValidationError(_("Choose a file that has something in it."))
        try:
            cleaned["rows"] = files.read(cleaned["text"], languages=[name for name, _words in LANGUAGES])
        except files.Unusable as error:
            raise forms.ValidationError(sentences.said(str(error))) from error
        return cleaned


class ExpansionsForm(forms.Form):
    """What a project speaks in full."""

    kinds = forms.MultipleChoiceField(required=False, choices=[(kind, kind) for kind in expansions.KINDS])

    def chosen(self) -> tuple[str, ...]:
        """The kinds of the valid form, in the order in which they are spoken."""
        return tuple(kind for kind in expansions.KINDS if kind in self.cleaned_data["kinds"])
