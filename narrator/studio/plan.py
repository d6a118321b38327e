"""What one run of the studio will consist of: read from the settings, checked, and held against a second studio."""

import contextlib
import os
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from narrator import places
from narrator.studio import broker, checks, lock, standin
from narrator.studio.checks import Unfit
from narrator.studio.part import Part, inherited_env

ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - names that HOST may have


@dataclass
class Plan:
    """The facts of this run."""

    data: Path
    listener: socket.socket
    broker: Part | None
    """None when REDIS_URL names another one."""
    standin: Part | None
    """None when a speech endpoint is configured."""
    env: dict[str, str] = field(repr=False)
    """The environment of every child."""

    @property
    def logs(self) -> Path:
        """The folder of the logs."""
        return self.data / "logs"

    @property
    def host(self) -> str:
        """The name under which this machine reaches the web server."""
        host = str(settings.HOST).strip("[]")
        return ANYWHERE.get(host, host)

    @property
    def port(self) -> int:
        """The port of the web server, also when any was asked for."""
        return int(self.listener.getsockname()[1])

    @property
    def address(self) -> str:
        """The web server's address for a browser on this machine."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


@contextlib.contextmanager
def alone(data: Path) -> Iterator[list[lock.Lock]]:
    """Check the data folder and hold it for this studio. Raises Unfit."""
    checks.data_folder(data)
    with contextlib.ExitStack() as stack:
        try:
            studio = stack.enter_context(lock.held(data / "run" / "studio.lock"))
        except lock.Held as held:
            raise Unfit(
                f"A studio already runs on {data}: {held.owner.get('address', 'it is starting')} (process "
                f"{held.owner.get('pid', 'unknown')}). Stop it with Ctrl-C where it runs, or give this one "
                "another folder and port: NARRATOR_DATA_DIR=/path/to/folder PORT=8001 make run"
            )
        try:
            queue = stack.enter_context(lock.held(broker.lock_path(data)))
        except lock.Held as held:
            raise Unfit(
                f"Another Narrator command works on {data} (process {held.owner.get('pid', 'unknown')}). "
                "Start the studio when it is done."
            )
        yield [studio, queue]


@contextlib.contextmanager
def made(data: Path) -> Iterator[Plan]:
    """Check the rest and make the plan; the port is ours during the block. Raises Unfit, CannotStart."""
    checks.voices(settings.VOICES)
    with checks.listening(settings.HOST, settings.PORT) as listener:
        own_broker = not os.environ.get("REDIS_URL")
        if own_broker:
            broker.prepare(data)
        else:
            checks.redis_answers(settings.REDIS_URL)
        plan = Plan(data, listener, broker.part(data) if own_broker else None, None, {})
        plan.env = inherited_env(
            NARRATOR_DATA_DIR=str(data),
            PORT=str(plan.port),
            REDIS_URL=places.broker_url(data) if own_broker else settings.REDIS_URL,
            NARRATOR_SPEECH_URL=settings.SPEECH_URL,
            NARRATOR_SPEECH_TOKEN=settings.SPEECH_TOKEN,
            NARRATOR_SPEECH_IS_STANDIN="0",
        )
        if not settings.SPEECH_URL:
            _add_standin(plan)
        yield plan


def _add_standin(plan: Plan) -> None:
    port, token = standin.kept_port(plan.data / "run" / "stand-in-port"), secrets.token_urlsafe(24)
    plan.standin = standin.part(port=port, token=token, voices=settings.VOICES)
    plan.env |= {
        "NARRATOR_SPEECH_URL": standin.url(port),
        "NARRATOR_SPEECH_TOKEN": token,
        "NARRATOR_SPEECH_IS_STANDIN": "1",
    }
