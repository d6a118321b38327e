"""What a person wants of a new token."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models.tokens import NOUNS, SCOPES

# What a noun covers, in the words of the pages.
COVERS = {
    "projects": _("Projects, chapters, manuscripts, clips"),
    "cast": _("The cast, the lexicon, samples of voices"),
    "lines": _("Lines: text, direction, pauses, locks"),
    "runs": _("Generating, and the queue"),
    "takes": _("Takes and their sound"),
    "reviews": _("Verdicts and comments"),
    "exports": _("Exports and their files, the finish, archives"),
    "guests": _("Guest links and podcast feeds"),
    "teams": _("Teams, members, endpoints, prices, the audit trail"),
    "notifications": _("What its person is told"),
    "usage": _("Usage and calls"),
}
LASTS = [(30, _("30 days")), (90, _("90 days")), (365, _("A year")), (0, _("Until it is revoked"))]


class TokenForm(forms.Form):
    """A token's name, what it opens and how long; each noun is read, written or closed."""

    name = forms.CharField(
        max_length=80, strip=True, error_messages={"required": _("Say what the token is for: a name.")}
    )
    lasts = forms.TypedChoiceField(label=_("It opens for"), coerce=int, choices=LASTS, initial=90)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for noun in NOUNS:
            ways = [("", _("Closed")), ("read", _("Read"))]
            if f"{noun}:write" in SCOPES:
                ways.append(("write", _("Read and write")))
            self.fields[noun] = forms.ChoiceField(label=COVERS[noun], required=False, choices=ways)

    @property
    def nouns(self) -> list[forms.BoundField]:
        return [self[noun] for noun in NOUNS]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not any(cleaned.get(noun) for noun in NOUNS):
            raise forms.ValidationError(
                _("Open at least one thing; a token that opens nothing is of no use.")
            )
        return cleaned

    def options(self) -> dict[str, Any]:
        """What actions.tokens.make is to be told."""
        cleaned = self.cleaned_data
        scopes = [
            f"{noun}:{way}" for noun in NOUNS for way in ("read", "write") if _opens(cleaned[noun], way)
        ]
        return {"name": cleaned["name"], "scopes": scopes, "days": cleaned["lasts"] or None}


def _opens(chosen: str, way: str) -> bool:
    return chosen == way or (chosen, way) == ("write", "read")
