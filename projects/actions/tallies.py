"""How many lines of a script are ready, waiting, approved: counted by the database once for each version of the script.

Counting reads every line, and a list of projects shows the lines of all of them (docs/scale.md). Whatever is counted
here counts the script's version up when it changes. Kept by each process, a few figures for each script; where it has
the lines of a long one, they are brought up to date and counted in place of being read anew.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from django.db.models import Q, Sum

from narrator.cache import heavy
from narrator.direct import Asked, Blank, Prepared
from narrator.teams.models import Membership, User
from projects.actions import lineups
from projects.models import Project, Script
from projects.models.scripts import ScriptQuerySet
from projects.models.takes import Source

TALLY_BYTES = 500
COUNTS = ("line_count", "ready_count", "active_count", "failed_count", "duration_ms")
SPOKEN = [source for source in Source if source != Source.CLIP]
VERDICTS = ("line_count", "approved_count", "pickup_count", "to_hear_count")

Tally = dict[str, Any]
Counting = Callable[[ScriptQuerySet], Iterable[tuple[int, int, Tally]]]
"""Counts by one query: of each script its key, its version and its tally, as they are at one moment."""


def with_counts(scripts: Iterable[Script]) -> list[Script]:
    """These scripts, each with what ``ScriptQuerySet.with_counts`` counts. One query where any of them changed."""
    return _filled(scripts, "counts", COUNTS)


def with_verdicts(scripts: Iterable[Script]) -> list[Script]:
    """These scripts, each with what ``ScriptQuerySet.with_verdicts`` counts. One query where any of them changed."""
    return _filled(scripts, "verdicts", VERDICTS)


def asking_scripts(user: User) -> Asked:
    """The scripts of a person's projects: key, version and project of each."""
    return _scripts().asking(user=user.pk)


@cache
def _scripts() -> Prepared:
    """Blank: user."""
    mine = Script.objects.filter(project__team__memberships__user=Blank(Membership, "user"))
    return Prepared(mine.order_by().values_list("pk", "version", "project"))


def with_lines(projects: Iterable[Project], scripts: Iterable[Sequence[int]]) -> list[Project]:
    """These projects, each with ``script_count``, ``line_count`` and ``ready_count``; ``scripts``: as asked above.

    One query where any of theirs changed.
    """
    rows = list(projects)
    by_id = {row.pk: row for row in rows}
    versions, whose = {}, {}
    for pk, version, project in scripts:
        if project in by_id:
            versions[pk], whose[pk] = version, project
    for row in rows:
        row.script_count = row.line_count = row.ready_count = 0
    for pk, tally in _tallies(versions, "counts").items():
        row = by_id[whose[pk]]
        row.script_count += 1
        row.line_count += tally.get("line_count", 0)
        row.ready_count += tally.get("ready_count", 0)
    return rows


def voices(scripts: Iterable[Script]) -> Counter[str]:
    """How long each voice is heard in the chosen takes of these scripts, in ms. One query where any of them changed."""
    heard: Counter[str] = Counter()
    for tally in _tallies({script.pk: script.version for script in scripts}, "voices").values():
        heard.update(tally)
    return heard


def _filled(scripts: Iterable[Script], kind: str, fields: tuple[str, ...]) -> list[Script]:
    rows = list(scripts)
    tallies = _tallies({row.pk: row.version for row in rows}, kind)
    for row in rows:
        fill(row, dict.fromkeys(fields, 0) | tallies[row.pk])
    return rows


def fill(script: Script, tally: Tally) -> None:
    """Let a script say what was counted of it."""
    for name, value in tally.items():
        setattr(script, name, value)


def _tallies(versions: dict[int, int], kind: str) -> dict[int, Tally]:
    """The tally of each of these scripts, given as key and version: what is kept, or is counted now.

    It is empty for one that was taken out between the two questions.
    """
    found = {pk: _kept(pk, version, kind) for pk, version in versions.items()}
    missing = [pk for pk, tally in found.items() if tally is None]
    if missing:
        for pk, version, tally in COUNTING[kind](Script.everything.filter(pk__in=missing).order_by()):
            heavy.set(f"{kind}-{pk}", (version, tally), size_bytes=TALLY_BYTES)
            found[pk] = tally
    return {pk: tally or {} for pk, tally in found.items()}


def _kept(pk: int, version: int, kind: str) -> Tally | None:
    told, tally = heavy.get(f"{kind}-{pk}") or (None, None)
    if told == version:
        return tally
    lineup = lineups.kept(pk, version)
    if lineup is None:
        return None
    return lineup.voices if kind == "voices" else lineup.tally


def _counts(scripts: ScriptQuerySet) -> Iterable[tuple[int, int, Tally]]:
    return _figures(scripts.with_counts(), COUNTS)


def _verdicts(scripts: ScriptQuerySet) -> Iterable[tuple[int, int, Tally]]:
    return _figures(scripts.with_verdicts(), VERDICTS)


def _figures(scripts: ScriptQuerySet, names: tuple[str, ...]) -> Iterable[tuple[int, int, Tally]]:
    for pk, version, *values in scripts.values_list("pk", "version", *names):
        yield pk, version, dict(zip(names, values, strict=True))


def _voices(scripts: ScriptQuerySet) -> Iterable[tuple[int, int, Tally]]:
    spoken = Q(paragraphs__removed=False, paragraphs__chosen__source__in=SPOKEN)
    rows = scripts.values_list("pk", "version", "paragraphs__chosen__voice")
    found: dict[int, tuple[int, Tally]] = {}
    for pk, version, voice, ms in rows.annotate(ms=Sum("paragraphs__chosen__duration_ms", filter=spoken)):
        _, tally = found.setdefault(pk, (version, {}))
        if ms is not None:
            tally[voice] = ms
    return ((pk, version, tally) for pk, (version, tally) in found.items())


COUNTING: dict[str, Counting] = {"counts": _counts, "verdicts": _verdicts, "voices": _voices}
