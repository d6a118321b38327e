"""The entries of a trail as HTML, day by day, in the language of whoever looks.

A page has fifty, and a template takes five times as long for the same (docs/scale.md). So they are written here, and
every text goes through ``escape``.
"""

from datetime import date
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from narrator.sentences import said
from projects.actions.entries import Entry
from projects.actions.trail import Page

ROW = """\
<li class="trail-row">
<time class="quiet small num" datetime="{moment}">{time}</time>
<div>
<p><strong>{who}</strong> {words}{note}{script}{about}{project}</p>
{quote}</div>
</li>
"""
NOTE = ' <span class="quiet">{}</span>'
SCRIPT = ' <span class="quiet">·</span> <a class="small" href="{}{}">{}</a>'
SCRIPT_THAT_WAS = ' <span class="quiet">·</span> <span class="quiet small">{}</span>'
ABOUT = ' <span class="quiet small">“{}”</span>'
PROJECT = ' <span class="quiet">·</span> <a class="small quiet" href="{}">{}</a>'
QUOTE = '<p class="trail-quote small">{}</p>\n'


def days(page: Page, *, in_project: bool) -> list[tuple[date, SafeString]]:
    """The rows of each day; each says its project where the trail is not one project's."""
    return [
        (day, SafeString("".join([draw(entry, in_project=in_project) for entry in entries])))
        for day, entries in page.days()
    ]


def draw(entry: Entry, *, in_project: bool) -> str:
    """Draw one entry. No query."""
    return ROW.format(
        moment=entry.local.isoformat(),
        time=f"{entry.local:%H:%M}",
        who=escape(entry.who),
        words=escape(said(entry.words)),
        note=NOTE.format(escape(_("(%(note)s)") % {"note": said(entry.note)})) if entry.note else "",
        script=_script(entry),
        about=ABOUT.format(escape(entry.about)) if entry.about else "",
        project="" if in_project else _project(entry),
        quote=QUOTE.format(escape(said(entry.quote))) if entry.quote else "",
    )


def _script(entry: Entry) -> str:
    """The chapter, as a link to it or to the line; one that was taken out has no page."""
    if entry.script is None:
        return ""
    name = escape(str(entry.script))
    if entry.script.removed:
        return SCRIPT_THAT_WAS.format(name)
    line = f"#line-{entry.line_id}" if entry.line_id else ""
    return SCRIPT.format(entry.script.get_absolute_url(), line, name)


def _project(entry: Entry) -> str:
    if entry.project is None:
        return ""
    return PROJECT.format(reverse("project-activity", args=[entry.project.pk]), escape(entry.project.title))
