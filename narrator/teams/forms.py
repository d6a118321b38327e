"""A team's name, an invitation, a member's role."""

from typing import Any

from django import forms

from narrator.teams.models import Role

LONGEST_DAYS = 30
MOST_USES = 50


class TeamForm(forms.Form):
    """What a team is called."""

    name = forms.CharField(max_length=80, strip=True)


class RoleForm(forms.Form):
    """A member's role: any for owners, any but owner for others."""

    role = forms.ChoiceField(choices=Role.choices)

    def __init__(self, *args: Any, may_own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_own:
            self.fields["role"].choices = _below_owner()  # type: ignore[attr-defined]

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class InvitationForm(forms.Form):
    """Whom a team invites, as what, and for how long: by mail to one address, or by a link for several."""

    role = forms.ChoiceField(initial=Role.REVIEWER)
    email = forms.EmailField(required=False)
    days = forms.IntegerField(min_value=1, max_value=LONGEST_DAYS, initial=7)
    most_uses = forms.IntegerField(min_value=1, max_value=MOST_USES, initial=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = _below_owner()  # type: ignore[attr-defined]
        self.fields["email"].widget.attrs["autocomplete"] = "off"

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


def _below_owner() -> list[tuple[str, Any]]:
    return [(role.value, role.label) for role in Role if role != Role.OWNER]
