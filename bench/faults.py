"""Every fault at size: 200 lines of a second, 16 at once, broken after 40 calls. `python -m bench faults`.

The table of docs/reliability.md, in a quarter of an hour. Needs no quiet machine for its counts; the seconds want one.
As root the disk that fills up is a real one of its own; otherwise that row is left out.
"""

import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

LINES, SLOTS, LATENCY_S, BROKEN_AFTER = 200, 16, 1.0, 40
DEADLINE_S = 10.0
DOWN_S, LOCKED_S, AWAY_S = 2.0, 5.0, 600.0


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="nf-") as folder, _own_disk(Path(folder) / "plant") as disk:
        os.environ |= {
            "NARRATOR_DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "narrator.settings",
            "NARRATOR_LOG_LEVEL": "ERROR",
        }
        _measure(Path(folder), disk)


@contextlib.contextmanager
def _own_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256m", "narrator-bench", str(folder)]
    mounted = os.getuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0
    try:
        yield folder
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def _measure(data: Path, disk: Path) -> None:
    import django  # the settings read the environment set above

    django.setup()
    from django.core.management import call_command

    from tests.plant import plant as plants

    call_command("migrate", verbosity=0)
    database = data / "narrator.sqlite3"
    with (
        plants.standin_on_a_port_of_its_own() as standin,
        plants.Plant(
            disk, standin, database_url=f"sqlite:///{database}", slots=SLOTS, deadline_s=DEADLINE_S
        ) as plant,
    ):
        standin.settings.latency_s = LATENCY_S
        print(
            f"  {LINES} lines of {LATENCY_S:.0f} s, {SLOTS} at once; ideal {LINES * LATENCY_S / SLOTS:.1f} s"
        )
        print("  | fault | ready | lost | failed | calls | begun twice | paid twice | seconds |")
        for what, fault in _faults(plant, database).items():
            print(f"  | {what} | {_row(plants, plant, fault)} |", flush=True)


def _faults(plant: Any, database: Path) -> dict[str, Callable[[], None]]:
    from tests.plant.plant import full, locked

    def killed() -> None:
        plant.kill("worker")
        plant.start_worker()

    def broker_killed() -> None:
        plant.kill("broker")
        time.sleep(DOWN_S)
        plant.start_broker()

    def both() -> None:
        plant.empty_broker()
        killed()

    def stopped() -> None:
        plant.stop("worker")
        plant.start_worker()

    def locked_for_long() -> None:
        with locked(database):
            time.sleep(LOCKED_S)

    def disk_full() -> None:
        with full(plant.data):
            time.sleep(LOCKED_S)

    def endpoint_gone() -> None:
        plant.standin.stop()
        time.sleep(AWAY_S)
        plant.standin.start()

    faults = {
        "none": lambda: None,
        "worker killed (SIGKILL)": killed,
        f"broker killed, back after {DOWN_S:.0f} s": broker_killed,
        "broker emptied": plant.empty_broker,
        "broker emptied and worker killed": both,
        "worker stopped (SIGTERM)": stopped,
        f"database locked for {LOCKED_S:.0f} s": locked_for_long,
        f"disk full for {LOCKED_S:.0f} s": disk_full,
        f"endpoint gone for {AWAY_S:.0f} s": endpoint_gone,
        "16 answers that drip": lambda: plant.standin.fail(*["drip"] * SLOTS),
    }
    if not os.path.ismount(plant.data):
        del faults[f"disk full for {LOCKED_S:.0f} s"]
    return faults


def _row(plants: Any, plant: Any, fault: Callable[[], None]) -> str:
    from narrator.teams.models import Team
    from projects.actions import takes
    from projects.models import Take
    from tests import factories

    script = factories.script(Team.objects.create(name="Bench"), lines=LINES)
    plant.standin.state.journal.clear()
    began = time.monotonic()
    takes.request(script, script.paragraphs.all(), by=None)
    plant.wait_for_calls(BROKEN_AFTER)
    fault()
    while not plants.is_over(script) and time.monotonic() - began < 2 * AWAY_S:
        plant.mend()
        time.sleep(0.05)
    took_s = time.monotonic() - began
    counted = plants.count(script, plant.standin)
    for wrong in plants.faults_of_the_store(plant.data / "media"):
        print(f"  {wrong}")
    Take.objects.all().delete()
    plants.clear_store(plant.data / "media")
    figures = (counted.ready, counted.lost, counted.failed, counted.calls, counted.again, counted.paid_twice)
    return " | ".join(map(str, figures)) + f" | {took_s:.1f}"
