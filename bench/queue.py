"""The whole way of a render, many at once: real broker, real worker, stand-in endpoint that takes a second a call.

600 lines, 32 at once: no queue can be quicker than the ideal, lines x latency / concurrency = 18.75 s (19 s, in
whole rounds). Then what a second team and a person's click find behind many waiting lines. `python -m bench queue`.
"""

import os
import statistics
import tempfile
import time
from contextlib import ExitStack
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
    import django  # the settings read the environment set above

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from narrator.studio import parts
    from narrator.studio.broker import running_broker
    from narrator.studio.part import inherited_env, running
    from projects.speech.standin.server import Standin

    call_command("migrate", verbosity=0)
    with running_broker(data), Standin(speech="tone", token="bench") as standin:
        # Who presses and who works know the same endpoint, as in a studio: else each line is written once more.
        settings.SPEECH_URL, settings.SPEECH_TOKEN, settings.SPEECH_IS_STANDIN = (
            standin.url,
            standin.token,
            True,
        )
        standin.settings.latency_s = LATENCY_S
        env = inherited_env(
            NARRATOR_SPEECH_URL=standin.url, NARRATOR_SPEECH_TOKEN="bench", NARRATOR_SPEECH_IS_STANDIN="1"
        )
        with ExitStack() as stack:
            started = [
                stack.enter_context(running(part, data / "logs"))
                for part in parts.workers(env, concurrency=SLOTS)
            ]
            _warm_up(standin)
            _makespan(standin, [worker.process.pid for worker in started])
            _second_team()
            _clicks(standin, f"a click behind {MANY:,} lines")
        standin.settings.requests_per_minute = ALLOWED
        env["NARRATOR_REQUESTS_PER_MINUTE"] = str(ALLOWED)
        time.sleep(60)  # what the endpoint has counted so far is over
        with ExitStack() as stack:
            for part in parts.workers(env, concurrency=SLOTS):
                stack.enter_context(running(part, data / "logs"))
            _clicks(standin, f"the same at {ALLOWED} a minute")


def _lines(count: int):  # type: ignore[no-untyped-def]
    from narrator.teams.models import Team
    from tests import factories

    return factories.script(Team.objects.create(name=f"Team of {count}"), lines=count)


def _press(script, *, fresh: bool = False) -> None:  # type: ignore[no-untyped-def]
    from projects import tasks

    tasks.queue_takes(script, script.paragraphs.all(), by=None, fresh=fresh)


def _wait_until_ready(count: int) -> None:
    from projects.models import Take

    # Who looks takes no share of the two cores while there is nothing to see.
    while (missing := count - Take.objects.filter(status="ready").count()) > 0:
        time.sleep(0.02 if missing <= SLOTS else 0.2)


def _ready() -> int:
    from projects.models import Take

    return Take.objects.filter(status="ready").count()


def _warm_up(standin) -> None:  # type: ignore[no-untyped-def]
    _press(_lines(SLOTS))
    _wait_until_ready(SLOTS)
    standin.state.journal.clear()


def _makespan(standin, workers: list[int]) -> None:  # type: ignore[no-untyped-def]
    script = _lines(LINES)
    began, used_s = time.time(), sum(map(_processes.cpu_s, workers))
    _press(script)
    pressed = time.time()
    _wait_until_ready(SLOTS + LINES)
    took, ideal = time.time() - pressed, LINES * LATENCY_S / SLOTS
    cpu_ms = 1000 * (sum(map(_processes.cpu_s, workers)) - used_s) / LINES
    memory_mb = sum(map(_processes.memory_mb, workers))
    print(f"  {LINES} lines, {SLOTS} at once, {LATENCY_S:.0f} s a call: {took:.2f} s")
    print(f"  the press itself, before that: {pressed - began:.2f} s")
    print(f"  a call as the worker saw it: {_mean_call_s(script):.3f} s in the mean")
    print(f"  ideal {ideal:.2f} s, ratio {ideal / took:.3f}; calls {len(standin.calls)}")
    print(f"  {len(workers)} worker(s): {cpu_ms:.1f} ms of CPU a call; {memory_mb:.0f} MB for {SLOTS} slots")


def _mean_call_s(script) -> float:  # type: ignore[no-untyped-def]
    from django.db.models import Avg

    from projects.models import Call

    calls = Call.objects.filter(take__paragraph__script=script)
    return calls.aggregate(mean=Avg("duration_ms"))["mean"] / 1000


def _second_team() -> None:
    """One team's lines, then another's. First come, first served is what the same lines find in one run of one team:
    there the last ones are made last."""
    only = _lines(FIRST + SECOND)
    in_turn_s = _until_last(only, [only])
    first, second = _lines(FIRST), _lines(SECOND)
    took_s = _until_last(second, [first, second])
    print(
        f"  {SECOND} lines of a second team behind {FIRST}: {took_s:.2f} s; in the order of asking {in_turn_s:.2f} s: "
        f"{took_s / in_turn_s:.2f} of that"
    )


def _until_last(script, pressed) -> float:  # type: ignore[no-untyped-def]
    """Seconds from the last of these presses to the last line of this script."""
    from projects.models import Take

    ready, lines = _ready(), sum(each.paragraphs.count() for each in pressed)
    for each in pressed:
        _press(each)
    began = time.time()
    _wait_until_ready(ready + lines)
    return Take.objects.filter(paragraph__script=script).latest("finished_at").finished_at.timestamp() - began


def _clicks(standin, what: str) -> None:  # type: ignore[no-untyped-def]
    """A person who presses now and then, and persons who press while the lines before are still being made: the one
    extra slot is in use then, and they wait for the next that is free."""
    from projects.models import Take

    _press(_lines(MANY))
    time.sleep(3)
    alone = [_click(standin, then_s=LATENCY_S + 0.31) for _ in range(CLICKS)]
    together = [_click(standin, then_s=0.31) for _ in range(CLICKS)]
    Take.objects.filter(status="queued").delete()
    time.sleep(2)
    refused = sum(call.status == 429 for call in standin.calls)
    for who, waits in (("one at a time", alone), ("three a second", together)):
        print(f"  {what}, {who}: p50 {statistics.median(waits):.3f} s, max {max(waits):.3f} s to its call")
    print(f"  {refused} refused")


def _click(standin, *, then_s: float) -> float:  # type: ignore[no-untyped-def]
    """Seconds from the press of one line to its call."""
    single = _lines(1)
    text = single.paragraphs.get().text
    before, began = len(standin.calls), time.time()
    _press(single, fresh=True)
    while not (
        heard := [call for call in standin.calls[before:] if call.input == text and call.at >= began - 1]
    ):
        time.sleep(0.01)
    time.sleep(then_s)
    return heard[-1].at - began
