"""Making a podcast feed."""

from django import forms

from projects.models.feeds import Episodes


class FeedForm(forms.Form):
    """For whom a feed is, what its episodes are, and whether unfinished files are in it."""

    name = forms.CharField(max_length=80, strip=True)
    episodes = forms.ChoiceField(choices=Episodes.choices, initial=Episodes.CHAPTERS)
    has_drafts = forms.BooleanField(required=False)
