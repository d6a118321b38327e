"""How many lines of a script are ready, waiting, approved: counted by the database once for each version of the script.

Counting reads every line, and a list of projects shows the lines of all of them (docs/scale.md). Whatever is counted
here counts the script's version up when it changes. Kept by each process for an hour, a row for each script.
"""

from collections.abc import Iterable
from typing import Any

from narrator.cache import own
from projects.actions import lineups
from projects.models import Project, Script
from projects.models.scripts import ScriptQuerySet

KEPT_S = 3600
COUNTS = ("line_count", "ready_count", "active_count", "failed_count", "duration_ms")
VERDICTS = ("line_count", "approved_count", "pickup_count", "to_hear_count")

Tally = dict[str, Any]


def with_counts(scripts: Iterable[Script]) -> list[Script]:
    """These scripts, each with what ``ScriptQuerySet.with_counts`` counts. One query where any of them changed."""
    return _filled(scripts, "counts")


def with_verdicts(scripts: Iterable[Script]) -> list[Script]:
    """These scripts, each with what ``ScriptQuerySet.with_verdicts`` counts. One query where any of them changed."""
    return _filled(scripts, "verdicts")


def with_lines(projects: Iterable[Project]) -> list[Project]:
    """These projects, each with ``script_count``, ``line_count`` and ``ready_count``. At most two queries."""
    rows = list(projects)
    scripts = Script.objects.filter(project__in=rows).order_by().values_list("pk", "version", "project")
    versions, whose = {}, {}
    for pk, version, project in scripts:
        versions[pk], whose[pk] = version, project
    for row in rows:
        row.script_count = row.line_count = row.ready_count = 0
    by_id = {row.pk: row for row in rows}
    for pk, tally in _tallies(versions, "counts").items():
        row = by_id[whose[pk]]
        row.script_count += 1
        row.line_count += tally["line_count"]
        row.ready_count += tally["ready_count"]
    return rows


def _filled(scripts: Iterable[Script], kind: str) -> list[Script]:
    rows = list(scripts)
    tallies = _tallies({row.pk: row.version for row in rows}, kind)
    for row in rows:
        fill(row, tallies[row.pk])
    return rows


def fill(script: Script, tally: Tally) -> None:
    """Let a script say what was counted of it."""
    for name, value in tally.items():
        setattr(script, name, value)


def _tallies(versions: dict[int, int], kind: str) -> dict[int, Tally]:
    """The tally of each of these scripts, given as key and version: what is kept, or is counted now."""
    names = {pk: f"{kind}-{pk}" for pk in versions}
    kept = own.get_many(names.values())
    found = {
        pk: kept[name][1] for pk, name in names.items() if name in kept and kept[name][0] == versions[pk]
    }
    lined_up = {pk: lineups.kept_tally(pk, versions[pk]) for pk in versions if pk not in found}
    found |= {pk: tally for pk, tally in lined_up.items() if tally is not None}
    missing = [pk for pk in versions if pk not in found]
    if missing:
        made = _count(missing, kind)
        own.set_many({names[pk]: made[pk] for pk in made}, KEPT_S)
        found |= {pk: tally for pk, (_, tally) in made.items()}
    nothing = dict.fromkeys(_fields(kind), 0)  # one that was taken out between the two questions
    return {pk: found.get(pk, nothing) for pk in versions}


def _count(scripts: list[int], kind: str) -> dict[int, tuple[int, Tally]]:
    """Count now: by script its version and its tally, as they were at one moment. One query."""
    counting = ScriptQuerySet.with_counts if kind == "counts" else ScriptQuerySet.with_verdicts
    fields = _fields(kind)
    rows = counting(Script.everything.filter(pk__in=scripts)).order_by()
    return {
        pk: (version, dict(zip(fields, values, strict=True)))
        for pk, version, *values in rows.values_list("pk", "version", *fields)
    }


def _fields(kind: str) -> tuple[str, ...]:
    return COUNTS if kind == "counts" else VERDICTS
