"""A real worker for journeys: Celery as the studio runs it, on this test's database, store and stand-in endpoint."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from narrator.celery import app
from narrator.studio import parts
from narrator.studio.part import Part, Running, inherited_env, running
from projects.models import Export, Take
from projects.models.exports import ExportStatus
from projects.models.takes import TakeStatus
from projects.speech.standin.server import Standin
from tests.journeys.waiting import until

NAME = "journeys@narrator"
QUEUES = ("wake", "heavy")


@dataclasses.dataclass
class Studio:
    """The workers of journeys and the endpoints they may call; ``worker.log`` is the worker's log file.

    standin: the studio's own. kokoro: one of the OpenAI kind, to which a team may connect.
    """

    standin: Standin
    kokoro: Standin
    worker: Running

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """What is asked for while the block lasts is made; before and afterwards lines stay as they are."""
        try:
            self._tell(app.control.add_consumer)
            yield
        finally:
            self._tell(app.control.cancel_consumer)

    def _tell(self, order: Callable[..., list[object]]) -> None:
        for queue in QUEUES:
            assert order(queue, destination=[NAME], reply=True, timeout=90), f"silent:\n{self.worker.tail()}"


@contextlib.contextmanager
def running_studio() -> Iterator[Studio]:
    """Run one worker for both queues, with the clock inside, as long as the block lasts. Raises CannotStart.

    It reads Narrator's own settings, not the tests': all it needs to know stands in its environment.
    """
    data = Path(settings.DATA_DIR)
    with (
        Standin(speech="tone", token="journeys") as standin,
        Standin(speech="tone", token="kokoro-token", kind="openai") as kokoro,
        running(_worker(standin, kokoro, data), data / "logs") as process,
    ):
        yield Studio(standin, kokoro, process)


def _worker(standin: Standin, kokoro: Standin, data: Path) -> Part:
    env = inherited_env(
        DJANGO_SETTINGS_MODULE="narrator.settings",
        NARRATOR_DATA_DIR=str(data),
        DATABASE_URL=f"sqlite:///{connection.settings_dict['NAME']}",
        REDIS_URL=settings.REDIS_URL,
        NARRATOR_SPEECH_URL=standin.url,
        NARRATOR_SPEECH_TOKEN=standin.token,
        NARRATOR_SPEECH_IS_STANDIN="1",
        NARRATOR_PRIVATE_ENDPOINTS=kokoro.url,
    )
    worker = parts.worker(env, concurrency=2)
    return dataclasses.replace(
        worker,
        env={**worker.env, "NARRATOR_BROKER_TIMEOUT": "60"},  # it ends where it takes its broker for lost
        argv=(
            *(*parts.WORKER, "-n", NAME, "-Q", ",".join(QUEUES), "-P", "threads", "-c", "4"),
            *("-B", "-s", str(data / "clock")),
        ),
    )


def settle() -> None:
    """Take back what still waits, and wait for what is being made, so that the next test finds quiet workers."""
    Take.objects.filter(status=TakeStatus.QUEUED).move(to=TakeStatus.CANCELLED)
    Export.objects.filter(status=ExportStatus.QUEUED).move(to=ExportStatus.CANCELLED)
    until(lambda: not _busy(), what="the worker to finish what the journey left")


def _busy() -> bool:
    return (
        Take.objects.filter(status=TakeStatus.RUNNING).exists()
        or Export.objects.filter(status=ExportStatus.RUNNING).exists()
    )
