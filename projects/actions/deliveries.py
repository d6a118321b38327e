"""The delivery gate: whether the files of an export, encoded as they are, have what their destination asks."""

from bisect import bisect_right
from collections.abc import Callable
from pathlib import Path
from typing import Any

from projects.audio import delivery
from projects.audio.delivery import Checked, Found
from projects.audio.parcel import Enclosed
from projects.models import Export, Take

Tick = Callable[[], None]
# Which line is behind a figure that is not met: where the peak is, or what stands at that end of the file.
BY_PEAK, BY_FIRST, BY_LAST = "true_peak_dbfs", "head_ms", "tail_ms"


def ear(export: Export) -> Callable[[Path, Tick], Found] | None:
    """What listens to each finished file; None where the export goes to no place that asks anything."""
    if export.finish.get("preset") not in delivery.ASKED:
        return None
    return lambda path, tick: delivery.listen(path, tick=tick)


def report(export: Export, inside: list[Enclosed], timeline: dict[str, Any]) -> dict[str, Any]:
    """What was found, as ``{"preset", "is_met", "files": [{"file", "is_met", "checks": [...]}]}``.

    A check has ``name, figure, unit, least, most, is_met, take``. Empty where nobody listened.
    """
    preset = export.finish.get("preset", "")
    files = [
        _file(one, one.found, preset, _lines(timeline, one.name if export.by_chapter else None))
        for one in inside
        if one.found
    ]
    return {"preset": preset, "is_met": all(one["is_met"] for one in files), "files": files} if files else {}


def _file(one: Enclosed, found: Found, preset: str, lines: list[dict[str, int]]) -> dict[str, Any]:
    rate_hz = one.written.timeline.grid.rate_hz
    checks = [_row(done, found, lines, rate_hz) for done in delivery.check(found, preset)]
    endings = delivery.ENDINGS.get(preset, (found.ending,))
    format = {
        "name": "Format",
        "figure": found.ending,
        "most": " or ".join(endings),
        "unit": "",
        "take": None,
    }
    checks.append(format | {"least": None, "is_met": found.ending in endings})
    return {"file": one.name, "is_met": all(check["is_met"] for check in checks), "checks": checks}


def _row(done: Checked, found: Found, lines: list[dict[str, int]], rate_hz: int) -> dict[str, Any]:
    asked, figure = done.asked, done.figure
    return {
        "name": asked.name,
        "figure": None if figure is None else round(figure, 1),
        "unit": asked.unit,
        "least": asked.least,
        "most": asked.most,
        "is_met": done.is_met,
        "take": None if done.is_met else _cause(asked.field, found, lines, rate_hz),
    }


def _cause(field: str, found: Found, lines: list[dict[str, int]], rate_hz: int) -> int | None:
    """The take that a figure comes from; None where it is that of the whole file."""
    if field == BY_PEAK:
        at = bisect_right([line["start"] for line in lines], found.peak_ms * rate_hz // 1000)
        return lines[max(at - 1, 0)]["take"]
    return {BY_FIRST: lines[0]["take"], BY_LAST: lines[-1]["take"]}.get(field)


def _lines(timeline: dict[str, Any], file: str | None) -> list[dict[str, int]]:
    chapters = [one for one in timeline["chapters"] if one.get("file") == file]
    return [line for chapter in chapters for line in chapter["lines"]]


def shown(export: Export) -> list[dict[str, Any]]:
    """The files of the report, each check that is not met with its line. One query."""
    files: list[dict[str, Any]] = export.delivery.get("files", [])
    ids = {check["take"] for file in files for check in file["checks"]} - {None}
    takes = Take.objects.filter(pk__in=ids).select_related("paragraph").defer("peaks")
    lines = {take.pk: take.paragraph for take in takes}
    return [
        {**file, "checks": [{**check, "line": lines.get(check["take"])} for check in file["checks"]]}
        for file in files
    ]
