"""Is it alive, is it ready? What load balancers and supervisors ask, without a sign-in; no answer holds a secret."""

import logging
import uuid
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from redis import Redis, RedisError

from narrator import places

logger = logging.getLogger(__name__)
PATIENCE_S = 2


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers; it touches neither rows nor the broker."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether this process can do its work: 200, or 503 and which part does not answer. The log says why."""
    found = {name: _is_fine(name, look) for name, look in PARTS.items()}
    ready = all(found.values())
    said = {name: "ok" if fine else "does not answer" for name, fine in found.items()}
    return JsonResponse(said, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


def _is_fine(name: str, look: Callable[[], None]) -> bool:
    try:
        look()
    except (Error, RedisError, OSError) as error:
        logger.warning("not ready, the %s does not answer: %s", name, error)
        return False
    return True


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _redis() -> None:
    address = places.redis_url(settings.REDIS_URL)
    with Redis.from_url(address, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S) as client:
        client.ping()


def _store() -> None:
    """A file is written, and taken away again: a disk that is full or read-only answers to reading all the same."""
    default_storage.delete(default_storage.save(f"ready/{uuid.uuid4().hex}", ContentFile(b"ready")))


PARTS: dict[str, Callable[[], None]] = {"database": _database, "redis": _redis, "store": _store}
