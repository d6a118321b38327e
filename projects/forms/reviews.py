"""What reviewers say, and who is to hear what."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from narrator.teams.models import User
from projects.models.reviews import Kind


class VerdictForm(forms.Form):
    """A reviewer's word on the take that was heard; a pickup needs its reason."""

    kind = forms.ChoiceField(choices=Kind.choices)
    take = forms.IntegerField(min_value=1)
    trim_count = forms.IntegerField(required=False, min_value=0)
    reason = forms.CharField(required=False, max_length=300, strip=True)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == Kind.PICKUP and not cleaned.get("reason"):
            raise forms.ValidationError(_("Say in a few words what is to be spoken differently."))
        if cleaned.get("kind") == Kind.APPROVED:
            cleaned["reason"] = ""
        return cleaned


class CommentForm(forms.Form):
    """A remark on a line, some of its words, or a moment of its take."""

    text = forms.CharField(max_length=2000, strip=True)
    words = forms.CharField(required=False, max_length=200)
    at_ms = forms.IntegerField(required=False, min_value=0)


class AssignForm(forms.Form):
    """Who is to hear a script."""

    reviewers = forms.ModelMultipleChoiceField(User.objects.none(), required=False)

    def __init__(self, *args: Any, members: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: forms.ModelMultipleChoiceField = self.fields["reviewers"]  # type: ignore[assignment]
        field.queryset = User.objects.filter(pk__in=[member.pk for member in members])
