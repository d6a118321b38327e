"""The row of a line on the script page: its words, in the language of whoever looks, and its HTML.

Windows of a hundred rows are what is asked for most, and a template takes five times as long for the same
(docs/scale.md). So it is written here, and every text goes through ``escape``. Actions come from #line-acts by script.
"""

from collections.abc import Iterator
from functools import cache
from html import escape

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from narrator.sentences import said
from narrator.tags import clock, lang
from projects.models import Character, Paragraph, Take, Verdict
from projects.models.paragraphs import LineKind
from projects.models.takes import Priority

ROW = """\
<li class="line" id="line-{pk}" data-line="{pk}" data-position="{position}" data-mark="{mark}"{data}{locked}>
<button class="lane" type="button" id="mark-{pk}" tabindex="-1" lang="{page_lang}" aria-label="{called}" \
aria-describedby="word-{pk}"><svg class="mark" aria-hidden="true"><use href="#m-{mark}"/></svg></button>
{clip}{who}<p class="words"{lang}>{text}</p>
<span class="margin num">{lock}{length}{takes}</span>
<div class="foot" lang="{page_lang}"><span class="word" id="word-{pk}">{word}{since}{about}</span>{reason}</div>
</li>
"""
CLIP = '<svg class="icon is-clip" aria-hidden="true"><use href="#i-clip"/></svg>'
WHO = '<span class="who" data-colour="{}" lang="{}">{}</span>\n'
LOCK = '<svg class="icon is-lock" role="img" aria-label="{}"><use href="#i-lock"/></svg>'
TAKES = '<span class="take-count">{}<span class="visually-hidden"> {}</span></span>'
SINCE = ' <span class="num" data-since="{}"></span>'
REASON = '<p class="reason{}" title="{}">{}</p>'
RETRY = (
    '<button class="link" type="button" hx-post="{}" hx-target="#inspector" hx-sync="#inspector:queue all" '
    "data-selects>{}</button>"
)
REASON_CHARACTERS = 60
_WORDS = {
    "none": gettext_lazy("To generate"),
    "queued": gettext_lazy("Waiting"),
    "running": gettext_lazy("Generating"),
    "failed": gettext_lazy("Failed"),
    "stale": gettext_lazy("Text, direction or lexicon changed since this take"),
    "ready": gettext_lazy("Ready"),
    "clip": gettext_lazy("Clip"),
    "line": gettext_lazy("Line"),
}


def draw(line: Paragraph, *, may_edit: bool) -> SafeString:
    """Draw the row of a line that was read with ``ParagraphQuerySet.for_page``, or with more. No query."""
    mark, chosen, latest, page_lang = line.mark, line.chosen, line.latest, get_language()
    is_clip, words = line.kind == LineKind.CLIP, _words(page_lang)
    word = words.get("clip" if is_clip and mark == "ready" else mark)
    html = ROW.format(
        pk=line.pk,
        position=line.position,
        mark=mark,
        data="".join([f' {name}="{value}"' for name, value in _data(line, mark)]),
        locked=" data-locked" if line.is_locked else "",
        page_lang=page_lang,
        called=words["line"],
        clip=CLIP if is_clip else "",
        who=_who(line.character, page_lang) if line.character else "",
        lang=lang(line.language),
        text=escape(line.text),
        lock=LOCK.format(escape(_("Locked"))) if line.is_locked and not is_clip else "",
        length=clock(chosen.duration_ms) if chosen else "",
        takes=_takes(latest.number) if latest and latest.number != 1 else "",
        word=escape(word or _sentence(mark, chosen, line.verdict)),
        since=_since(latest) if latest and mark == "running" else "",
        about=escape(_about(line, mark)),
        reason=_reason(latest, mark, may_edit) if latest else "",
    )
    return SafeString(html)


def _data(line: Paragraph, mark: str) -> Iterator[tuple[str, int | str | None]]:
    """What the page's scripts know of the line: figures, and words of ours."""
    chosen, latest = line.chosen, line.latest
    if line.kind:
        yield "data-kind", line.kind
    if line.character_id:
        yield "data-who", line.character_id
    if line.pause_ms is not None:
        yield "data-pause", line.pause_ms
    if chosen:
        yield "data-take", chosen.pk
        yield "data-v", chosen.trim_count
        yield "data-ms", chosen.duration_ms
        yield "data-silence", f"{chosen.lead_silence_ms or 0} {chosen.tail_silence_ms or 0}"
        if mark == "flagged":
            yield "data-places", chosen.places
    if latest and (mark == "running" or (mark == "queued" and latest.priority == Priority.CLICK)):
        yield "data-live", latest.pk


def _who(character: Character, page_lang: str | None) -> str:
    return WHO.format(character.colour, page_lang, escape(character.name))


def _takes(number: int) -> str:
    return TAKES.format(number, escape(pgettext("after a number", "takes")))


def _since(running: Take) -> str:
    return SINCE.format(int(running.claimed_at.timestamp()) if running.claimed_at else "")


def _about(line: Paragraph, mark: str) -> str:
    """What kind of line it is, and who locked it, behind the word for how it stands."""
    is_clip = line.kind == LineKind.CLIP
    kind = line.get_kind_display() if line.kind and not (is_clip and mark == "ready") else ""
    locked = ""
    if line.is_locked and not is_clip:
        at = date_format(localtime(line.locked_at), _("j M, H:i"))
        locked = _("Locked by %(who)s, %(at)s") % {"who": line.locked_by or _("somebody"), "at": at}
    return "".join([f" · {words}" for words in (kind, locked) if words])


def _reason(latest: Take, mark: str, may_edit: bool) -> str:
    """Why it failed, with a way to try again, or why it waits."""
    if mark != "failed" and (mark != "queued" or not latest.error_reason):
        return ""
    reason = escape(said(latest.error_reason))
    told = REASON.format(" is-waiting" if mark == "queued" else "", reason, reason)
    if mark == "failed" and may_edit:
        told += RETRY.format(reverse("take-retry", args=[latest.pk]), escape(_("Retry")))
    return told


@cache
def _words(language: str | None) -> dict[str, str]:
    return {name: str(word) for name, word in _WORDS.items()}


def _sentence(mark: str, chosen: Take | None, verdict: Verdict | None) -> str:
    if mark == "flagged" and chosen:
        return said(chosen.findings[0]["text"])
    if mark == "approved" and verdict:
        at = localtime(verdict.at).strftime("%H:%M")
        return _("Approved by %(who)s, %(at)s") % {"who": verdict.who, "at": at}
    reason = Truncator(verdict.reason if verdict else "").chars(REASON_CHARACTERS)
    return _("Pickup: %(reason)s") % {"reason": reason}
