"""Sending messages, and hearing that this worker begins and is to stop. What they are about is the tasks' business."""

import gc
import logging
import threading

from celery.signals import worker_ready, worker_shutting_down
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

# Set when this worker is told to stop: a line that is being made is finished, and no other is begun.
stopping = threading.Event()


@worker_ready.connect
def _settle_in(**kwargs: object) -> None:
    """Keep what is loaded out of every later garbage collection: each would hold up all threads for tens of ms."""
    gc.collect()
    gc.freeze()


@worker_shutting_down.connect
def _stop(**kwargs: object) -> None:
    stopping.set()


def send(task: object, *args: object, expires_s: float | None = None) -> bool:
    """Send a message of this task; False where the broker does not answer."""
    try:
        task.apply_async(args=args, expires=expires_s)  # type: ignore[attr-defined]
    except OperationalError as error:
        logger.warning("the broker does not answer (%s); the sweep will ring again", error)
        return False
    return True
