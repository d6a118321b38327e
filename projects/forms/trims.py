"""How a take is trimmed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.audio.trim import MOST_GAIN_DB, Trim

LONGEST_MS = 600_000


def _ms(label: Any) -> forms.IntegerField:
    numbers = forms.NumberInput(attrs={"step": 1, "inputmode": "numeric"})
    return forms.IntegerField(label=label, min_value=0, max_value=LONGEST_MS, required=False, widget=numbers)


class TrimForm(forms.Form):
    """Milliseconds and decibels; an empty field is 0. ``reset`` takes the whole trim off."""

    head_ms = _ms(_("Cut head, ms"))
    tail_ms = _ms(_("Cut tail, ms"))
    fade_in_ms = _ms(_("Fade in, ms"))
    fade_out_ms = _ms(_("Fade out, ms"))
    gain_db = forms.FloatField(
        label=_("Gain, dB"),
        min_value=-MOST_GAIN_DB,
        max_value=MOST_GAIN_DB,
        required=False,
        widget=forms.NumberInput(attrs={"step": 0.1, "inputmode": "decimal"}),
    )
    reset = forms.BooleanField(required=False)

    def trim(self) -> Trim:
        """What the valid form says."""
        said: dict[str, Any] = {name: value for name, value in self.cleaned_data.items() if name != "reset"}
        if self.cleaned_data["reset"]:
            return Trim()
        said["gain_db"] = round(said["gain_db"] or 0.0, 1)
        return Trim(**{name: value or 0 for name, value in said.items()})
