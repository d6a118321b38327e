"""Figures for whoever watches over the studio: the queue, the calls, the money, the exports. Read from the rows.

What only grows (calls, money) is added up once: each process remembers the sums up to the oldest call that is still
open, and reads what came after. So every process says the same, and asking each few seconds stays cheap.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, QuerySet, Sum
from django.utils import timezone

from projects.actions import engine, workers
from projects.models import Call, CallState, ExportStatus, Run


@dataclass(frozen=True)
class Metric:
    """One figure with its meaning; ``samples`` are its values by labels. A counter only grows."""

    name: str
    kind: str
    help: str
    samples: list[tuple[dict[str, str], float]]


@dataclass
class Sums:
    """Calls by state, error class and currency: how many, their characters, millionths, and milliseconds."""

    upto: int = 0
    of: dict[tuple[str, str, str], tuple[int, int, int, int]] = field(default_factory=dict)

    def plus(self, rows: QuerySet[Call]) -> dict[tuple[str, str, str], tuple[int, int, int, int]]:
        """These sums with those of further calls. One query."""
        sums = dict(self.of)
        counted = (
            rows.order_by()
            .values_list("state", "error_code", "currency")
            .annotate(Count("pk"), Sum("characters"), Sum("amount_micro"), took=Sum("duration_ms", default=0))
        )
        for state, error, currency, *found in counted:
            before = sums.get((state, error, currency), (0, 0, 0, 0))
            sums[state, error, currency] = tuple(a + b for a, b in zip(before, found, strict=True))
        return sums


# Calls may still change for so long after they were made: a slow worker settles what a sweep took for lost.
SETTLED_AFTER = timedelta(hours=1)
_sums, _lock = Sums(), threading.Lock()


def collect(now: datetime | None = None) -> Iterator[Metric]:
    """Every figure. Eleven queries, whatever there is."""
    now = now or timezone.now()
    yield from _queue(now)
    yield from _calls(now)
    yield from _exports()
    silent = float(workers.are_silent())
    yield _gauge("workers_silent", "1 where no worker has shown itself for half a minute", silent)
    yield from _store()


def _gauge(name: str, help: str, value: float) -> Metric:
    return Metric(name, "gauge", help, [({}, value)])


def _queue(now: datetime) -> Iterator[Metric]:
    queues = engine.queues(now)
    samples: list[Any] = [
        ({"status": "queued"}, sum(one.waiting for one in queues)),
        ({"status": "running"}, sum(one.running for one in queues)),
    ]
    yield Metric("takes", "gauge", "Takes that wait or are being made", samples)
    age = max((one.oldest_s or 0 for one in queues), default=0)
    yield _gauge("queue_oldest_seconds", "How long the oldest take waits that could be made now", age)
    yield _gauge("runs_open", "Runs that are under way or paused", Run.objects.open().count())
    held = sum(bool(one.held) for one in queues)
    yield _gauge("teams_held", "Teams whose queue stands still until a person resumes it", held)


def _calls(now: datetime) -> Iterator[Metric]:
    sums = _summed(now)
    names = ("state", "error", "currency")

    def samples(at: int, by: tuple[str, ...], divisor: float = 1) -> list[tuple[dict[str, str], float]]:
        found: dict[tuple[str, ...], float] = {}
        for key, values in sorted(sums.items()):
            labels = tuple(value for name, value in zip(names, key, strict=True) if name in by)
            found[labels] = found.get(labels, 0) + values[at] / divisor
        return [(dict(zip(by, labels, strict=True)), value) for labels, value in found.items()]

    yield Metric(
        "calls_total", "counter", "Calls of endpoints, by how they ended", samples(0, ("state", "error"))
    )
    yield Metric("characters_total", "counter", "Billing characters", samples(1, ("state",)))
    yield Metric(
        "money_total", "counter", "What calls cost, or may cost", samples(2, ("state", "currency"), 10**6)
    )
    yield Metric("call_seconds_total", "counter", "How long calls took", samples(3, ("state",), 1000))


def _summed(now: datetime) -> dict[tuple[str, str, str], tuple[int, int, int, int]]:
    """All calls, summed; what can change no more is remembered."""
    with _lock:
        later = Call.objects.filter(pk__gt=_sums.upto)
        fresh = later.filter(at__gt=now - SETTLED_AFTER) | later.filter(state=CallState.OPEN)
        first = fresh.aggregate(first=Min("pk"))["first"]
        old = later if first is None else later.filter(pk__lt=first)
        if last := old.order_by("-pk").values_list("pk", flat=True).first():
            _sums.of, _sums.upto = _sums.plus(old.filter(pk__lte=last)), last
        return _sums.plus(Call.objects.filter(pk__gt=_sums.upto))


def forget() -> None:
    """Add everything up anew: a test begins with other rows."""
    _sums.of, _sums.upto = {}, 0


def _exports() -> Iterator[Metric]:
    found = engine.assembly()
    samples: list[Any] = [({"status": status.value}, found.counts.get(status, 0)) for status in ExportStatus]
    yield Metric("exports", "gauge", "Exports by their status", samples)
    help = "Sound that was assembled; over assembly_seconds_total it is the speed"
    yield Metric("assembled_seconds_total", "counter", help, [({}, found.heard_s)])
    yield Metric("assembly_seconds_total", "counter", "How long assembling took", [({}, found.worked_s)])


def _store() -> Iterator[Metric]:
    """As the last round of the retention has added it up."""
    if pruning := engine.last_pruning():
        samples: list[Any] = [
            ({"of": "takes"}, pruning.sound_bytes),
            ({"of": "exports"}, pruning.export_bytes),
            ({"of": "idle"}, pruning.waiting_bytes),
        ]
        yield Metric("store_bytes", "gauge", "What is kept, and what of it nothing has a use for", samples)
    yield _gauge("disk_free_bytes", "What is left on the disk of the data folder", engine.disk()[0])
