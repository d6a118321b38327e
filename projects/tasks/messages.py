"""Sending messages, and hearing that this worker is to stop. What they are about is the business of the tasks."""

import logging
import threading

from celery.signals import worker_shutting_down
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

# Set when this worker is told to stop: a line that is being made is finished, and no other is begun.
stopping = threading.Event()


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
