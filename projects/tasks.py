"""The doors to the workers, and what the workers do when the bell rings. The only module that knows Celery.

A message carries no work (docs/adr/0003): it wakes a worker, and the rows say what is to be done. So a lost or
doubled message does no harm, and a bell that cannot be rung only makes the sweep ring a few seconds later.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Iterable

from celery import shared_task
from celery.signals import worker_shutting_down
from django.conf import settings
from django.db import close_old_connections, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from narrator.teams.models import User
from projects.actions import claims, endpoint, exports, manuscripts, paragraphs, rendering, takes
from projects.models import Export, Paragraph, Project, Script, Take, TakeStatus

logger = logging.getLogger(__name__)

# A worker goes on for so long with one message, then hands over, so that deploys and stops find a gap.
SHIFT_S = 15.0


def queue_takes(
    script: Script, lines: Iterable[Paragraph], *, by: User | None, fresh: bool = False
) -> list[Take]:
    """Ask for takes of these lines and wake the workers; see ``actions.takes.request``."""
    requested = takes.request(script, lines, by=by, fresh=fresh)
    ring(len(requested))
    return requested


def queue_edit(line: Paragraph, *, by: User | None) -> None:
    """Save an edited line; where it was waiting for its turn it goes on waiting, with what it says now."""
    if paragraphs.edit(line, project=line.script.project, by=by):
        queue_takes(line.script, [line], by=by)


def queue_retry(take: Take, *, script_id: int) -> bool:
    """Put a failed take back into the queue and wake a worker."""
    done = takes.retry(take, script_id=script_id)
    ring(int(done))
    return done


def queue_export(
    project: Project, scripts: Iterable[Script], *, by: User | None, **options: object
) -> Export:
    """Freeze an export and wake the worker that assembles; see ``actions.exports.request``."""
    export = exports.request(project, scripts, by=by, **options)  # type: ignore[arg-type]
    transaction.on_commit(lambda: _send(assemble_export, export.pk))
    return export


def ring(rows: int) -> None:
    """Wake as many workers as there may be use for, once the present transaction is committed."""

    def bells() -> None:
        for _ in range(min(rows, settings.SPEECH_CONCURRENCY)):
            if not _send(pump):
                return

    transaction.on_commit(bells)


def _send(task: object, *args: object) -> bool:
    try:
        task.apply_async(args=args)  # type: ignore[attr-defined]
    except OperationalError as error:
        logger.warning("the broker does not answer (%s); the sweep will ring again", error)
        return False
    return True


# Set when this worker is told to stop: a line that is being made is finished, and no other is begun.
stopping = threading.Event()


@worker_shutting_down.connect
def _stop(**kwargs: object) -> None:
    stopping.set()


@shared_task
def pump() -> None:
    """Make waiting takes for one shift, the most deserving first; then hand over to a new message."""
    worker = f"{socket.gethostname()}:{os.getpid()}"
    speech = endpoint.configured()
    end = time.monotonic() + SHIFT_S
    while time.monotonic() < end and not stopping.is_set():
        close_old_connections()
        take = claims.claim(worker=worker)
        if take is None:
            return
        rendering.render(take, speech)
    _send(pump)


@shared_task
def assemble_export(export_id: int) -> None:
    """Assemble one export, unless another worker has it."""
    export = exports.claim(export_id)
    if export is not None:
        exports.assemble(export)


@shared_task
def sweep() -> None:
    """Every few seconds: free what lost its worker, and ring for everything that waits."""
    claims.sweep()
    waiting = Take.objects.due(timezone.now()).count()
    running = Take.objects.filter(status=TakeStatus.RUNNING).count()
    ring(min(waiting, max(settings.SPEECH_CONCURRENCY - running, 0)))
    for export_id in exports.sweep():
        _send(assemble_export, export_id)
    manuscripts.forget_unused()
