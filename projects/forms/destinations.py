"""What a team's own destination asks: two bounds for each figure, what a file may be, all of it optional."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from narrator.sentences import said
from narrator.teams.models import Team
from projects.audio.destinations import MINUTE_MS, RULES, Asked
from projects.models import Destination
from projects.models.destinations import NAME_CHARACTERS

# By rule: the least and the most that can be asked, and the step of its fields.
FIGURES: dict[str, tuple[float, float, float]] = {
    "loudness_lufs": (-40, -5, 0.1),
    "rms_dbfs": (-40, -5, 0.1),
    "true_peak_dbfs": (-20, 0, 0.1),
    "floor_dbfs": (-100, -20, 1),
    "head_ms": (0, 20_000, 10),
    "tail_ms": (0, 20_000, 10),
    "longest_ms": (0, 60_000, 10),
    "duration_ms": (0, 48 * 60, 1),
    "kbps": (16, 512, 1),
    "cover_px": (1, 6000, 1),
}
# The length is written in minutes.
SCALE = {"duration_ms": MINUTE_MS}
AMONG: dict[str, list[tuple[Any, Any]]] = {
    "ending": [
        ("mp3", "MP3"),
        ("m4b", "M4B"),
        ("m4a", "M4A"),
        ("flac", "FLAC"),
        ("opus", "Opus"),
        ("wav", "WAV"),
    ],
    "rate_hz": [(24_000, "24 kHz"), (44_100, "44.1 kHz"), (48_000, "48 kHz")],
    "channels": [("mono", _("Mono")), ("stereo", _("Stereo"))],
}
TICKED = {
    "steadiness": ("constant", _("The same bit rate all through")),
    "cover_shape": ("square", _("A square cover")),
}


class DestinationForm(forms.Form):
    """``least_…`` and ``most_…`` for each figure, ``among_…`` for what has a few values, ticks for the rest."""

    name = forms.CharField(label=_("Name"), max_length=NAME_CHARACTERS)
    titled = forms.BooleanField(label=_("A title"), required=False)

    def __init__(self, *args: Any, row: Destination, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row, self.team = row, team
        asked = {one.rule: one for one in row.asking}
        if row.pk:
            del self.fields["name"]  # finishes name it
        self.fields["titled"].initial = "title" in asked
        for rule, (least, most, step) in FIGURES.items():
            kept = asked.get(rule, Asked(rule))
            for end in ("least", "most"):
                value = getattr(kept, end)
                initial = None if value is None else value / SCALE.get(rule, 1)
                self.fields[f"{end}_{rule}"] = _number(rule, end, (least, most, step), initial)
        for rule, choices in AMONG.items():
            self.fields[f"among_{rule}"] = forms.TypedMultipleChoiceField(
                label=said(RULES[rule][0]),
                choices=choices,
                coerce=_of_kind(choices[0][0]),
                initial=asked.get(rule, Asked(rule)).among,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        for rule, (_value, label) in TICKED.items():
            self.fields[rule] = forms.BooleanField(label=label, required=False, initial=rule in asked)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Destination.objects.filter(team=self.team, name__iexact=name).exists():
            raise forms.ValidationError(_("The team has a destination of this name already. Choose another."))
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for rule in FIGURES:
            least, most = (cleaned.get(f"{end}_{rule}") for end in ("least", "most"))
            if least is not None and most is not None and least > most:
                self.add_error(f"most_{rule}", _("This is less than the least."))
        if not self.errors and not self.asked():
            raise forms.ValidationError(
                _("Ask for something: a destination that asks nothing measures nothing.")
            )
        return cleaned

    def asked(self) -> list[Asked]:
        """What the valid form asks, in the order of a report."""
        found = {one.rule: one for one in self._asked()}
        return [found[rule] for rule in RULES if rule in found]

    def _asked(self) -> Iterator[Asked]:
        cleaned = self.cleaned_data
        for rule in FIGURES:
            ends = (cleaned.get(f"least_{rule}"), cleaned.get(f"most_{rule}"))
            least, most = (None if end is None else end * SCALE.get(rule, 1) for end in ends)
            if least is not None or most is not None:
                yield Asked(rule, least, most)
        for rule in AMONG:
            if among := cleaned.get(f"among_{rule}"):
                yield Asked(rule, among=tuple(among))
        for rule, (value, _label) in TICKED.items():
            if cleaned.get(rule):
                yield Asked(rule, among=(value,))
        if cleaned.get("titled"):
            yield Asked("title", least=1)

    def figures(self) -> Iterable[dict[str, Any]]:
        """The rows of the page: a figure with the fields of its two bounds."""
        for rule in FIGURES:
            unit = _unit(rule)
            yield {
                "name": _("%(name)s, %(unit)s") % {"name": said(RULES[rule][0]), "unit": unit}
                if unit
                else said(RULES[rule][0]),
                "least": self[f"least_{rule}"],
                "most": self[f"most_{rule}"],
            }

    def choices(self) -> list[forms.BoundField]:
        return [self[f"among_{rule}"] for rule in AMONG]


def _of_kind(example: Any) -> Callable[[Any], Any]:
    return int if isinstance(example, int) else str


def _unit(rule: str) -> str:
    return str(_("minutes")) if rule in SCALE else RULES[rule][1]


def _number(
    rule: str, end: str, bounds: tuple[float, float, float], initial: float | None
) -> forms.FloatField:
    least, most, step = bounds
    return forms.FloatField(
        label=(_("%(name)s, %(unit)s, at least") if end == "least" else _("%(name)s, %(unit)s, at most"))
        % {"name": said(RULES[rule][0]), "unit": _unit(rule)},
        min_value=least,
        max_value=most,
        initial=initial,
        required=False,
        widget=forms.NumberInput(attrs={"step": step, "inputmode": "decimal"}),
    )
