"""A database with every migration in it, made once and copied by whoever needs empty tables: migrating costs seconds.

SQLite's file stands in .venv under a name that changes with what it was made from. Nothing here imports Django.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT_IN = ROOT / ".venv" / "migrated"
NAME = "NARRATOR_TEST_MIGRATED"
"""The variable that tells the tests where the file stands; without it they migrate."""


def make() -> Path:
    """Return the file, making it where it is not there yet. Raises subprocess.CalledProcessError, OSError."""
    path = KEPT_IN / f"{_fingerprint()}.sqlite3"
    if not path.exists():
        KEPT_IN.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=KEPT_IN) as folder:
            migrate(NARRATOR_DATA_DIR=folder)
            os.replace(Path(folder) / "narrator.sqlite3", path)
    return path


def copy(target: Path) -> bool:
    """Make ``target`` a copy; False where these tests were started without the file."""
    if NAME not in os.environ:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(os.environ[NAME], target)
    return True


def migrate(**env: str) -> None:
    """Make all tables where these variables lead to. Raises subprocess.CalledProcessError."""
    argv = [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity=0", "--no-input"]
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "narrator.settings", **env}
    subprocess.run(argv, check=True, env=env, cwd=ROOT)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    yield ROOT / "narrator" / "settings.py"
    yield ROOT / "locks" / "studio.lock"  # the migrations of other people's applications
    for package in ("narrator", "projects"):
        yield from sorted((ROOT / package).rglob("migrations/*.py"))
