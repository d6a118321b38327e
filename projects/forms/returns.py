"""Handing in a file that was edited elsewhere, and saying which of its lines become takes."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from narrator.sentences import said
from projects.captions import labels
from projects.captions.labels import BadLabels

LIMIT_BYTES = 2**30
LABEL_BYTES = 4_000_000


class ReturnForm(forms.Form):
    """The edited file, which file of the export it was, and labels where somebody has set them."""

    of = forms.ChoiceField(label=_("It was"))
    file = forms.FileField()
    labels = forms.FileField(required=False)

    def __init__(self, *args: Any, files: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["of"].choices = [(name, name) for name in files]  # type: ignore[attr-defined]

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > LIMIT_BYTES:
            raise forms.ValidationError(
                _("This file is larger than 1 GB. Save it as FLAC, or hand in a chapter.")
            )
        return file

    def clean_labels(self) -> list[tuple[float, float]] | None:
        file: UploadedFile | None = self.cleaned_data["labels"]
        if file is None:
            return None
        try:
            regions = labels.read(file.read(LABEL_BYTES).decode())
        except BadLabels as error:
            raise forms.ValidationError(said(str(error))) from error
        except UnicodeDecodeError:
            raise forms.ValidationError(
                _("These are no labels. In Audacity: File, Export, Export Labels.")
            ) from None
        return [(start, end) for start, end, _name in regions]


class ConfirmForm(forms.Form):
    """Which lines become takes."""

    lines = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args: Any, rows: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lines"].choices = [(one["line"].pk, "") for one in rows]  # type: ignore[attr-defined]
