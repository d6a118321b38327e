"""What the row of a line says on the script page, in the language of whoever looks.

Hundreds of rows are drawn at a time: what a template would look up for each is looked up here, where it costs less.
"""

from functools import cache
from typing import Any

from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from narrator.sentences import said
from projects.models import Paragraph, Take, Verdict

REASON_LENGTH = 60
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


def of_all() -> dict[str, Any]:
    """What all rows say alike."""
    return {"LANGUAGE_CODE": get_language(), "called": _words(get_language())["line"]}


def of(line: Paragraph) -> dict[str, Any]:
    """What one row is drawn with: its line, how that stands, and the words for it."""
    mark = line.mark
    is_clip = mark == "ready" and line.kind == "clip"
    word = _words(get_language()).get("clip" if is_clip else mark) or _sentence(
        mark, line.chosen, line.verdict
    )
    return {
        "line": line,
        "pk": line.pk,
        "mark": mark,
        "chosen": line.chosen,
        "latest": line.latest,
        "word": word,
        "kind": line.get_kind_display() if line.kind and not is_clip else "",
        "locked": _locked(line) if line.is_locked and line.kind != "clip" else "",
    }


@cache
def _words(language: str | None) -> dict[str, str]:
    return {name: str(word) for name, word in _WORDS.items()}


def _sentence(mark: str, chosen: Take | None, verdict: Verdict | None) -> str:
    if mark == "flagged" and chosen:
        return said(chosen.findings[0]["text"])
    if mark == "approved" and verdict:
        at = localtime(verdict.at).strftime("%H:%M")
        return _("Approved by %(who)s, %(at)s") % {"who": verdict.who, "at": at}
    reason = Truncator(verdict.reason if verdict else "").chars(REASON_LENGTH)
    return _("Pickup: %(reason)s") % {"reason": reason}


def _locked(line: Paragraph) -> str:
    at = date_format(localtime(line.locked_at), _("j M, H:i"))
    return _("Locked by %(who)s, %(at)s") % {"who": line.locked_by or _("somebody"), "at": at}
