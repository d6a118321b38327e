"""Growth: what the hot pages ask of a database with a year of work in it. `python -m bench scale`; see docs/scale.md.

BENCH_SCALE_PROJECTS projects of 10,000 lines (20 unless it is set: 200,000 lines, 0.7 GB, some minutes), twenty to a
team, on SQLite and on PostgreSQL. Each page is asked as an editor of the first team, and each thing that workers do;
of each the statements are counted and timed, with empty caches and once more. With BENCH_SCALE_PLANS=1 the plan of
each one's slowest statement is printed. DATABASE_URL names a PostgreSQL of one's own, empty or filled by this before.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECTS = int(os.environ.get("BENCH_SCALE_PROJECTS", "20"))
WITH_PLANS = bool(os.environ.get("BENCH_SCALE_PLANS"))
READING = ("SELECT", "UPDATE", "INSERT", "WITH")
OF_TEAM, SCRIPTS, LINES = 20, 40, 250
LARGE = ("take", "paragraph", "call", "sound", "verdict", "edit", "change", "callrecord")
"""Tables that grow with the lines, without their prefix. Whoever reads one of them whole is told."""


@dataclass
class Asked:
    """One statement: how often it was asked for, and how long it took."""

    sql: str
    params: Any
    ms: float


def main() -> None:
    from tests.postgres import running_postgres  # it needs the repository's root

    if "DATABASE_URL" in os.environ:
        _on("the database that is named")
        return
    _on("SQLite")
    with running_postgres() as address:
        _on("PostgreSQL", DATABASE_URL=address)


def _on(name: str, **env: str) -> None:
    print(f"  on {name}", flush=True)
    with tempfile.TemporaryDirectory(prefix="ns-") as folder:
        own = {
            "NARRATOR_DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "narrator.settings",
            "NARRATOR_LOG_LEVEL": "CRITICAL",
            "NARRATOR_REQUESTS_EACH_MINUTE": "0",
        }
        subprocess.run([sys.executable, "-m", "bench.scale"], env={**os.environ, **own, **env}, check=True)


def _measure() -> None:
    import django  # the settings read the environment set above

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import override_settings

    from bench._shelf import Shelf, fill
    from projects.models import Project

    call_command("migrate", verbosity=0)
    if not Project.objects.exists():
        began = time.monotonic()
        shelf = Shelf(max(PROJECTS // OF_TEAM, 1), min(PROJECTS, OF_TEAM), SCRIPTS, LINES)
        fill(connection, shelf)
        print(f"  {shelf.all_lines:,} lines written in {time.monotonic() - began:.0f} s")
    _sizes(connection)
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    stores = {"default": {"BACKEND": "narrator.storage.AtomicFileSystemStorage"}, "staticfiles": plain}
    with override_settings(STORAGES=stores, DEBUG=False):
        for name, work in _works():
            _look(connection, name, work)
    connection.close()


def _sizes(connection: Any) -> None:
    """What is on the disk."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            size = Path(connection.settings_dict["NAME"]).stat().st_size
            print(f"  one file of {size / 1e9:.2f} GB")
            return
        cursor.execute(
            "SELECT relname, reltuples::bigint, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class "
            "WHERE relkind = 'r' AND pg_total_relation_size(oid) > 5000000 ORDER BY 3 DESC"
        )
        for table, rows, size, indexes in cursor.fetchall():
            print(f"  {table:22} {rows:>12,} rows {size / 1e9:7.2f} GB, its indexes {indexes / 1e9:6.2f} GB")


