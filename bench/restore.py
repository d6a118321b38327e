"""What backing up and restoring a studio costs, by its size: CPU and peak memory of the commands, SQLite into SQLite.

Every take has a sound of its own, a short one (0.1 s): what is measured is rows and files, not how fast a disk copies.
Two sizes, so that it shows whether the cost grows with the number of takes or faster.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

SIZES = (5_000, 20_000)
FRAMES = 2_400
HUNDRED_THOUSAND = 100_000


def main() -> None:
    before: tuple[int, float] | None = None
    for takes in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            here, there, backup = Path(folder) / "here", Path(folder) / "there", Path(folder) / "studio.tar"
            _used(here, "-m", "bench.restore", str(takes))
            saved_s, saved_mib = _used(here, "manage.py", "backup", str(backup))
            restored_s, restored_mib = _used(there, "manage.py", "restore", str(backup))
            size_mb = backup.stat().st_size / 1e6
        print(f"  {takes:6,} takes, {size_mb:4.0f} MB:")
        print(f"    backup  {saved_s:6.1f} s of CPU, peak {saved_mib:.0f} MiB")
        print(f"    restore {restored_s:6.1f} s of CPU, peak {restored_mib:.0f} MiB")
        if before:
            each_s = (restored_s - before[1]) / (takes - before[0])
            whole_s = restored_s + each_s * (HUNDRED_THOUSAND - takes)
            print(
                f"  each further take {each_s * 1000:.2f} ms; 100,000 would be {whole_s:.0f} s if it goes on so"
            )
        before = takes, restored_s


def _used(data: Path, *words: str) -> tuple[float, float]:
    """Run this with a data folder; return the CPU seconds that it took, and the most memory it ever had, in MiB."""
    own = {"NARRATOR_DATA_DIR": str(data), "NARRATOR_LOG_LEVEL": "CRITICAL"}
    settings = {"DJANGO_SETTINGS_MODULE": "narrator.settings"}
    with subprocess.Popen(
        [sys.executable, *words], env={**os.environ, **settings, **own}, stdout=subprocess.DEVNULL
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _fill(takes: int) -> None:
    """A studio with a script of so many lines, each with a finished take of its own sound."""
    import django  # the settings read the environment that is set by then

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    import numpy as np
    from django.db import transaction

    from narrator import direct
    from projects.actions import rendering
    from projects.models import Take
    from tests import cast, factories

    dice = np.random.default_rng(1851)
    script = factories.script(cast.assemble().team, lines=takes)
    project = script.project
    with transaction.atomic():
        rows = []
        for line in script.paragraphs.all():
            stored = rendering.store(dice.integers(-9_000, 9_000, FRAMES).astype(np.int16))
            said = {"text": line.text, "digest": line.digest, "voice": "Neil", "status": "ready", "number": 1}
            rows.append(Take(paragraph=line, project=project, team_id=project.team_id, **said, **stored))
        direct.insert_many(rows)


if __name__ == "__main__":
    _fill(int(sys.argv[1])) if sys.argv[1:] else main()
