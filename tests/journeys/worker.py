"""A real worker for journeys: Celery as the studio runs it, on this test's database, store and stand-in endpoint."""

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection

from narrator.studio import parts
from narrator.studio.part import Running, inherited_env, running
from projects.models import Export, Take
from projects.models.exports import ExportStatus
from projects.models.takes import TakeStatus
from projects.speech.standin.server import Standin
from tests.journeys.waiting import until


@dataclasses.dataclass
class Studio:
    """The workers of a journey and the endpoint they call; ``worker.log`` is the worker's log file."""

    standin: Standin
    worker: Running


@contextlib.contextmanager
def running_worker(standin: Standin) -> Iterator[Running]:
    """Run one worker for both queues, with the clock inside, as long as the block lasts. Raises CannotStart.

    It reads Narrator's own settings, not the tests': all it needs to know stands in its environment.
    """
    data = Path(settings.DATA_DIR)
    env = inherited_env(
        DJANGO_SETTINGS_MODULE="narrator.settings",
        NARRATOR_DATA_DIR=str(data),
        DATABASE_URL=f"sqlite:///{connection.settings_dict['NAME']}",
        REDIS_URL=settings.REDIS_URL,
        NARRATOR_SPEECH_URL=standin.url,
        NARRATOR_SPEECH_TOKEN=standin.token,
        NARRATOR_SPEECH_IS_STANDIN="1",
        NARRATOR_PRIVATE_ENDPOINTS=",".join(settings.PRIVATE_ENDPOINTS),
    )
    worker = dataclasses.replace(
        parts.worker(env, concurrency=2),
        argv=(
            *(*parts.WORKER, "-n", "journeys@%h", "-Q", "wake,heavy", "-P", "threads", "-c", "4"),
            *("-B", "-s", str(data / "clock")),
        ),
    )
    with running(worker, data / "logs") as process:
        yield process


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
