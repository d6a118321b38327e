"""What the worker for exports does: assemble them, between them encode chosen takes ahead, and send mail."""

import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from celery import shared_task
from django.db import connection

from narrator import logs
from projects.actions import archives, digests, encoded, exports, retention
from projects.tasks.messages import stopping


@shared_task(name="projects.tasks.assemble_export")
def assemble_export(export_id: int) -> None:
    """Assemble one export, unless another worker has it."""
    export = exports.claim(export_id)
    if export is not None:
        with logs.about(export=export.pk):
            exports.assemble(export)


@shared_task(name="projects.tasks.run_archive")
def run_archive(archive_id: int) -> None:
    """Write an archive or take one in, unless another worker has it."""
    archive = archives.claim(archive_id)
    if archive is not None:
        archives.run(archive)


@shared_task(name="projects.tasks.send_digests")
def send_digests() -> None:
    """Send the mails that are due. A mail server may be slow: nobody who waits for a line stands behind it here."""
    for user_id in digests.due():
        if stopping.is_set():
            return
        digests.send(user_id)


PRUNE_SHIFT_S = 20.0


@shared_task(name="projects.tasks.prune")
def prune() -> None:
    """Take away what has lain idle for long enough, for a shift; the next sweep rings again where more is left."""
    end = time.monotonic() + PRUNE_SHIFT_S
    if retention.is_due():
        retention.prune(stop=lambda: stopping.is_set() or time.monotonic() > end)


ENCODE_SHIFT_S = 5.0
ENCODE_NICENESS = 15


@shared_task(name="projects.tasks.encode")
def encode() -> None:
    """Encode chosen takes for a shift, behind all else that wants the processor; exports get in between the shifts."""
    end = time.monotonic() + ENCODE_SHIFT_S
    with ThreadPoolExecutor(1, initializer=_give_way) as alone:
        alone.submit(_encode, lambda: stopping.is_set() or time.monotonic() > end).result()


def _encode(stop: Callable[[], bool]) -> None:
    try:
        encoded.encode(stop=stop)
    finally:
        connection.close()


def _give_way() -> None:
    """Let this thread, and those that it starts, be served last. Other systems than Linux know processes only."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), ENCODE_NICENESS)
