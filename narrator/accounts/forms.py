"""What a person says of themselves."""

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from narrator.teams.models import User


class NameForm(forms.Form):
    """The name that others see. allauth makes it the first part of the form by which people sign up."""

    name = forms.CharField(
        label=_("Name, as others see it"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "email", "password1"]

    def signup(self, request: HttpRequest, user: User) -> None:
        """Keep the name of somebody who has just signed up."""
        user.rename(self.cleaned_data["name"])
