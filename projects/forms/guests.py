"""Making a guest link, and what a guest says."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models import Project, Script

LONGEST_DAYS = 365


class GuestLinkForm(forms.Form):
    """For whom a link is, what it opens, for how long, and whether it asks for a password."""

    name = forms.CharField(max_length=80, strip=True)
    script = forms.ModelChoiceField(Script.objects.none(), required=False, empty_label=_("All chapters"))
    days = forms.IntegerField(min_value=1, max_value=LONGEST_DAYS, initial=14)
    password = forms.CharField(required=False, max_length=128, strip=False, widget=forms.PasswordInput)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: forms.ModelChoiceField = self.fields["script"]  # type: ignore[assignment]
        field.queryset = project.scripts.all()
        self.fields["password"].widget.attrs["autocomplete"] = "new-password"
