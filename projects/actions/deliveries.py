"""The delivery gate: whether the files of an export, encoded as they are, have what their destination asks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from narrator.tags import clock, level
from projects.actions import causes
from projects.audio import delivery, destinations
from projects.audio.course import Stretch
from projects.audio.delivery import Found
from projects.audio.destinations import Asked, Checked
from projects.audio.parcel import Enclosed
from projects.models import Export, Paragraph, Take

Tick = Callable[[], None]


def ear(export: Export) -> Callable[[Path, Tick], Found] | None:
    """What listens to each finished file; None where the export goes to no place that asks anything."""
    if not export.finish.get("asked"):
        return None
    return lambda path, tick: delivery.listen(path, tick=tick)


def report(export: Export, inside: list[Enclosed], timeline: dict[str, Any]) -> dict[str, Any]:
    """What was found: ``{"preset", "destination", "is_met", "files": [{"file", "is_met", "checks": [...]}]}``.

    A check has ``rule, name, unit, figure, least, most, among, is_met, take``. Empty where nobody listened.
    """
    asked = [Asked.of(one) for one in export.finish.get("asked", [])]
    files = [
        _file(one, one.found, asked, _lines(export, timeline, one.name if export.by_chapter else None))
        for one in inside
        if one.found
    ]
    if not files:
        return {}
    about = {"preset": export.finish["preset"], "destination": export.finish["destination"]}
    return about | {"is_met": all(one["is_met"] for one in files), "files": files}


def _file(one: Enclosed, found: Found, asked: list[Asked], lines: list[dict[str, Any]]) -> dict[str, Any]:
    rate_hz = one.written.timeline.grid.rate_hz
    places: list[Stretch] = [
        (line["start"] * 1000 // rate_hz, line["end"] * 1000 // rate_hz) for line in lines
    ]
    heard = destinations.heard_in(found, places)
    checks = [_row(done, _cause(done, heard, lines, places)) for done in destinations.check(heard, asked)]
    return {"file": one.name, "is_met": all(check["is_met"] for check in checks), "checks": checks}


def _row(done: Checked, take: int | None) -> dict[str, Any]:
    asked, figure = done.asked, done.figure
    return {
        **asked.kept(),
        "name": asked.name,
        "unit": asked.unit,
        "figure": round(figure, 1) if isinstance(figure, float) else figure,
        "is_met": done.is_met,
        "take": take,
    }


def _cause(done: Checked, found: Found, lines: list[dict[str, Any]], places: list[Stretch]) -> int | None:
    """The take behind what is not met: by its place in the file, or by its own level."""
    if done.is_met:
        return None
    asked, at = done.asked, destinations.place(done, found, places)
    if at is not None:
        return int(lines[at]["take"])
    return causes.of(lines, asked.rule, done.figure, least=asked.least, most=asked.most)


def _lines(export: Export, timeline: dict[str, Any], file: str | None) -> list[dict[str, Any]]:
    """The lines of one file, each as the plan has it and with where it stands."""
    planned = [chapter for chapter in export.plan if chapter["lines"]]
    return [
        line | place
        for chapter, placed in zip(planned, timeline["chapters"], strict=True)
        if placed.get("file") == file
        for line, place in zip(chapter["lines"], placed["lines"], strict=True)
    ]


def missed(export: Export) -> set[str]:
    """The rules that some file of it does not meet."""
    return {
        check["rule"]
        for file in export.delivery.get("files", [])
        for check in file["checks"]
        if not check["is_met"]
    }


def shown(export: Export) -> list[dict[str, Any]]:
    """The files of the report for a page, in words, each check that is not met with its line. Three queries."""
    files: list[dict[str, Any]] = export.delivery.get("files", [])
    ids = {check["take"] for file in files for check in file["checks"]} - {None}
    takes = Take.objects.filter(pk__in=ids).select_related("paragraph__script").defer("peaks")
    lines = {take.pk: take.paragraph for take in takes}
    numbers = Paragraph.objects.filter(pk__in=[line.pk for line in lines.values()]).numbers() if lines else {}
    return [{**file, "checks": [_told(check, lines, numbers) for check in file["checks"]]} for file in files]


def _told(check: dict[str, Any], lines: dict[int, Paragraph], numbers: dict[int, int]) -> dict[str, Any]:
    line = lines.get(check["take"])
    asked = Asked.of({name: check[name] for name in ("rule", "least", "most", "among")})
    return {
        **check,
        "found": _worded(asked, check["figure"]) if check["figure"] not in (None, "") else _("none"),
        "asked": bounds(asked),
        "line": line,
        "number": numbers.get(line.pk) if line else None,
    }


def bounds(asked: Asked) -> str:
    """What is asked, as people read it: ``−23.0 to −18.0 dB``, ``mp3 or m4b``, ``at most 2:00:00``."""
    if asked.rule == "title":
        return _("any")
    if asked.among:
        return _(" or ").join(_worded(asked, one) for one in asked.among)
    least, most = (None if one is None else _worded(asked, one) for one in (asked.least, asked.most))
    if least is None or most is None:
        if least is None:
            return _("at most %(most)s") % {"most": most}
        return _("at least %(least)s") % {"least": least}
    return _("%(least)s to %(most)s") % {"least": least.removesuffix(asked.unit).strip(), "most": most}


def _worded(asked: Asked, value: Any) -> str:
    if asked.rule == "duration_ms":
        return clock(value)
    if asked.unit in ("dB", "LUFS"):
        return f"{level(value)} {asked.unit}"
    if asked.unit:
        return f"{value:,.0f} {asked.unit}"
    return str(value)
