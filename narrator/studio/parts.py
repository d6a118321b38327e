"""The parts that need the whole of Narrator: the workers, the clock and the web server. See also broker and standin."""

import http.client
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from narrator.studio.part import Part, log_says

PYTHON = (sys.executable, "-P", "-m")
WORKER = (
    *PYTHON,
    *("celery", "-A", "narrator.celery", "worker", "--loglevel", "INFO"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
)
# A page must not wait for a silent broker for longer than a second; a worker has the time.
PATIENT = {"NARRATOR_BROKER_TIMEOUT": "5"}
# Django's system checks are for `make check` and `manage.py doctor`: here each worker would import all pages for them.
CHECKED = {"CELERY_SKIP_CHECKS": "1"}
# Nor for a locked database: eight waiting threads are a studio that answers nobody.
HASTY = {"NARRATOR_DATABASE_PATIENCE": "5"}
# With 32 calls of a second, what lies between two calls of a slot took half as long in two processes as in one.
SLOTS_OF_A_WORKER = 16


def workers(env: Mapping[str, str], *, concurrency: int) -> list[Part]:
    """The workers that share so many slots: a process computes on one core at a time, and more cores are no use."""
    count = min(-(-concurrency // SLOTS_OF_A_WORKER), os.cpu_count() or 1)
    return [worker(env, concurrency=-(-concurrency // count), number=number + 1) for number in range(count)]


def worker(env: Mapping[str, str], *, concurrency: int, number: int = 1) -> Part:
    """A worker that makes takes: threads, because it waits for the endpoint most of the time.

    Three more than there are slots: for who waits for a slot, for the extra slot and for the sweep.
    """
    name = "worker" if number == 1 else f"worker-{number}"
    return Part(
        name=name,
        argv=(*WORKER, "-n", f"wake-{number}@%h", "-Q", "wake", "-P", "threads", "-c", str(concurrency + 3)),
        env={**env, **PATIENT, **CHECKED},
        ready=log_says(" ready."),
    )


def exporter(env: Mapping[str, str]) -> Part:
    """The worker that assembles exports, one at a time, in a process of its own, behind what people look at."""
    return Part(
        name="exporter",
        argv=(*WORKER, "-n", "heavy@%h", "-Q", "heavy", "-P", "solo"),
        env={**env, **PATIENT, **CHECKED},
        ready=log_says(" ready."),
        niceness=10,
    )


def clock(env: Mapping[str, str], *, schedule: Path) -> Part:
    """Celery beat, which rings for the sweep."""
    return Part(
        name="clock",
        argv=(
            *(*PYTHON, "celery", "-A", "narrator.studio.clock", "beat", "--loglevel", "INFO"),
            *("--schedule", str(schedule)),
        ),
        env={**env, **PATIENT},
        ready=log_says("beat: Starting..."),
    )


def web(env: Mapping[str, str], *, listener_fd: int, host: str, port: int, access_log: Path) -> Part:
    """The web server, on a socket that listens already; ``host`` and ``port`` are where to ask it."""
    return Part(
        name="web server",
        argv=(
            *(*PYTHON, "gunicorn", "-c", "python:narrator.studio.web_server"),
            *("--bind", f"fd://{listener_fd}", "--access-logfile", str(access_log)),
        ),
        env={**env, **HASTY},
        ready=lambda log: healthy(host, port),
        pass_fds=(listener_fd,),
    )


def healthy(host: str, port: int, within_s: float = 0.5) -> bool:
    """Whether the web server answers /healthz; a redirect to https is an answer, too."""
    connection = http.client.HTTPConnection(host, port, timeout=within_s)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
