"""Handing in an archive of a project."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from narrator.teams.models import Team

LIMIT_BYTES = 4 * 2**30


class ArchiveForm(forms.Form):
    """An archive for one of the person's teams; a larger one goes by ``manage.py import_project``."""

    file = forms.FileField(label=_("Archive of a project"))
    team = forms.ModelChoiceField(Team.objects.none(), label=_("For the team"))

    def __init__(self, *args: Any, teams: list[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: forms.ModelChoiceField = self.fields["team"]  # type: ignore[assignment]
        field.queryset = Team.objects.filter(pk__in=[team.pk for team in teams])
        field.initial = teams[0] if teams else None
        field.empty_label = None

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > LIMIT_BYTES:
            raise forms.ValidationError(
                _(
                    "This file is larger than %(limit)s GB. Ask who runs this studio to take it in "
                    "with: manage.py import_project"
                )
                % {"limit": LIMIT_BYTES // 2**30}
            )
        return file
