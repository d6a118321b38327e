"""Handing in a cover."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from projects.audio import cover


class CoverForm(forms.Form):
    """A picture; whether a file can carry it is ``audio.cover``'s to say."""

    file = forms.FileField(label=_("A JPEG or PNG picture, square, of 2,400 to 3,000 pixels"))

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > cover.SIZE_LIMIT_BYTES:
            raise forms.ValidationError(
                _("This picture is larger than 20 MB. Save it smaller and try again.")
            )
        return file
