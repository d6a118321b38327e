"""A real S3 server for tests, from the nanio wheel: it checks every signature, and its objects are thrown away."""

import contextlib
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from narrator.studio.part import Part, inherited_env, running

BUCKET = "narration"
KEYS = {"AWS_ACCESS_KEY_ID": "narrator", "AWS_SECRET_ACCESS_KEY": "a-secret-of-the-tests"}
SERVE = "import sys; from nanio.cli import main; sys.exit(main())"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@dataclass(frozen=True)
class Served:
    """An empty bucket: the environment variables that lead to it, and the folder of its objects."""

    env: dict[str, str]
    folder: Path


@contextlib.contextmanager
def running_bucket() -> Iterator[Served]:
    """A bucket that lives as long as the block."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="nb-") as folder:
        home = Path(folder)
        (home / "objects" / BUCKET).mkdir(parents=True)
        part = Part(
            name="bucket",
            argv=(
                *(sys.executable, "-P", "-c", SERVE, "serve", "--data-dir", str(home / "objects")),
                *("--host", "127.0.0.1", "--port", str(port), "--no-access-log"),
            ),
            env=inherited_env(
                NANIO_ACCESS_KEY=KEYS["AWS_ACCESS_KEY_ID"], NANIO_SECRET_KEY=KEYS["AWS_SECRET_ACCESS_KEY"]
            ),
            ready=lambda log: "running on" in log.read_text(errors="replace"),
        )
        with running(part, home / "logs"):
            env = {
                "NARRATOR_S3_BUCKET": BUCKET,
                "NARRATOR_S3_ENDPOINT": f"http://127.0.0.1:{port}",
                "NARRATOR_S3_REGION": "us-east-1",
                **KEYS,
            }
            yield Served(env, home / "objects" / BUCKET)
