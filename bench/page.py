"""What the script page costs on the server, in this process: CPU and wall time, queries, bytes, memory.

A script of 10,000 lines with a take each: opening it, a window of rows warm and cold, its order, its search, a poll
that finds nothing and one that brings sixty lines. The peer in the same run is the plainest page that Django can make
of the same rows: one query, one template with a single variable a row. Limits of the issue: a window warm 6 ms CPU and
8 queries, a search 100 ms. Once on SQLite and once on PostgreSQL, each in a process of its own.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

LINES, ROUNDS, WINDOW = 10_000, 15, 100


def main() -> None:
    from tests.postgres import running_postgres  # it needs the repository's root

    _on("SQLite")
    with running_postgres() as address:
        _on("PostgreSQL", DATABASE_URL=address)


def _on(name: str, **env: str) -> None:
    print(f"  on {name}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        own = {
            "NARRATOR_DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "narrator.settings",
            "NARRATOR_LOG_LEVEL": "CRITICAL",
        }
        subprocess.run([sys.executable, "-m", "bench.page"], env={**os.environ, **own, **env}, check=True)


def _measure() -> None:
    import django  # the settings read the environment set above

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.db import connection
    from django.test import override_settings
    from django.test.utils import CaptureQueriesContext

    from tests import cast

    static = "django.contrib.staticfiles.storage.StaticFilesStorage"
    stores = {
        "default": {"BACKEND": "narrator.storage.AtomicFileSystemStorage"},
        "staticfiles": {"BACKEND": static},
    }
    with override_settings(STORAGES=stores, DEBUG=False):
        for name, work in _works(script(cast.assemble().team)):
            with CaptureQueriesContext(connection) as queries:
                size = len(work())
            count = len(queries)  # read now: the next request empties the log
            print(f"  {name:34} {_timed(work)}; {count:2} queries; {size / 1024:5.0f} kB")
    print(
        f"  memory of this process at its most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )
    connection.close()


def script(team: Any) -> Any:
    """A script of so many lines, each with a finished take of the same sound."""
    from projects.models import Paragraph, Take
    from tests import factories

    script = factories.script(team, lines=LINES)
    first, *others = script.paragraphs.all()
    take = factories.ready(first, duration_ms=200)
    takes = []
    for line in others:
        own = Take.objects.none().model(
            **{f.attname: getattr(take, f.attname) for f in Take._meta.concrete_fields}
        )
        own.pk, own.paragraph_id, own.digest = None, line.pk, line.digest
        takes.append(own)
    for own, line in zip(Take.objects.bulk_create(takes, batch_size=500), others, strict=True):
        line.chosen = line.latest = own
    Paragraph.objects.bulk_update(others, ["chosen", "latest"], batch_size=200)
    return script


def _works(script: Any) -> list[tuple[str, Callable[[], bytes]]]:
    """What is measured: a name, and what does it once and returns the answer's body."""
    from django.template import engines
    from django.test import Client

    from narrator.cache import heavy, own
    from narrator.teams.models import User

    client = Client(HTTP_HOST="localhost")
    client.force_login(User.objects.get(name="Edgar"))
    plain = engines["django"].from_string("{% for line in lines %}<li>{{ line.text }}</li>{% endfor %}")
    places = list(script.paragraphs.values_list("position", flat=True))
    middle = LINES // 2
    window = f"window/?from={places[middle]}&to={places[middle + WINDOW - 1]}"

    def get(rest: str, status: int = 200) -> Callable[[], bytes]:
        def ask() -> bytes:
            response = client.get(f"/scripts/{script.pk}/{rest}")
            assert response.status_code == status
            return response.content

        return ask

    def cold(rest: str) -> Callable[[], bytes]:
        def ask() -> bytes:
            own.clear()
            heavy.clear()
            return get(rest)()

        return ask

    def peer() -> bytes:
        rows = script.paragraphs.for_page().filter(
            position__range=(places[middle], places[middle + WINDOW - 1])
        )
        return plain.render({"lines": rows}).encode()

    return [
        ("opening it: head and first window", get("")),
        (f"window of {WINDOW} rows, cold", cold(window)),
        (f"window of {WINDOW} rows, warm", get(window)),
        (f"peer: bare list of {WINDOW} rows", peer),
        ("order of all lines, cold", cold("order/")),
        ("search, found in each third line", get("search/?q=lamp")),
        ("search by a pattern, found once", get(r"search/?q=1\.77\d7&pattern=on")),
        ("poll, nothing changed", get("changes/?since=999999", 204)),
        ("poll, 60 lines changed", get("changes/?since=0")),
    ]


def _timed(work: Callable[[], bytes]) -> str:
    """Do it some times over, and say what it cost."""
    wall, cpu = [], []
    for _ in range(ROUNDS):
        began, used = time.perf_counter(), time.process_time()
        work()
        wall.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - used) * 1000)
    return f"CPU {min(cpu):6.1f} ms best, {statistics.median(cpu):6.1f} median; wall {statistics.median(wall):6.1f} ms"


if __name__ == "__main__":
    _measure()
