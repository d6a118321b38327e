"""Shelves full of books for the benchmarks: every line with a take and a call, each tenth judged, each
twentieth edited and made by hand, the others in a run of each script.

The work of a year. Of sounds there are rows, no files, and no more than SOUNDS of them: they would be a third of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench._bulk import SHA, Dialect

BEGIN, YEAR_S = 1_763_000_000, 365 * 24 * 3600
SOUNDS = 100_000
ROLES = ("owner", "admin", *("editor",) * 4, *("reviewer",) * 2, *("viewer",) * 2)
TEXT = (
    "'The lamp in room ' || i || ' was lit, and nobody came to the door before the rain had stopped'"
    " || CASE WHEN i % 3 = 0 THEN ', which was at nine.' ELSE '.' END"
)
SECONDS = 6

Table = tuple[Any, int, dict[str, str]]
"""A model, how many rows of it, and its columns as SQL of ``i``, the number of the row."""


@dataclass(frozen=True)
class Shelf:
    """So many teams with so many projects each, of so many scripts, of so many lines."""

    teams: int
    projects: int
    scripts: int
    lines: int

    @property
    def of_team(self) -> int:
        """Lines of a team."""
        return self.projects * self.of_project

    @property
    def of_project(self) -> int:
        return self.scripts * self.lines

    @property
    def all_lines(self) -> int:
        return self.teams * self.of_team


def fill(connection: Any, shelf: Shelf) -> None:
    """Write the shelf into empty tables."""
    say = Dialect(connection)
    tables = [*_books(say, shelf), *_lines(say, shelf), *_work(say, shelf)]
    _people(shelf)
    with say.quick([model for model, *_ in tables]):
        for model, count, columns in tables:
            say.insert(model, say.counted(count), {"id": "i", **columns})


def _people(shelf: Shelf) -> None:
    """The teams, with the same ten people each; team 1 has the persons 1 to 10, and so on."""
    from narrator.teams.models import Membership, Team, User  # the settings are read by now

    teams = Team.objects.bulk_create(Team(name=f"Team {n + 1}") for n in range(shelf.teams))
    for team in teams:
        people = User.objects.bulk_create(
            User(email=f"{role}{n}@team{team.pk}.example", name=f"{role.title()} {n}", password="!")
            for n, role in enumerate(ROLES)
        )
        Membership.objects.bulk_create(
            Membership(team=team, user=user, role=role) for user, role in zip(people, ROLES, strict=True)
        )


def _books(say: Dialect, shelf: Shelf) -> Iterator[Table]:
    from projects.audio import sums
    from projects.models import Project, Script, Sound

    sound = sums.measure(np.random.default_rng(1).normal(0, 3000, SECONDS * 24_000).astype(np.int16))
    count = shelf.teams * shelf.projects
    yield (
        Project,
        count,
        {
            "team_id": f"(i - 1) / {shelf.projects} + 1",
            "title": "'The Long Night, volume ' || i",
            "voice": "'Ethan'",
            "created_at": say.moment(f"{BEGIN} + i * 60"),
        },
    )
    yield (
        Script,
        count * shelf.scripts,
        {
            "project_id": f"(i - 1) / {shelf.scripts} + 1",
            "position": f"(i - 1) % {shelf.scripts} + 1",
            "title": "'Chapter ' || i",
            "version": str(shelf.lines),
            "encoded_version": str(shelf.lines),
            "created_at": say.moment(f"{BEGIN} + i"),
        },
    )
    yield (
        Sound,
        min(SOUNDS, shelf.all_lines),
        {
            "sha256": SHA.format(n="i"),
            "frames": f"{SECONDS} * 24000",
            "squares": str(sound.squares),
            "peak": str(sound.peak),
            "true_peak": str(sound.true_peak),
            "cells": say.bytes(sound.cells),
            "quiet": say.bytes(sound.quiet),
        },
    )


def _lines(say: Dialect, shelf: Shelf) -> Iterator[Table]:
    from projects.models import Paragraph, Take

    at = say.moment(f"{BEGIN} + (i * 7919 % {YEAR_S})")
    yield (
        Paragraph,
        shelf.all_lines,
        {
            "script_id": f"(i - 1) / {shelf.lines} + 1",
            "position": f"((i - 1) % {shelf.lines} + 1) * 65536",
            "text": TEXT,
            "digest": SHA.format(n="i"),
            "chosen_id": "i",
            "latest_id": "i",
            "verdict_id": "CASE WHEN i % 10 = 0 THEN i / 10 END",
            "version": f"(i - 1) % {shelf.lines} + 1",
        },
    )
    yield (
        Take,
        shelf.all_lines,
        {
            "paragraph_id": "i",
            "run_id": f"CASE WHEN i % 20 > 0 THEN (i - 1) / {shelf.lines} + 1 END",
            "project_id": f"(i - 1) / {shelf.of_project} + 1",
            "team_id": f"(i - 1) / {shelf.of_team} + 1",
            "sound_id": f"(i - 1) % {SOUNDS} + 1",
            "number": "1",
            "text": TEXT,
            "voice": "'Ethan'",
            "host": "'speech.example'",
            "digest": SHA.format(n="i"),
            "status": "'ready'",
            "created_at": at,
            "claimed_at": at,
            "finished_at": at,
            "claimed_by": "'wake-1'",
            "audio": "'takes/' || SUBSTR(MD5(CAST(i AS text)), 1, 2) || '/' || MD5(CAST(i AS text)) || '.wav'",
            "audio_sha256": SHA.format(n="i"),
            "frames": f"{SECONDS} * 24000",
            "duration_ms": f"{SECONDS} * 1000",
            "peak_dbfs": "-3.0",
            "rms_dbfs": "-20.0",
            "lead_silence_ms": "80",
            "tail_silence_ms": "120",
            "peaks": say.data(100 * SECONDS),
            "request_id": "MD5(CAST(i AS text))",
        },
    )


def _work(say: Dialect, shelf: Shelf) -> Iterator[Table]:
    """What was done to the lines: calls, verdicts by reviewers, edits by editors."""
    from projects.models import Call, Change, Edit, Run, Verdict

    at = say.moment(f"{BEGIN} + (i * 7919 % {YEAR_S})")
    yield (
        Run,
        shelf.all_lines // shelf.lines,
        {
            "team_id": f"(i - 1) / {shelf.projects * shelf.scripts} + 1",
            "project_id": f"(i - 1) / {shelf.scripts} + 1",
            "script_id": "i",
            "state": "'done'",
            "total": str(shelf.lines),
            "created_at": at,
            "finished_at": at,
        },
    )
    yield (
        Call,
        shelf.all_lines,
        {
            "take_id": "i",
            "team_id": f"(i - 1) / {shelf.of_team} + 1",
            "project_id": f"(i - 1) / {shelf.of_project} + 1",
            "person_id": f"(i - 1) / {shelf.of_team} * 10 + 3 + i % 4",
            "at": at,
            "state": "'charged'",
            "voice": "'Ethan'",
            "characters": "100",
            "per_10k_micro": "800000",
            "amount_micro": "8000",
            "currency": "'CNY'",
            "request_id": "MD5(CAST(i AS text))",
            "duration_ms": "900 + i % 500",
        },
    )
    yield (
        Verdict,
        shelf.all_lines // 10,
        {
            "paragraph_id": "i * 10",
            "project_id": f"(i * 10 - 1) / {shelf.of_project} + 1",
            "team_id": f"(i * 10 - 1) / {shelf.of_team} + 1",
            "take_id": "i * 10",
            "digest": SHA.format(n="(i * 10)"),
            "audio_sha256": SHA.format(n="(i * 10)"),
            "kind": "'approved'",
            "by_id": f"(i * 10 - 1) / {shelf.of_team} * 10 + 7 + i % 2",
            "at": at,
        },
    )
    yield (
        Edit,
        shelf.all_lines // 20,
        {
            "kind": "'text'",
            "script_id": f"(i * 20 - 1) / {shelf.lines} + 1",
            "by_id": f"(i * 20 - 1) / {shelf.of_team} * 10 + 3 + i % 4",
            "at": at,
        },
    )
    yield (
        Change,
        shelf.all_lines // 20,
        {
            "edit_id": "i",
            "paragraph_id": "i * 20",
            "before": say.json('{"text": "The lamp was lit."}'),
            "after": say.json('{"text": "The lamp in the room was lit."}'),
        },
    )
