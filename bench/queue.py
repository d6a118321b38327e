"""The whole way of a render, many at once: real broker, real worker, stand-in endpoint that takes a second a call.

600 lines, 32 at once: no queue can be quicker than the ideal, lines x latency / concurrency = 18.75 s (19 s, in
whole rounds). Then what a second team and a person's click find behind many waiting lines. `python -m bench queue`.
"""

import os
import statistics
import tempfile
import time
from pathlib import Path

from bench import _processes

LINES, SLOTS, LATENCY_S = 600, 32, 1.0
FIRST, SECOND = 300, 100
MANY, CLICKS = 10_000, 20
ALLOWED = 180


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="nb-") as folder:
        os.environ |= {
            "NARRATOR_DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "narrator.settings",
            "NARRATOR_CONCURRENCY": str(SLOTS),
            "NARRATOR_LOG_LEVEL": "ERROR",
        }
        _measure(Path(folder))


def _measure(data: Path) -> None:
    import django  # noqa: PLC0415 - the settings read the environment set above

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    from narrator.studio import parts  # noqa: PLC0415
    from narrator.studio.broker import running_broker  # noqa: PLC0415
    from narrator.studio.part import inherited_env, running  # noqa: PLC0415
    from projects.speech.standin.server import Standin  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    with running_broker(data), Standin(speech="tone", token="bench") as standin:
        settings.SPEECH_URL, settings.SPEECH_TOKEN = standin.url, standin.token
        standin.settings.latency_s = LATENCY_S
        env = inherited_env(
            NARRATOR_SPEECH_URL=standin.url, NARRATOR_SPEECH_TOKEN="bench", NARRATOR_SPEECH_IS_STANDIN="1"
        )
        with running(parts.worker(env, concurrency=SLOTS), data / "logs") as worker:
            _warm_up(standin)
            _makespan(standin, worker.process.pid)
            _second_team()
            _clicks(standin, f"a click behind {MANY:,} lines")
        standin.settings.requests_per_minute = ALLOWED
        env["NARRATOR_REQUESTS_PER_MINUTE"] = str(ALLOWED)
        time.sleep(60)  # what the endpoint has counted so far is over
        with running(parts.worker(env, concurrency=SLOTS), data / "logs"):
            _clicks(standin, f"the same at {ALLOWED} a minute")


def _lines(count: int):  # type: ignore[no-untyped-def]
    from narrator.teams.models import Team  # noqa: PLC0415
    from tests import factories  # noqa: PLC0415

    return factories.script(Team.objects.create(name=f"Team of {count}"), lines=count)


def _press(script, *, fresh: bool = False) -> None:  # type: ignore[no-untyped-def]
    from projects import tasks  # noqa: PLC0415

    tasks.queue_takes(script, script.paragraphs.all(), by=None, fresh=fresh)


def _wait_until_ready(count: int) -> None:
    from projects.models import Take  # noqa: PLC0415

    while Take.objects.filter(status="ready").count() < count:
        time.sleep(0.05)


def _ready() -> int:
    from projects.models import Take  # noqa: PLC0415

    return Take.objects.filter(status="ready").count()


def _warm_up(standin) -> None:  # type: ignore[no-untyped-def]
    _press(_lines(SLOTS))
    _wait_until_ready(SLOTS)
    standin.state.journal.clear()


def _makespan(standin, worker: int) -> None:  # type: ignore[no-untyped-def]
    script = _lines(LINES)
    began, used_s = time.time(), _processes.cpu_s(worker)
    _press(script)
    pressed = time.time()
    _wait_until_ready(SLOTS + LINES)
    took, ideal = time.time() - pressed, LINES * LATENCY_S / SLOTS
    cpu_ms = 1000 * (_processes.cpu_s(worker) - used_s) / LINES
    print(f"  {LINES} lines, {SLOTS} at once, {LATENCY_S:.0f} s a call: {took:.2f} s")
    print(f"  the press itself, before that: {pressed - began:.2f} s")
    print(f"  ideal {ideal:.2f} s, ratio {ideal / took:.3f}; calls {len(standin.calls)}")
    print(
        f"  the worker: {cpu_ms:.1f} ms of CPU a call; {_processes.memory_mb(worker):.0f} MB for {SLOTS} slots"
    )


def _second_team() -> None:
    """One team's lines, then another's: first come, first served would make the other wait for all of the first."""
    from projects.models import Take  # noqa: PLC0415

    ready = _ready()
    first, second = _lines(FIRST), _lines(SECOND)
    _press(first)
    _press(second)
    pressed = time.time()
    _wait_until_ready(ready + FIRST + SECOND)
    last = Take.objects.filter(paragraph__script=second).latest("finished_at")
    took, in_turn = last.finished_at.timestamp() - pressed, (FIRST + SECOND) * LATENCY_S / SLOTS
    print(
        f"  {SECOND} lines of a second team behind {FIRST}: {took:.2f} s, in the order of asking {in_turn:.2f} s"
    )


def _clicks(standin, what: str) -> None:  # type: ignore[no-untyped-def]
    from projects.models import Take  # noqa: PLC0415

    _press(_lines(MANY))
    time.sleep(3)
    waits = []
    for _ in range(CLICKS):
        single = _lines(1)
        text = single.paragraphs.get().text
        before, began = len(standin.calls), time.time()
        _press(single, fresh=True)
        while not (
            heard := [call for call in standin.calls[before:] if call.input == text and call.at >= began - 1]
        ):
            time.sleep(0.01)
        waits.append(heard[-1].at - began)
        time.sleep(0.31)
    Take.objects.filter(status="queued").delete()
    time.sleep(2)
    refused = sum(call.status == 429 for call in standin.calls)
    print(
        f"  {what}: p50 {statistics.median(waits):.3f} s, max {max(waits):.3f} s to its call; {refused} refused"
    )
