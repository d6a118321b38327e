"""Our lists beside another Django product's: healthchecks' list of checks, as many rows, for somebody signed in.

BENCH_HEALTHCHECKS is a checkout of github.com/healthchecks/healthchecks, its requirements in this Python. Each side in
a process of its own, on SQLite, DEBUG off, asked through its own WSGI application, turn by turn, so that both meet
the same machine. Requests are warm: the same person looks again, and nothing has changed.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

SIZES, TURNS, EACH = (100, 500), 5, 3
ROOT = Path(__file__).resolve().parents[1]
Measured = dict[str, tuple[float, float, int]]
"""By what was asked for: CPU ms, wall ms, bytes."""


def main() -> None:
    checkout = os.environ.get("BENCH_HEALTHCHECKS")
    if not checkout:
        print("  Set BENCH_HEALTHCHECKS to a checkout of healthchecks, with what it requires in this Python.")
        return
    with tempfile.TemporaryDirectory() as folder:
        theirs = {
            "PYTHONPATH": os.pathsep.join([checkout, os.environ.get("PYTHONPATH", "")]),
            "DEBUG": "False",
        }
        theirs |= {"DJANGO_SETTINGS_MODULE": "hc.settings", "DB_NAME": f"{folder}/hc.sqlite"}
        ours = {"DJANGO_SETTINGS_MODULE": "narrator.settings", "NARRATOR_DATA_DIR": folder}
        ours |= {"NARRATOR_LOG_LEVEL": "CRITICAL", "NARRATOR_REQUESTS_EACH_MINUTE": "0"}
        with _child("healthchecks", **theirs) as peer, _child("narrator", **ours) as own:
            turns = [peer() | own() for _ in range(TURNS)]
    beside = statistics.median(turn[_checks(SIZES[0])][0] for turn in turns)
    for name in turns[0]:
        cpu, wall, size = (statistics.median(turn[name][n] for turn in turns) for n in range(3))
        print(
            f"  {name:44} CPU {cpu:6.1f} ms, wall {wall:6.1f} ms, {size / 1024:4.0f} kB; {cpu / beside:4.2f} of it"
        )
    print(f"  (it: healthchecks' list of {SIZES[0]})")


def _checks(rows: int) -> str:
    return f"healthchecks, {rows} checks"


@contextmanager
def _child(side: str, **env: str) -> Iterator[Callable[[], Measured]]:
    """One side in a process of its own. What this gives lets it take a turn."""
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    argv = [sys.executable, "-m", "bench.healthchecks", side]
    with subprocess.Popen(argv, env={**os.environ, **env}, cwd=ROOT, **pipes) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout

        def turn() -> Measured:
            stdin.write("go\n")
            stdin.flush()
            line = stdout.readline()
            assert line, f"{side} ended"
            return {name: tuple(found) for name, found in json.loads(line).items()}

        yield turn
        stdin.close()


def _serve(side: str) -> None:
    """Take a turn for each line on stdin."""
    import django  # the settings read the environment that is set by then

    django.setup()
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from django.test import override_settings

    call_command("migrate", verbosity=0, run_syncdb=True)
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    stores = {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}, "staticfiles": plain}
    with override_settings(STORAGES=stores, ALLOWED_HOSTS=["*"], COMPRESS_ENABLED=False):
        pages = list(_theirs() if side == "healthchecks" else _ours())
        application = get_wsgi_application()
        for _ in sys.stdin:
            print(json.dumps({name: _timed(application, *asked) for name, *asked in pages}), flush=True)


def _timed(application: Any, user: Any, path: str) -> tuple[float, float, int]:
    """Ask for a page some times over: the median of each figure."""
    cookie = _signed_in(user)
    _ask(application, cookie, path)
    found = []
    for _ in range(EACH):
        began, used = time.perf_counter(), time.process_time()
        size = len(_ask(application, cookie, path))
        found.append((1000 * (time.process_time() - used), 1000 * (time.perf_counter() - began), size))
    cpu, wall, size = (statistics.median(one[n] for one in found) for n in range(3))
    return cpu, wall, int(size)


def _signed_in(user: Any) -> str:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def _ask(application: Any, cookie: str, path: str) -> bytes:
    at, _, query = path.partition("?")
    environ: dict[str, Any] = {
        "PATH_INFO": at,
        "QUERY_STRING": query,
        "HTTP_COOKIE": cookie,
        "REMOTE_ADDR": "127.0.0.1",
    }
    setup_testing_defaults(environ)
    statuses: list[str] = []
    answer = application(environ, lambda status, headers: statuses.append(status))
    body = b"".join(answer)
    answer.close()
    assert statuses == ["200 OK"], (path, statuses)
    return body


def _theirs() -> Iterator[tuple[str, Any, str]]:
    """Projects of so many checks, each pinged, with three tags and all but one of three integrations."""
    from django.contrib.auth.models import User
    from django.utils.timezone import now
    from hc.accounts.models import Profile, Project
    from hc.api.models import Channel, Check

    for rows in SIZES:
        user = User.objects.create(username=f"u{rows}", email=f"u{rows}@example.org")
        Profile.objects.for_user(user)
        project = Project.objects.create(owner=user, name=f"Project {rows}", badge_key=f"b{rows}")
        kept = {"project": project, "status": "up", "last_ping": now(), "last_duration": timedelta(seconds=9)}
        checks = [
            Check.objects.create(
                name=f"Nightly backup {n}", slug=f"nightly-{n}", tags=f"prod db{n % 9} eu", **kept
            )
            for n in range(rows)
        ]
        for n in range(3):
            channel = Channel.objects.create(project=project, kind="email", name=f"Team {n}")
            channel.checks.add(*checks[n:])
        yield _checks(rows), user, f"/projects/{project.code}/checks/"


def _ours() -> Iterator[tuple[str, Any, str]]:
    """Teams of so many projects; projects of so many scripts; a script of 10,000 lines with a take each."""
    from bench import page
    from tests import cast, factories

    people = cast.assemble()
    for rows, user, team in zip(
        SIZES, (people.owner, people.stranger), (people.team, people.other_team), strict=True
    ):
        for n in range(rows):
            factories.project(team, lines=2, title=f"The Long Night, volume {n + 1}")
        yield f"list of projects, {rows} projects", user, "/"
    for rows in SIZES:
        board = factories.project(people.team, lines=2, scripts=rows)
        yield f"review page, {rows} scripts", people.owner, f"/projects/{board.pk}/review/"
    script = page.script(people.team)
    places = list(script.paragraphs.values_list("position", flat=True))
    window = f"from={places[4000]}&to={places[4000 + page.WINDOW - 1]}"
    yield f"window of {page.WINDOW} rows of 10,000", people.editor, f"/scripts/{script.pk}/window/?{window}"
    yield "script of 10,000 lines opened", people.editor, f"/scripts/{script.pk}/"


if __name__ == "__main__":
    _serve(sys.argv[1])
