"""What a person wants to be told, and how."""

from typing import Any

from django import forms

from projects.models import Wishes
from projects.models.notifications import News, Often, Way


class WishesForm(forms.Form):
    """One choice for each kind of news, and when mails go out."""

    often = forms.ChoiceField(choices=Often.choices)

    def __init__(self, data: Any = None, *, wishes: Wishes) -> None:
        super().__init__(
            data, initial={"often": wishes.often, **{kind: wishes.way(kind) for kind in News.values}}
        )
        for kind in News:
            self.fields[kind.value] = forms.ChoiceField(choices=Way.choices, label=str(kind.label))

    def kinds(self) -> list[forms.BoundField]:
        return [self[kind.value] for kind in News]

    def ways(self) -> dict[str, str]:
        return {kind: self.cleaned_data[kind] for kind in News.values}
