"""Handing in a recording of pickups, and saying which piece of it is which line."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.forms import RecordingForm
from projects.models import PickupRecording

LEFT_OUT = ""


class PickupForm(RecordingForm):
    """One recording of all pickups of a sheet."""

    source = None  # type: ignore[assignment]


class ConfirmForm(forms.Form):
    """For each line of a recording its pieces: ``0-1`` is the first piece, ``0-2`` the first two, empty is none."""

    def __init__(self, *args: Any, row: PickupRecording, rows: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for one in rows:
            span = one["pieces"]
            initial = f"{span[0]}-{span[1]}" if span and not one["is_changed"] else LEFT_OUT
            choices = [(LEFT_OUT, _("Leave out")), *_spans(len(row.pieces), span)]
            field = forms.ChoiceField(required=False, choices=choices, initial=initial)
            self.fields[f"line-{one['line'].pk}"] = field

    def given(self) -> dict[int, tuple[int, int]]:
        """Paragraph -> its first piece and the one after its last."""
        chosen = {one["line"].pk: self.cleaned_data[f"line-{one['line'].pk}"] for one in self.rows}
        return {pk: (int(first), int(after)) for pk, (first, _, after) in _parted(chosen)}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        used: set[int] = set()
        for value in cleaned.values():
            first, _to, after = value.partition("-")
            pieces = set(range(int(first), int(after))) if value else set()
            if used & pieces:
                number = min(used & pieces) + 1
                raise forms.ValidationError(
                    _("Piece %(number)s is given to two lines. Give it to one of them.") % {"number": number}
                )
            used |= pieces
        return cleaned


def _parted(chosen: dict[int, str]) -> list[tuple[int, tuple[str, str, str]]]:
    return [(pk, value.partition("-")) for pk, value in chosen.items() if value]


def _spans(count: int, guess: list[int] | None) -> list[tuple[str, str]]:
    """Every piece, every two that follow each other, and what was guessed where that is more."""
    spans = {(first, first + size) for size in (1, 2) for first in range(count - size + 1)}
    if guess:
        spans.add((guess[0], guess[1]))
    return [
        (
            f"{first}-{after}",
            _("Piece %(number)s") % {"number": first + 1}
            if after == first + 1
            else _("Pieces %(first)s to %(last)s") % {"first": first + 1, "last": after},
        )
        for first, after in sorted(spans)
    ]
