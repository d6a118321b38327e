"""What people decide about the differences of a revision, and which of them they look at."""

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.merging.units import State

CHOICES = [("theirs", _("The author's")), ("mine", _("Ours"))]


class ShowForm(forms.Form):
    """Which differences are shown, and from which on."""

    show = forms.ChoiceField(
        required=False, choices=[(state.value, state.value) for state in State if state is not State.KEPT]
    )
    at = forms.IntegerField(required=False, min_value=0)


class DecideForm(ShowForm):
    """Whose text one difference is to have, or with ``every`` all that are shown."""

    choice = forms.ChoiceField(choices=CHOICES)
    mark = forms.RegexField(r"^[0-9a-f]{18}(-\d+)?$", required=False)
    every = forms.BooleanField(required=False)


class ApplyForm(forms.Form):
    """What the person saw: see ``Review.seen``."""

    seen = forms.CharField(max_length=40)
