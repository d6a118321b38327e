"""The studio that the benchmark of its load visits: five teams of ten people, each with a book of 10,000 lines.

Two of the books are one script, three have forty chapters. Their lines have takes, but for those of the run that is
going. It is made by the real actions; most takes are copies, in the database, of eight real ones with real sound.
"""

import os
from dataclasses import dataclass
from typing import Any

from bench._visits import Place

ROLES = ("owner", "admin", *("editor",) * 4, *("reviewer",) * 2, *("viewer",) * 2)
LINES = int(os.environ.get("BENCH_LOAD_LINES", "10000"))
CHAPTERS = LINES // 250
BOOKS = ((1, LINES), (1, LINES), (CHAPTERS, 250), (CHAPTERS, 250), (CHAPTERS, 250))
"""The books: so many scripts of so many lines."""
REAL, EDITED = 8, 10
TAKE_MS = 6_000
UNMADE = LINES * 3 // 10
"""Lines of the first book without takes, at its end."""


@dataclass(frozen=True)
class Person:
    cookie: str
    role: str
    place: Place


def furnish() -> tuple[list[Person], Any]:
    """Fill the empty tables of the default database; returns the people, and the script that has lines to make."""
    from projects.models import Paragraph  # the settings are read by now

    people: list[Person] = []
    for number, (scripts, lines) in enumerate(BOOKS):
        project, members = _team(number, scripts, lines)
        chapters = list(project.scripts.order_by("position"))
        unmade: set[int] = set()
        if number == 0:
            ids = list(chapters[0].paragraphs.order_by("position").values_list("pk", flat=True))
            unmade, first = set(ids[-UNMADE:]), chapters[0]
        takes = _real_takes(project)
        _copy(Paragraph.objects.filter(script__project=project).exclude(pk__in=unmade), takes)
        people += [
            Person(_cookie(user), role, _place(project, chapters[at * 3 % len(chapters)], lines, at))
            for at, (user, role) in enumerate(members)
        ]
    return people, first


def _team(number: int, scripts: int, lines: int) -> tuple[Any, list[tuple[Any, str]]]:
    from narrator.teams.models import Membership, Team, User
    from tests import factories

    team = Team.objects.create(name=f"Desk {number + 1}")
    members = []
    for at, role in enumerate(ROLES):
        user = User.objects.create(
            email=f"{role}{at}@desk{number}.example", name=f"{role.title()} {at}", password="!"
        )
        Membership.objects.create(team=team, user=user, role=role)
        members.append((user, role))
    return factories.project(team, lines=lines, scripts=scripts, title=f"Volume {number + 1}"), members


def _real_takes(project: Any) -> list[Any]:
    from tests import factories

    lines = project.scripts.order_by("position").first().paragraphs.order_by("position")[:REAL]
    return [factories.ready(line, duration_ms=TAKE_MS) for line in lines]


def _copy(lines: Any, takes: list[Any]) -> None:
    """Give each of these lines that has no take a copy of one of these, as if it had been made for it."""
    from django.db import connection

    from projects.models import Paragraph, Take

    own = {"paragraph_id": "p.id", "text": "p.text", "digest": "p.digest"}
    columns = [field.column for field in Take._meta.concrete_fields if field.column != "id"]
    values = ", ".join(own.get(column, f"t.{column}") for column in columns)
    bare = list(lines.filter(chosen=None).order_by("pk").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        for at, take in enumerate(takes):
            mine = ", ".join(map(str, bare[at :: len(takes)]))
            cursor.execute(
                f"INSERT INTO {Take._meta.db_table} ({', '.join(columns)}) SELECT {values} "
                f"FROM {Paragraph._meta.db_table} p, {Take._meta.db_table} t "
                f"WHERE t.id = {take.pk} AND p.id IN ({mine})"
            )
        its_take = f"(SELECT t.id FROM {Take._meta.db_table} t WHERE t.paragraph_id = p.id)"
        cursor.execute(
            f"UPDATE {Paragraph._meta.db_table} AS p SET chosen_id = {its_take}, latest_id = {its_take} "
            f"WHERE p.id IN ({', '.join(map(str, bare))})"
        )


def _place(project: Any, script: Any, lines: int, at: int) -> Place:
    """Where somebody works: the beginning is heard by all, further on each has lines of her own to edit."""
    rows = list(script.paragraphs.order_by("position").exclude(chosen=None).values_list("pk", "chosen")[:200])
    own = REAL + at * EDITED
    return Place(project.pk, script.pk, lines, rows[:REAL], [line for line, _ in rows[own : own + EDITED]])


def _cookie(user: Any) -> str:
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value
