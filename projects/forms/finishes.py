"""How a project's files are finished."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.audio.finish import Finish

LONGEST_MS = 20_000
LONGEST_FADE_MS = 200
LONGEST_CROSSFADE_MS = 500
LONGEST_KEPT_MS = 2_000


def _ms(label: Any, most: int, *, empty: Any = "", **options: Any) -> forms.IntegerField:
    numbers = forms.NumberInput(attrs={"step": 1, "inputmode": "numeric", "placeholder": empty})
    return forms.IntegerField(label=label, min_value=0, max_value=most, widget=numbers, **options)


def _db(label: Any, least: float, most: float, *, empty: Any = "", **options: Any) -> forms.FloatField:
    numbers = forms.NumberInput(attrs={"step": 0.1, "inputmode": "decimal", "placeholder": empty})
    return forms.FloatField(label=label, min_value=least, max_value=most, widget=numbers, **options)


class FinishForm(forms.Form):
    """The silences and levels of a project's files. An empty level or own silence means: as it is."""

    preset = forms.ChoiceField(label=_("Files are measured for"))
    scale = forms.ChoiceField(
        label=_("Loudness is counted in"),
        choices=[("lufs", _("LUFS, as broadcast and podcasts do")), ("rms", _("RMS, as audiobook shops do"))],
    )
    target_db = _db(_("Loudness of the whole file, dB"), -40, -9, required=False, empty=_("as it is"))
    peak_db = _db(_("True peak at most, dB"), -20, 0)
    match_voices = forms.BooleanField(label=_("Bring all voices to one loudness"), required=False)
    head_ms = _ms(_("At the head of the file, ms"), LONGEST_MS)
    tail_ms = _ms(_("At its tail, ms"), LONGEST_MS)
    keep_ms = _ms(
        _("Own silence of takes at most, ms"), LONGEST_KEPT_MS, required=False, empty=_("all of it")
    )
    fade_ms = _ms(_("Fades at both edges of takes, ms"), LONGEST_FADE_MS)
    crossfade_ms = _ms(
        _("Crossfade of lines without a pause, ms"), LONGEST_CROSSFADE_MS, required=False, empty=_("none")
    )
    tone = forms.BooleanField(label=_("Room tone at head and tail"), required=False)
    tone_in_pauses = forms.BooleanField(label=_("Room tone in the pauses, too"), required=False)

    def __init__(self, *args: Any, destinations: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        preset: forms.ChoiceField = self.fields["preset"]  # type: ignore[assignment]
        preset.choices = [("none", _("nobody: as they are")), *destinations]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (
            cleaned.get("match_voices")
            and cleaned.get("target_db") is None
            and "target_db" not in self.errors
        ):
            self.add_error("target_db", _("Voices are brought to a loudness: say to which."))
        return cleaned

    def finish(self) -> Finish:
        """What the valid form says; its gains and room tone are still to be settled."""
        return Finish(**self.cleaned_data | {"crossfade_ms": self.cleaned_data["crossfade_ms"] or 0})
