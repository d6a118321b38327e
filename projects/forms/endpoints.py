"""Clean input about a team's own endpoint and the voices it has."""

import copy
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from projects.actions.voices import Unknown
from projects.forms import VoiceField
from projects.models import Project, TeamEndpoint
from projects.models.direction import VOICE_CHARACTERS
from projects.speech.line import is_speakable


class NamesField(forms.CharField):
    """Names, one in a line; each is kept once."""

    widget = forms.Textarea(attrs={"rows": 4, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        names = [" ".join(name.split()) for name in super().clean(value).splitlines()]
        for name in names:
            if len(name) > VOICE_CHARACTERS or not name.isprintable():
                raise forms.ValidationError(
                    _("“%(name)s” cannot be the name of a voice.") % {"name": name[:40]}
                )
        return [name for name in dict.fromkeys(names) if name]


class EndpointForm(forms.ModelForm):
    """An endpoint of a team's own. The token goes in and is never shown again."""

    token = forms.CharField(
        required=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"}),
    )
    without_token = forms.BooleanField(required=False)
    typed_voices = NamesField(required=False, max_length=100_000)

    class Meta:
        model = TeamEndpoint
        fields = [
            "kind",
            "address",
            "model",
            "stream",
            "text_limit",
            "limit_unit",
            "concurrency",
            "requests_per_minute",
            "typed_voices",
        ]
        widgets = {
            "address": forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://speech.example"}),
            "model": forms.TextInput(attrs={"placeholder": "kokoro", "spellcheck": "false"}),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("token") and cleaned.get("without_token"):
            self.add_error("token", _("Enter a token, or tick that there is none; not both."))
        return cleaned

    def new_token(self) -> str | None:
        """The token to keep from now on, "" for none; None where the kept one stays."""
        return "" if self.cleaned_data["without_token"] else self.cleaned_data["token"] or None


class TrialForm(forms.Form):
    """A sentence to try the team's endpoint with, and a voice."""

    voice = VoiceField()
    sentence = forms.CharField(max_length=200, initial="The lamp was lit, and nobody came to the door.")

    def __init__(self, *args: Any, team_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["voice"].offer(team_id)  # type: ignore[attr-defined]

    def clean_sentence(self) -> str:
        sentence: str = self.cleaned_data["sentence"].strip()
        if not is_speakable(sentence):
            raise forms.ValidationError(_("There is nothing to speak in this. Write at least one word."))
        return sentence


class VoicesForm(forms.Form):
    """For each voice that is unknown to the team's endpoint another one, or none for now."""

    def __init__(self, *args: Any, unknown: list[Unknown], project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unknown = unknown
        offered = VoiceField(required=False)
        offered.offer(
            project.team_id, blank=gettext("Leave as it is"), language=project.language, project_id=project.pk
        )
        for index in range(len(unknown)):
            self.fields[f"voice-{index}"] = copy.deepcopy(offered)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.instead(cleaned):
            raise forms.ValidationError(_("Choose a voice for at least one of these."))
        return cleaned

    def instead(self, cleaned: dict[str, Any] | None = None) -> dict[str, str]:
        """Old name -> new name, for those that were chosen."""
        chosen = self.cleaned_data if cleaned is None else cleaned
        found = {voice.name: chosen.get(f"voice-{index}", "") for index, voice in enumerate(self.unknown)}
        return {old: new for old, new in found.items() if new}

    def rows(self) -> list[tuple[Unknown, forms.BoundField]]:
        """For the page: each unknown voice with its field."""
        return [(voice, self[f"voice-{index}"]) for index, voice in enumerate(self.unknown)]
