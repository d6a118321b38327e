"""The whole way of a render, many at once: real broker, real worker, stand-in endpoint that takes a second a call.

600 lines, 32 at once: no queue can be quicker than the ideal, lines x latency / concurrency = 18.75 s (19 s, in
whole rounds). Meanwhile another team's click is timed: from its row to its call. `python -m bench queue`.
"""

import os
import statistics
import tempfile
import time
from pathlib import Path

LINES, SLOTS, LATENCY_S = 600, 32, 1.0
CLICKS = 10


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
        with running(parts.worker(env, concurrency=SLOTS), data / "logs"):
            _warm_up(standin)
            _makespan(standin)
            _clicks(standin)


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


def _warm_up(standin) -> None:  # type: ignore[no-untyped-def]
    _press(_lines(SLOTS))
    _wait_until_ready(SLOTS)
    standin.state.journal.clear()


def _makespan(standin) -> None:  # type: ignore[no-untyped-def]
    script = _lines(LINES)
    began = time.time()
    _press(script)
    pressed = time.time()
    _wait_until_ready(SLOTS + LINES)
    took, ideal = time.time() - pressed, LINES * LATENCY_S / SLOTS
    print(f"  {LINES} lines, {SLOTS} at once, {LATENCY_S:.0f} s a call: {took:.2f} s")
    print(f"  the press itself, before that: {pressed - began:.2f} s")
    print(f"  ideal {ideal:.2f} s, ratio {ideal / took:.3f}; calls {len(standin.calls)}")


def _clicks(standin) -> None:  # type: ignore[no-untyped-def]
    from projects.models import Take  # noqa: PLC0415

    _press(_lines(10_000))
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
        time.sleep(0.3)
    Take.objects.filter(status="queued").delete()
    print(
        f"  a click behind 10,000 lines: p50 {statistics.median(waits):.3f} s, max {max(waits):.3f} s to its call"
    )
