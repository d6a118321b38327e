"""Fields that are drawn by hand are as Django draws them, but for blank lines between choices."""

from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from narrator.fields import BY_HAND, FieldRenderer

NASTY = """<b>"it's" & so</b>"""


class Everything(forms.Form):
    text = forms.CharField(
        max_length=9, help_text="Nine.", widget=forms.TextInput(attrs={"placeholder": NASTY})
    )
    hidden = forms.CharField(widget=forms.HiddenInput)
    secret = forms.CharField(widget=forms.PasswordInput(render_value=True))
    mail = forms.EmailField(label=gettext_lazy("Language"), required=False)
    many = forms.IntegerField(min_value=0, max_value=1000, localize=True)
    few = forms.IntegerField(min_value=0)
    words = forms.CharField(widget=forms.Textarea(attrs={"rows": 3, "class": mark_safe("a &amp; b")}))
    ticked = forms.BooleanField(required=False)
    sealed = forms.BooleanField(disabled=True, required=False)
    choice = forms.ChoiceField(
        choices=[
            ("", NASTY),
            (1, gettext_lazy("Voice")),
            ("of", [("a", "A"), ("b", mark_safe("<i>B</i>"))]),
            (None, 7),
        ]
    )
    several = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")])


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"data": {}},
        {
            "data": {
                "text": NASTY,
                "many": "1,000",
                "words": NASTY,
                "ticked": "on",
                "choice": "b",
                "several": ["b"],
            }
        },
        {
            "initial": {
                "secret": 0,
                "many": 1000,
                "words": 12,
                "ticked": True,
                "choice": 1,
                "several": ["a", "b"],
            }
        },
    ],
)
def test_fields_are_drawn_as_django_draws_them(given: dict[str, Any]) -> None:
    ours = Everything(**given, renderer=FieldRenderer())
    djangos = Everything(**given, renderer=DjangoTemplates())
    drawn = set()
    for mine, theirs in zip(ours, djangos, strict=True):
        assert str(mine).split() == str(theirs).split()
        drawn.add(mine.field.widget.template_name)
    assert drawn == {*BY_HAND}


def test_what_is_not_drawn_by_hand_is_left_to_django() -> None:
    class Colours(forms.Form):
        colour = forms.ChoiceField(choices=[("r", "Red")], widget=forms.RadioSelect)

    assert 'type="radio"' in str(Colours(renderer=FieldRenderer())["colour"])
