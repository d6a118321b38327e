"""What must be done before the parts can work: the tables, the static files, and the demo on an empty database."""

import contextlib
import hashlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import Error as DatabaseError

from narrator.studio import lock
from narrator.studio.checks import Unfit
from narrator.studio.part import Part

DEMO_COMMAND = "seed_demo"
DEMO_NOTE = "demo-login"


def database(logs: Path) -> bool:
    """Bring the tables up to date; return whether the database was without any user. Raises Unfit."""
    logs.mkdir(parents=True, exist_ok=True)
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            with (logs / "migrate.log").open("w") as log:
                call_command("migrate", interactive=False, no_color=True, stdout=log)
        return not get_user_model().objects.exists()
    except DatabaseError as error:
        name = settings.DATABASES["default"]["NAME"]
        raise Unfit(f"The database {name} cannot be used: {str(error).strip().splitlines()[0]}")


def static_files() -> bool:
    """Collect the static files if their sources have changed; return whether they had. Raises Unfit."""
    target = Path(settings.STATIC_ROOT)
    try:
        with lock.held(target / ".lock", wait_s=60, for_the_living=True):
            mark, note = _fingerprint(), target / ".sources"
            with contextlib.suppress(FileNotFoundError):
                if note.read_text() == mark:
                    return False
            call_command("collectstatic", interactive=False, verbosity=0)
            note.write_text(mark)
            return True
    except lock.Held:
        raise Unfit(
            f"Another process has been collecting the static files in {target} for a minute. Stop it first."
        )
    except OSError as error:
        raise Unfit(f"The static files cannot be collected in {target}: {error.strerror or error}.")


def _fingerprint() -> str:
    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            facts = os.stat(storage.path(path))
            digest.update(f"{path}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def demo_part(env: Mapping[str, str]) -> Part | None:
    """Return the job that makes the demo, or None in a Narrator that has none."""
    if DEMO_COMMAND not in get_commands():
        return None
    return Part(
        name="demo",
        argv=(sys.executable, str(settings.BASE_DIR / "manage.py"), DEMO_COMMAND),
        env=env,
        ready=lambda log: True,
        ready_within_s=120,
    )


def note_demo_login(data: Path, line: str) -> None:
    """Keep the demo's login for later starts, readable by the owner alone."""
    note = data / DEMO_NOTE
    note.touch(mode=0o600)
    note.write_text(line + "\n")


def demo_login(data: Path) -> str:
    """Return the demo's login as ``name / password`` while it is still right, else nothing."""
    try:
        name, password = (data / DEMO_NOTE).read_text().strip().split(" / ", 1)
        user = get_user_model().objects.get_by_natural_key(name)
        return f"{name} / {password}" if user.is_active and user.check_password(password) else ""
    except (OSError, ValueError, DatabaseError, get_user_model().DoesNotExist):
        return ""
