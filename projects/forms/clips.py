"""Clips: a file with a name, and the place of one between lines."""

from pathlib import PurePath
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from projects.models.clips import NAME_CHARACTERS


class ClipNameForm(forms.Form):
    name = forms.CharField(
        max_length=NAME_CHARACTERS, error_messages={"required": _("Say what the clip is called.")}
    )


class ClipForm(forms.Form):
    """A file that becomes a clip; without a name it is called like the file."""

    file = forms.FileField(
        label=_("Sound file"), error_messages={"required": _("Choose a sound file first.")}
    )
    name = forms.CharField(
        label=_("Name"), max_length=NAME_CHARACTERS, required=False, help_text=_("Empty: that of the file")
    )
    is_for_team = forms.BooleanField(label=_("For all projects of the team"), required=False)

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > settings.UPLOAD_LIMIT_BYTES:
            limit = settings.UPLOAD_LIMIT_BYTES // 2**20
            raise forms.ValidationError(
                _("This file is larger than %(limit)s MB. Hand in a shorter one.") % {"limit": limit}
            )
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("name") and cleaned.get("file"):
            cleaned["name"] = PurePath(str(cleaned["file"].name)).stem[:NAME_CHARACTERS].strip() or "Clip"
        return cleaned


class ClipPlaceForm(forms.Form):
    """Which clip goes behind the last of these lines; at the start where there is none."""

    clip = forms.IntegerField(min_value=1, error_messages={"required": _("Choose a clip first.")})
    lines = forms.CharField(required=False)

    def clean_lines(self) -> int | None:
        last = str(self.cleaned_data["lines"]).rpartition(",")[2]
        if last and not (last.isdecimal() and len(last) < 19):
            raise forms.ValidationError(_("This is no line of this script. Load the page again."))
        return int(last) if last else None
