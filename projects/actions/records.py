"""Keeping what calls sent and got, for whoever has to find out why one failed; and forgetting it in time."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from narrator import direct
from projects.models import Call, CallRecord
from projects.models.records import KEPT
from projects.speech.record import Wire

logger = logging.getLogger(__name__)

# So many at a time, so that a sweep is a short one.
FORGOTTEN_AT_ONCE = 500


def keep(call: Call, wire: Wire) -> None:
    """Keep what went over the wire for this call. Nothing fails of it: the line is what counts."""
    try:
        if legs := wire.legs():
            with transaction.atomic():
                direct.insert(CallRecord(call=call, legs=legs))
    except Exception:
        logger.exception("what call %s sent and got could not be kept", call.pk)


def sweep(now: datetime | None = None) -> int:
    """Forget what is older than it is kept for; return how much."""
    old = CallRecord.objects.filter(at__lt=(now or timezone.now()) - KEPT).order_by("at")
    ids = list(old.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
    return CallRecord.objects.filter(pk__in=ids).delete()[0] if ids else 0
