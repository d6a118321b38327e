"""Fifty people at once in a studio that is generating: what each page takes. `python -m bench load`, six minutes.

The studio's real processes as `make run` starts them (web server, workers, exporter, clock, Valkey), on SQLite and then
on PostgreSQL, a stand-in endpoint that takes a second a call, and a lean client in this process. Each of fifty browsers
has a script open, whose page polls every 1.5 s, and asks for something every three seconds in the mean
(bench/_visits.py; BENCH_LOAD_EACH_S), whether or not the studio keeps up. The studio has no event streams
(docs/adr/0002): its polls, and the questions for live sound, are what is open instead.

Server time is gunicorn's, from the request read to the answer sent; *waited* is what the client saw, with the wait for
a thread before it. CPU of a request is measured before that, one at a time, web server and database together.
The limit: 95 of 100 pages within 100 ms of server time. Each kind is told, too; of those that are rare the slowest is
their p95, unless BENCH_LOAD_S is a few minutes. It wants a quiet machine.
"""

import asyncio
import contextlib
import dataclasses
import os
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from bench import _processes
from bench._visits import PAGES, Log, Visitor

LIMIT_MS = 100
# People work for days: each process has seen each script by then, and PostgreSQL has planned what is often asked.
WARM_S, MEASURED_S = 90, float(os.environ.get("BENCH_LOAD_S", "45"))
ALONE = int(os.environ.get("BENCH_LOAD_ALONE", "12"))
LATENCY_S = 1.0
OTHERS = ("poll", "order of lines", "edit form", "waveform", "media", "live sound")
LOG_FORMAT = "%({x-request-id}i)s %(s)s %(D)s"


def main() -> None:
    from tests.postgres import running_postgres  # it needs the repository's root

    only = os.environ.get("BENCH_LOAD_ON", "")
    if only != "postgres":
        _on("SQLite")
    if only != "sqlite":
        with running_postgres() as address:
            _on("PostgreSQL", DATABASE_URL=address)


def _on(name: str, **env: str) -> None:
    from tests import migrated

    print(f"  on {name}", flush=True)
    with tempfile.TemporaryDirectory(prefix="nl-") as folder:
        if not env:
            shutil.copyfile(migrated.make(), Path(folder) / "narrator.sqlite3")
        own = {
            "NARRATOR_DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "narrator.settings",
            "NARRATOR_LOG_LEVEL": "WARNING",
            "NARRATOR_REQUESTS_EACH_MINUTE": "0",
        }
        subprocess.run([sys.executable, "-m", "bench.load"], env={**os.environ, **own, **env}, check=True)


def _measure(data: Path) -> None:
    import django  # the settings read the environment set above

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from bench import _library
    from narrator.studio.broker import running_broker

    call_command("migrate", verbosity=0)
    with running_broker(data):
        people, unmade = _library.furnish()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")  # which it does by itself within a minute or two
        with _studio(data) as (port, pids):
            log = Log()
            csrf = secrets.token_hex(16)
            visitors = [
                Visitor(port, person.cookie, csrf, person.role, person.place, log, seed)
                for seed, person in enumerate(people)
            ]
            asyncio.run(_visit(visitors, log, pids, data, unmade))


@contextlib.contextmanager
def _studio(data: Path) -> Iterator[tuple[int, dict[str, list[int]]]]:
    """The studio's processes but for the broker, which runs; gives the web server's port, and who is which process."""
    from narrator.studio import parts, preparation, standin
    from narrator.studio.part import inherited_env, running

    preparation.static_files()
    port = standin.free_port()
    speaks = standin.part(port=port, token="bench", voices="tone")
    env = inherited_env(
        NARRATOR_SPEECH_URL=standin.url(port),
        NARRATOR_SPEECH_TOKEN="bench",
        NARRATOR_SPEECH_IS_STANDIN="1",
        GUNICORN_CMD_ARGS=f"--access-logformat='{LOG_FORMAT}'",
    )
    with contextlib.ExitStack() as stack, socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        pids: dict[str, list[int]] = {"broker": [_broker_pid()], **_database()}

        def start(name: str, part: Any) -> None:
            pids.setdefault(name, []).append(stack.enter_context(running(part, data / "logs")).process.pid)

        start("stand-in", slow(speaks))
        for worker in parts.workers(env, concurrency=4):
            start("worker", worker)
        start("exporter and clock", parts.exporter(env))
        start("exporter and clock", parts.clock(env, schedule=data / "clock"))
        at = listener.getsockname()[1]
        web = parts.web(
            env, listener_fd=listener.fileno(), host="127.0.0.1", port=at, access_log=data / "access.log"
        )
        start("web", web)
        yield at, pids


def slow(part: Any) -> Any:
    """The same endpoint, taking its time."""
    return dataclasses.replace(part, argv=(*part.argv, "--latency", str(LATENCY_S)))


def _broker_pid() -> int:
    import redis
    from django.conf import settings

    from narrator import places

    with redis.Redis.from_url(places.redis_url(settings.REDIS_URL)) as client:
        return int(client.info("server")["process_id"])


def _database() -> dict[str, list[int]]:
    """The process of the database, where it has one."""
    if "DATABASE_URL" not in os.environ:
        return {}
    home = unquote(urlsplit(os.environ["DATABASE_URL"]).netloc.rpartition("@")[2])
    return {"PostgreSQL": [int((Path(home) / "data/postmaster.pid").read_text().split()[0])]}


