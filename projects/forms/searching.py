"""What is looked for in the lines, and what is written instead."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.actions.searching import Query

LONGEST = 500


class SearchForm(forms.Form):
    """A search: the words or the pattern, and how exactly."""

    q = forms.CharField(max_length=LONGEST, strip=False, label=_("Search for"))
    case = forms.BooleanField(required=False, label=_("Upper and lower case as written"))
    whole = forms.BooleanField(required=False, label=_("Whole words only"))
    pattern = forms.BooleanField(required=False, label=_("A pattern (regular expression)"))

    def query(self) -> Query:
        cleaned = self.cleaned_data
        return Query(
            text=cleaned["q"],
            case=cleaned["case"],
            whole=cleaned["whole"],
            pattern=cleaned["pattern"],
            replacement=cleaned.get("replacement", ""),
        )


class ReplaceForm(SearchForm):
    """A search with what is written instead, in the whole project or in one chapter."""

    replacement = forms.CharField(max_length=LONGEST, required=False, strip=False, label=_("Replace with"))
    everywhere = forms.BooleanField(required=False, label=_("In all chapters of the project"))

    field_order = ["q", "replacement", "case", "whole", "pattern", "everywhere"]


def ticked(values: list[str]) -> dict[int, str]:
    """The ticked lines of a preview, ``id:mark`` each; what is not so is left out."""
    found: dict[int, str] = {}
    for value in values:
        pk, _, mark = value.partition(":")
        if pk.isdecimal() and len(pk) < 19:
            found[int(pk)] = mark
    return found


def errors_of(form: Any) -> str:
    """The first error of a form as a sentence."""
    return str(next(iter(form.errors.values()))[0])
