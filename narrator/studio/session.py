"""One run of the studio from the first check to the last process: in what order, and what the reader is told."""

import contextlib
import time
from collections.abc import Callable
from typing import TextIO

from django.conf import settings
from django.db import connections

from narrator.studio import logs, parts, plan, preparation, standin
from narrator.studio.checks import Unfit
from narrator.studio.part import CannotStart
from narrator.studio.plan import Plan
from narrator.studio.supervisor import Stopped, Supervisor

OPEN_DEMO = "             Everybody who reaches this machine knows this login too: change its password now."

Say = Callable[[str], None]


def run(*, out: TextIO, err: TextIO) -> int:
    """Run the studio until a signal stops it; return the exit code."""
    try:
        with plan.alone(settings.DATA_DIR) as locks, plan.made(settings.DATA_DIR) as the_plan:
            locks[0].describe(address=the_plan.address)
            with Supervisor(the_plan.logs, teller(out), [held.fd for held in locks]) as studio:
                try:
                    open_up(studio, the_plan)
                    studio.watch()
                    studio.say("Stopping.")
                except Stopped:
                    studio.say("Stopping before everything had started.")
    except (Unfit, CannotStart) as error:
        complain(error, teller(err))
        return 1
    return 0


def teller(stream: TextIO) -> Say:
    """Return what writes a line at once; a reader who has gone away does not bring the studio down."""

    def say(line: str) -> None:
        with contextlib.suppress(OSError):
            stream.write(f"{line}\n")
            stream.flush()

    return say


def complain(error: Exception, say: Say) -> None:
    """Say why the studio does not run, with the last lines of the log that knows more."""
    say(str(error))
    if tail := getattr(error, "tail", ""):
        say("Its last lines:")
        say("\n".join(f"    {line}" for line in tail.splitlines()))


def open_up(studio: Supervisor, the_plan: Plan) -> None:
    """Start everything and tell the reader where it is. Raises Unfit, CannotStart, Stopped."""
    began_at = time.monotonic()
    studio.say("Narrator is starting ...")
    studio.start(*(part for part in (the_plan.broker, the_plan.standin) if part))
    is_new = preparation.database(the_plan.logs)
    if not settings.DEBUG:
        preparation.static_files()
    if the_plan.broker:  # a worker that finds none waits for seconds before it looks again
        studio.wait_until_ready(the_plan.broker)
    start_work(studio, the_plan)
    login = make_demo(studio, the_plan) if is_new else preparation.demo_login(the_plan.data)
    connections.close_all()  # the studio itself needs no rows from here on
    studio.wait_until_ready()
    studio.say(f"Narrator is ready after {time.monotonic() - began_at:.1f} s.\n")
    for line in facts(the_plan, login):
        studio.say(line)


def start_work(studio: Supervisor, the_plan: Plan) -> None:
    """Start what needs the tables: the workers, the clock and the web server, all at once."""
    run_dir, access_log = the_plan.data / "run", logs.path_of(the_plan.logs, "access")
    logs.set_aside(access_log)
    studio.start(
        parts.web(
            the_plan.env,
            listener_fd=the_plan.listener.fileno(),
            host=the_plan.host,
            port=the_plan.port,
            access_log=access_log,
        ),
        *parts.workers(the_plan.env, concurrency=settings.SPEECH_CONCURRENCY),
        parts.exporter(the_plan.env),
        parts.clock(the_plan.env, schedule=run_dir / "clock"),
    )


def make_demo(studio: Supervisor, the_plan: Plan) -> str:
    """Make the demo in the empty database; return its login, if there is one."""
    part = preparation.demo_part(the_plan.env)
    if part is None:
        studio.say("This Narrator has no demo project; make a first login with: manage.py createsuperuser")
        return ""
    lines = logs.tail(studio.finish(part).log, lines=1)
    preparation.note_demo_login(the_plan.data, lines)
    return lines


def facts(the_plan: Plan, login: str) -> list[str]:
    """Return what the reader needs to know, a line each."""
    public = the_plan.host not in ("127.0.0.1", "::1", "localhost") or the_plan.host != settings.HOST
    return [
        f"  Open       {the_plan.address}",
        *([f"  Sign in    {login}"] if login else []),
        *([OPEN_DEMO] if login and public else []),
        f"  Speech     {speech(the_plan)}",
        f"  Data       {the_plan.data}",
        f"  Logs       {the_plan.logs}",
        "\nCtrl-C stops everything.",
    ]


def speech(the_plan: Plan) -> str:
    """Say which endpoint speaks."""
    if the_plan.standin is None:
        missing = "" if settings.SPEECH_TOKEN else ", without a token: set NARRATOR_SPEECH_TOKEN"
        return f"{settings.SPEECH_URL}{missing}"
    found = standin.speech(settings.VOICES)
    fallback = "" if found == settings.VOICES else f" ({settings.VOICES} is not installed: make setup)"
    return f"the stand-in on this machine, {found} voices{fallback}"