async def _visit(
    visitors: list[Visitor], log: Log, pids: dict[str, list[int]], data: Path, unmade: Any
) -> None:
    """One at a time, then all at once while a run is going; and say what it came to."""
    for visitor in visitors:  # a page's poll asks for what is newer than the page
        await visitor.open()
    alone_ms = await _alone(visitors, pids)
    ready = await asyncio.to_thread(_press, unmade)
    until = time.monotonic() + WARM_S + MEASURED_S
    busy = [task for visitor in visitors for task in (visitor.work(until), visitor.watch(until))]
    watching = asyncio.gather(*busy)
    await asyncio.sleep(WARM_S)
    used_s, began, own_s = _used_s(pids), time.monotonic(), time.process_time()
    log.is_on = True
    await asyncio.sleep(until - time.monotonic())
    took_s = time.monotonic() - began
    cores = {name: (now - used_s[name]) / took_s for name, now in _used_s(pids).items()}
    cores["this client"] = (time.process_time() - own_s) / took_s
    log.is_on = False
    await watching
    made = await asyncio.to_thread(_ready) - ready
    _report(log, _served_ms(data / "access.log"), alone_ms, cores, made)


async def _alone(visitors: list[Visitor], pids: dict[str, list[int]]) -> dict[str, float]:
    """CPU of each kind of request in ms, web server and database together: by five editors in turn, warmed up."""
    found = {}
    some = [visitor for visitor in visitors if visitor.role == "editor"][::4]
    for kind in (*PAGES, "poll", "listening"):
        for visitor in some:
            await (visitor.poll() if kind == "poll" else visitor.do(kind))
        before = _used_s(pids)
        for at in range(ALONE):
            visitor = some[at % len(some)]
            await (visitor.poll() if kind == "poll" else visitor.do(kind))
        after = _used_s(pids)
        found[kind] = (
            1000 / ALONE * sum(after[name] - before[name] for name in ("web", "PostgreSQL") if name in after)
        )
    return found


def _used_s(pids: dict[str, list[int]]) -> dict[str, float]:
    return {name: sum(map(_processes.family_cpu_s, some)) for name, some in pids.items()}


def _press(script: Any) -> int:
    from projects import tasks

    tasks.queue_takes(script, script.paragraphs.missing(), by=None)
    return _ready()


def _ready() -> int:
    from projects.models import Take

    return Take.objects.filter(status="ready").count()


def _served_ms(access_log: Path) -> dict[str, list[float]]:
    """Server times by kind, of what was asked for while it counted."""
    found: dict[str, list[float]] = {}
    for line in access_log.read_text().splitlines():
        name, status, microseconds = line.split()
        kind, _, is_on = name.split("-") if name.count("-") == 2 else ("", "", "0")
        if is_on == "1" and int(status) < 400:
            found.setdefault(kind.replace("_", " "), []).append(int(microseconds) / 1000)
    return found


def _report(
    log: Log,
    served_ms: dict[str, list[float]],
    alone_ms: dict[str, float],
    cores: dict[str, float],
    made: int,
) -> None:
    print(f"  {'':18} {'count':>6} {'CPU':>7} {'p50':>6} {'p95':>6} {'p99':>6} {'waited p95':>11}   in ms")
    over = []
    for kind in (*PAGES, *OTHERS):
        if kind in served_ms:
            print(f"  {kind:18} {_figures(served_ms[kind], log.waited_ms[kind], alone_ms.get(kind))}")
            if kind in PAGES and _share(served_ms[kind], 95) > LIMIT_MS:
                over.append(kind)
    pages = [one for kind in PAGES for one in served_ms.get(kind, [])]
    waited = [one for kind in PAGES for one in log.waited_ms.get(kind, [])]
    print(f"  {'all pages':18} {_figures(pages, waited, None)}")
    a_second = sum(map(len, served_ms.values())) / MEASURED_S
    print(
        f"  {a_second:.0f} requests a second, {len(pages) / MEASURED_S:.0f} of them pages; {len(log.errors)} errors"
    )
    print(
        f"  {made} lines made meanwhile; cores in use: " + ", ".join(f"{n} {v:.2f}" for n, v in cores.items())
    )
    for error in log.errors[:5]:
        print(f"  {error}")
    verdict = (
        f"over the limit of {LIMIT_MS} ms: {', '.join(over)}"
        if over
        else f"each kind of page within {LIMIT_MS} ms"
    )
    print(f"  p95 of all pages {_share(pages, 95):.1f} ms; {verdict}", flush=True)


def _figures(served: list[float], waited: list[float], alone: float | None) -> str:
    shares = " ".join(f"{_share(served, share):6.1f}" for share in (50, 95, 99))
    cpu = f"{alone:7.1f}" if alone is not None else " " * 7
    return f"{len(served):6} {cpu} {shares} {_share(waited, 95):11.1f}"


def _share(figures: list[float], percent: int) -> float:
    """The figure that so many per cent do not pass."""
    if len(figures) < 2:
        return max(figures, default=0.0)
    return statistics.quantiles(figures, n=100, method="inclusive")[percent - 1]


if __name__ == "__main__":
    _measure(Path(os.environ["NARRATOR_DATA_DIR"]))