def _works() -> Iterator[tuple[str, Callable[[], object]]]:
    """What is asked, by name; each is done twice."""
    from django.test import Client

    from narrator.teams.models import User
    from projects.actions import claims, metrics, notifications, takes
    from projects.actions.roster import Roster
    from projects.models import Project, Take

    project = Project.objects.order_by("pk").first()
    assert project is not None
    script = project.scripts.order_by("position")[SCRIPTS // 2]
    line = script.paragraphs.order_by("position")[LINES // 2]
    editor = User.objects.filter(teams=project.team_id, memberships__role="editor").order_by("pk").first()
    owner = User.objects.filter(teams=project.team_id, memberships__role="owner").get()
    clients = {user.pk: Client(HTTP_HOST="localhost") for user in (editor, owner)}
    for user in (editor, owner):
        clients[user.pk].force_login(user)

    def page(path: str, by: Any = editor) -> Callable[[], object]:
        def ask() -> object:
            response = clients[by.pk].get(path)
            assert response.status_code in (200, 204), (path, response.status_code)
            return b"".join(response) if response.streaming else response.content

        return ask

    first, last = (LINES // 2 - 50) * 2**16, (LINES // 2 + 49) * 2**16
    yield "list of projects", page("/")
    yield "project", page(f"/projects/{project.pk}/")
    yield "script opened", page(f"/scripts/{script.pk}/")
    yield "window of rows", page(f"/scripts/{script.pk}/window/?from={first}&to={last}")
    yield "order of lines", page(f"/scripts/{script.pk}/order/")
    yield "poll, nothing new", page(f"/scripts/{script.pk}/changes/?since=999999")
    yield "poll, 60 lines new", page(f"/scripts/{script.pk}/changes/?since=0")
    yield "line selected", page(f"/paragraphs/{line.pk}/")
    yield "search in a script", page(f"/scripts/{script.pk}/search/?q=lamp")
    yield "search in a project", page(f"/scripts/{script.pk}/replace/?q=nine&everywhere=on")
    yield "review board", page(f"/projects/{project.pk}/review/")
    yield "line to hear", page(f"/scripts/{script.pk}/review/")
    yield "activity of a project", page(f"/projects/{project.pk}/activity/")
    yield "activity of a team", page(f"/teams/{project.team_id}/activity/", owner)
    yield "usage", page("/usage/")
    yield "pickups", page(f"/projects/{project.pk}/pickups/")
    if not Take.objects.filter(status="queued").exists():
        for one in project.scripts.order_by("position")[:4]:
            takes.request(one, list(one.paragraphs.all()), by=editor, fresh=True)
    yield "queue", page("/runs/")
    yield "roster", lambda: Roster().look()
    yield "claim", lambda: claims.claim(worker="bench")
    yield "sweep of claims", claims.sweep
    yield "sweep of news", notifications.sweep
    yield "takes asked for", lambda: takes.request(script, [line], by=editor, fresh=True)
    yield "metrics", lambda: list(metrics.collect())


def _look(connection: Any, name: str, work: Callable[[], object]) -> None:
    """Do it twice, nothing of it for good, and say what it asked of the database: at first, and when it is known."""
    from django.db import transaction

    from narrator.cache import heavy, own

    asked: list[Asked] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            one = params[0] if many else params
            asked.append(Asked(sql, one, 1000 * (time.perf_counter() - began)))

    with transaction.atomic(), connection.execute_wrapper(note):
        for cache in (own, heavy):
            cache.clear()
        work()
        first = [one for one in asked if one.sql.lstrip("( ").startswith(READING)]
        asked.clear()
        work()
        again_ms, count = sum(one.ms for one in asked), len(asked)
        whole = sorted({table for one in first for table in _read_whole(connection, one)})
        slowest = max(first, key=lambda one: one.ms)
        told = f"; reads all of {', '.join(whole)}" if whole else ""
        first_ms = sum(one.ms for one in first)
        print(
            f"  {name:22} {len(first):3} statements, {first_ms:8.1f} ms (the slowest {slowest.ms:8.1f}); "
            f"again {count:3}, {again_ms:8.1f} ms{told}",
            flush=True,
        )
        if WITH_PLANS:
            print("\n".join(f"    {line}" for line in _plan(connection, slowest)), flush=True)
        transaction.set_rollback(True)


def _read_whole(connection: Any, asked: Asked) -> Iterator[str]:
    """The large tables that a statement reads from one end to the other."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"EXPLAIN (FORMAT JSON) {asked.sql}", asked.params)
            ((found,),) = cursor.fetchall()
            plan = found if isinstance(found, list) else json.loads(found)
            yield from (table for table in _scanned(plan[0]["Plan"]) if table in LARGE)
            return
        cursor.execute(f"EXPLAIN QUERY PLAN {asked.sql}", asked.params)
        for *_, detail in cursor.fetchall():
            table = detail.split()[1].removeprefix("projects_") if detail.startswith("SCAN ") else ""
            if table in LARGE:
                yield table


def _scanned(node: dict[str, Any]) -> Iterator[str]:
    if node["Node Type"] == "Seq Scan":
        yield node["Relation Name"].removeprefix("projects_")
    for inner in node.get("Plans", ()):
        yield from _scanned(inner)


def _plan(connection: Any, asked: Asked) -> Iterator[str]:
    with connection.cursor() as cursor:
        is_postgres = connection.vendor == "postgresql"
        how = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, COSTS OFF)" if is_postgres else "EXPLAIN QUERY PLAN"
        cursor.execute(f"{how} {asked.sql}", asked.params)
        for row in cursor.fetchall():
            yield str(row[-1])


if __name__ == "__main__":
    _measure()
