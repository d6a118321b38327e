"""The rows of the pages of review as HTML, in the language of whoever looks: how far a chapter is, and who hears it.

A book has many chapters, and a template takes five times as long for the same (docs/scale.md). So they are written
here, and every text goes through ``escape``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from narrator.tags import lang
from narrator.teams.models import User
from projects.models import Script

ROW = """\
<li class="review-row" id="script-{pk}">
<a class="review-name serif" href="{page}"{lang}>{title}</a>
{figures}
<progress max="{most}" value="{approved}" aria-label="{called}"></progress>
{hear}{people}
</li>
"""
FIGURES = '<span class="quiet small num">{}</span>'
HEAR = '<a class="button is-small" href="{}">{}</a>\n'
PEOPLE = '<span class="small">{}</span>'
ASSIGN = """\
<details class="assign">
<summary class="small">{people}<svg class="icon" aria-hidden="true"><use href="#i-down"/></svg></summary>
<form class="stack" method="post" action="{action}">
{token}
<fieldset class="assign-people"><legend class="visually-hidden">{legend}</legend>
{ticks}
</fieldset>
<button class="button is-small">{save}</button>
</form>
</details>"""
TICK = '<label class="tick"><input type="checkbox" name="reviewers" value="{}"{}> {}</label>'

_WORDS = {
    "called": gettext_lazy("Approved lines of %(title)s"),
    "hear": gettext_lazy('Hear<span class="visually-hidden"> %(title)s</span>'),
    "legend": gettext_lazy("Who hears %(title)s"),
    "nobody": gettext_lazy("Nobody hears it yet"),
    "between": gettext_lazy(", "),
    "save": gettext_lazy("Save"),
}


def figures(script: Script) -> SafeString:
    """How far a chapter from ``with_verdicts`` is."""
    counts = {"approved": script.approved_count, "to_hear": script.to_hear_count, "total": script.line_count}
    if script.pickup_count:
        words = ngettext(
            "%(approved)s approved, %(n)s pickup, %(to_hear)s to hear, of %(total)s",
            "%(approved)s approved, %(n)s pickups, %(to_hear)s to hear, of %(total)s",
            script.pickup_count,
        )
    else:
        words = _("%(approved)s approved, %(to_hear)s to hear, of %(total)s")
    return SafeString(FIGURES.format(escape(words % {**counts, "n": script.pickup_count})))


@dataclass(frozen=True)
class Board:
    """The chapters of a project, in its ``language``, as this person sees them.

    ``members`` are those who may be given one, None where this person gives none; ``token`` is the field in the forms
    that do it.
    """

    language: str
    may_review: bool
    members: Sequence[User] | None
    token: str
    _ticks: dict[frozenset[int], str] = field(default_factory=dict)

    def row(self, script: Script, people: Sequence[User]) -> SafeString:
        """Draw a chapter from ``with_verdicts`` that these people hear. No query."""
        title = {"title": escape(script.title)}
        hears = self.may_review and script.to_hear_count
        hear, assign = (reverse(name, args=[script.pk]) for name in ("script-review", "script-assign"))
        html = ROW.format(
            pk=script.pk,
            page=script.get_absolute_url(),
            lang=lang(self.language),
            title=title["title"],
            figures=figures(script),
            most=script.line_count or 1,
            approved=script.approved_count,
            called=self._words["called"] % title,
            hear=HEAR.format(hear, self._words["hear"] % title) if hears else "",
            people=self._people(assign, self._words["legend"] % title, people),
        )
        return SafeString(html)

    def _people(self, action: str, legend: str, people: Sequence[User]) -> str:
        """Who hears it, with the form to choose others for whoever may."""
        names = escape(self._words["between"].join(map(str, people)))
        if self.members is None:
            return PEOPLE.format(names)
        return ASSIGN.format(
            people=names or self._words["nobody"],
            action=action,
            token=self.token,
            legend=legend,
            ticks=self._chosen(frozenset(person.pk for person in people)),
            save=self._words["save"],
        )

    def _chosen(self, given: frozenset[int]) -> str:
        """Those who may be given a chapter, ticked who have it: drawn once for each set of people that hear one."""
        if given not in self._ticks:
            ticks = [
                TICK.format(one.pk, " checked" if one.pk in given else "", escape(str(one)))
                for one in self.members or ()
            ]
            self._ticks[given] = "".join(ticks)
        return self._ticks[given]

    @cached_property
    def _words(self) -> dict[str, str]:
        """Our own words, which hold no HTML but what they say."""
        return {name: str(word) for name, word in _WORDS.items()}
