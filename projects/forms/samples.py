"""Which voice is to be heard, and in which language."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.actions.samples import SENTENCES
from projects.forms import VoiceField

LANGUAGES = [(name, _(name)) for name in SENTENCES]


class SampleForm(forms.Form):
    """One voice of the team's endpoint and one of the languages that there is a sentence in."""

    voice = VoiceField()
    language = forms.ChoiceField(choices=LANGUAGES)

    def __init__(self, *args: Any, team_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["voice"].offer(team_id)  # type: ignore[attr-defined]
