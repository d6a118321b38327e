"""Remedies: what the delivery gate found, and a machine can put right, by one act; then the export is ordered again.

One of them sets the project's finish, another what the next export is asked for with. Where a person has to decide or
to bring something, it says where.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.urls import reverse

from narrator import sentences
from narrator.tags import level
from narrator.teams.models import User
from projects.actions import activity, deliveries, finishes
from projects.audio import destinations, formats
from projects.audio.destinations import RULES, Asked
from projects.audio.finish import Finish
from projects.audio.formats import FORMATS
from projects.models import ActKind, Export
from projects.models.exports import Format
from projects.sentences import gettext_noop

SET_NEXT = gettext_noop("set the next export of %(name)s: %(said_words)s")
BRING_TO = gettext_noop("Bring the whole to %(level)s %(unit)s")
HOLD_PEAKS = gettext_noop("Hold true peaks under %(level)s dB")
LET_STAND = {
    "head_ms": gettext_noop("Let %(ms)s ms of silence stand at the head"),
    "tail_ms": gettext_noop("Let %(ms)s ms of silence stand at the tail"),
}
EXPORT_AS = gettext_noop("Export as %(said_label)s")

_PREFERRED: tuple[formats.Format, ...] = ("mp3", "m4a", "m4b", "flac", "wav", "opus")
_STEADY, _LOSSLESS = ("mp3",), ("flac",)
_OF_FORMAT = ("ending", "rate_hz", "kbps", "steadiness", "channels")
_STEP_DB = 1.0


@dataclass(frozen=True)
class Remedy:
    """``words`` say what it does; it sets a ``finish``, or ``settings`` of the next export, or it is done elsewhere.

    ``is_done``: it was set since the export was ordered, so the next one has it.
    """

    rule: str
    words: str
    finish: Finish | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    address: str = ""
    is_done: bool = False


def of(export: Export) -> dict[str, Remedy]:
    """A remedy by rule, for each that is missed and has one, in the order of the report. Computed; no query."""
    missed = deliveries.missed(export)
    found = {rule: _remedy(rule, export) for rule in RULES if rule in missed}
    return {rule: one for rule, one in found.items() if one}


@transaction.atomic
def apply(export: Export, rule: str, *, by: User) -> Remedy | None:
    """Set what puts this rule right; None where there is nothing to set, or where it was set already."""
    remedy = of(export).get(rule)
    if remedy is None or remedy.is_done or remedy.address:
        return None
    if remedy.finish is not None:
        finishes.save(export.project, remedy.finish, by=by)
    else:
        Export.objects.filter(pk=export.pk).update(again={**export.again, **remedy.settings})
        told = SET_NEXT % {"name": export, "said_words": remedy.words}
        activity.note(ActKind.EXPORTS, told, by=by, project=export.project)
    return remedy


def _remedy(rule: str, export: Export) -> Remedy | None:
    if rule in _OF_FORMAT:
        return _format(rule, export)
    make = _BY_RULE.get(rule)
    return make(rule, export) if make else None


def _asked(export: Export) -> list[Asked]:
    return [Asked.of(one) for one in export.finish.get("asked", [])]


def _finished(rule: str, export: Export, words: str, wanted: Finish) -> Remedy | None:
    """The finish to set; where the project has it by now, that is told; where the export had it, it is no remedy."""
    wanted = replace(wanted, preset=export.finish["preset"]).asked
    if export.project.finishing.asked != wanted:
        return Remedy(rule, words, finish=wanted)
    then = Finish.of(export.finish).asked
    return Remedy(rule, words, is_done=True) if then != wanted else None


def _level(rule: str, export: Export) -> Remedy | None:
    aim, now = destinations.finish(export.finish["preset"], _asked(export)), export.project.finishing
    unit = "dB RMS" if aim.scale == "rms" else "LUFS"
    wanted = replace(now, scale=aim.scale, target_db=aim.target_db, peak_db=min(now.peak_db, aim.peak_db))
    return _finished(rule, export, BRING_TO % {"level": level(aim.target_db), "unit": unit}, wanted)


def _peak(rule: str, export: Export) -> Remedy | None:
    """Peaks are held down only where there is a target. Where they were and pass all the same, by a decibel more."""
    aim, now = destinations.finish(export.finish["preset"], _asked(export)), export.project.finishing
    then = Finish.of(export.finish)
    held = then.target_db is not None and then.peak_db <= aim.peak_db
    peak_db = then.peak_db - _STEP_DB if held else aim.peak_db
    target = (now.scale, now.target_db) if now.target_db is not None else (aim.scale, aim.target_db)
    if target[1] is None:
        return Remedy(
            rule,
            gettext_noop("Set a loudness, and peaks are held down"),
            address=_place(export, "finish-edit"),
        )
    wanted = replace(now, scale=target[0], target_db=target[1], peak_db=min(now.peak_db, peak_db))
    return _finished(rule, export, HOLD_PEAKS % {"level": level(peak_db)}, wanted)


def _silence(rule: str, export: Export) -> Remedy | None:
    aim, now = destinations.finish(export.finish["preset"], _asked(export)), export.project.finishing
    ms = getattr(aim, rule)
    keep_ms = aim.keep_ms if now.keep_ms is None or aim.keep_ms is None else min(now.keep_ms, aim.keep_ms)
    wanted = replace(now, keep_ms=keep_ms, **{rule: ms})
    return _finished(rule, export, LET_STAND[rule] % {"ms": f"{ms:,}"}, wanted)


def _format(rule: str, export: Export) -> Remedy | None:
    """The first format in which everything is as it is asked, of those that can be exported."""
    asked = [one for one in _asked(export) if one.rule in _OF_FORMAT]
    fit = next((name for name in _PREFERRED if name != export.format and _fits(name, asked)), None)
    return (
        _set(rule, export, EXPORT_AS % {"said_label": sentences.english(Format(fit).label)}, format=fit)
        if fit
        else None
    )


def _fits(name: formats.Format, asked: list[Asked]) -> bool:
    kind = FORMATS[name]
    is_lossy = kind.codec is not None and name not in _LOSSLESS
    facts = {
        "ending": kind.ending,
        "rate_hz": kind.grid.rate_hz,
        "channels": "mono",
        "kbps": kind.codec.bits_per_s // 1000 if kind.codec and is_lossy else None,
        "steadiness": ("constant" if name in _STEADY else "variable") if is_lossy else None,
    }
    return all(destinations.meets(facts[one.rule], one) for one in asked)


def _set(rule: str, export: Export, words: str, **settings: Any) -> Remedy:
    return Remedy(rule, words, settings=settings, is_done=settings.items() <= export.again.items())


def _length(rule: str, export: Export) -> Remedy | None:
    return (
        None
        if export.by_chapter
        else _set(rule, export, gettext_noop("One file for each chapter"), by_chapter=True)
    )


def _cover(rule: str, export: Export) -> Remedy:
    return Remedy(
        rule, gettext_noop("Give the project a cover that fits"), address=_place(export, "cover-edit")
    )


def _title(rule: str, export: Export) -> Remedy:
    return Remedy(
        rule, gettext_noop("Name the project and its chapters"), address=_place(export, "project-edit")
    )


def _place(export: Export, name: str) -> str:
    return reverse(name, args=[export.project_id])


_BY_RULE: dict[str, Callable[[str, Export], Remedy | None]] = {
    "loudness_lufs": _level,
    "rms_dbfs": _level,
    "true_peak_dbfs": _peak,
    "head_ms": _silence,
    "tail_ms": _silence,
    "duration_ms": _length,
    "cover_px": _cover,
    "cover_shape": _cover,
    "title": _title,
}
