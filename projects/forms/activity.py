"""What of the trail a person wants to see."""

from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from narrator.direct import Blank, Prepared, together
from narrator.teams import access
from narrator.teams.rights import Right
from projects.actions.audits import KINDS
from projects.actions.entries import Ask, Place
from projects.models import ActKind, GuestLink, Project, Script

PERSON, GUEST = "p", "g"
# No project has such a key.
NONE = 0


class TrailForm(forms.Form):
    """A filter of the trail, as an address carries it; what makes no sense in it is left out."""

    who = forms.ChoiceField(required=False)
    kind = forms.ChoiceField(required=False, choices=[("", _("Everything")), *ActKind.choices])
    script = forms.ChoiceField(required=False)
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, team_id: int, project: Project | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team_id, self.project, self.scripts = team_id, project, dict[str, Script]()
        members = access.asking_members(team_id, Right.SEE)
        of_project = project.pk if project else NONE
        guests, chapters = _guests().asking(project=of_project), Script.asking_of(of_project)
        together(members, guests, chapters)
        self.people = {f"{PERSON}{user.pk}": user for user in members.objects()}
        self.guests = {f"{GUEST}{link.pk}": link for link in guests.objects()}
        who: forms.ChoiceField = self.fields["who"]  # type: ignore[assignment]
        people = [(key, str(user)) for key, user in self.people.items()]
        who.choices = [
            ("", _("Everybody")),
            *people,
            *((key, _("%(name)s (guest)") % {"name": link}) for key, link in self.guests.items()),
        ]
        if project is None:
            del self.fields["script"]
        else:
            self.scripts = {str(row.pk): row for row in chapters.objects()}
            script: forms.ChoiceField = self.fields["script"]  # type: ignore[assignment]
            script.choices = [
                ("", _("All chapters")),
                *((key, str(row)) for key, row in self.scripts.items()),
            ]

    def ask(self, before: str) -> Ask:
        """What is asked for: of what was filled in sensibly, behind this place."""
        self.is_valid()
        said = self.cleaned_data
        return Ask(
            self.team_id,
            project=self.project,
            kind=said.get("kind", ""),
            script=self.scripts.get(said.get("script", "")),
            person=self.people.get(said.get("who", "")),
            guest=self.guests.get(said.get("who", "")),
            since=_midnight(said.get("since")),
            until=_midnight(said.get("until"), days=1),
            before=Place.of(before),
        )

    @property
    def is_filtered(self) -> bool:
        return any(self.cleaned_data.values())


@cache
def _guests() -> Prepared:
    return Prepared(GuestLink.objects.filter(project=Blank(GuestLink, "project")))


class AuditForm(TrailForm):
    """The same of the audit trail of a team."""

    kind = forms.ChoiceField(required=False, choices=[("", _("Everything")), *KINDS])


def _midnight(day: date | None, *, days: int = 0) -> datetime | None:
    """The moment at which a day begins here, or so many days later; None where that is no day of the calendar."""
    try:
        return timezone.make_aware(datetime.combine(day + timedelta(days=days), time.min)) if day else None
    except OverflowError:
        return None
