"""Who goes next: a person's single line; then of the team with the fewest lines in the making the run with the fewest.

Then the oldest. Choosing reads the queue of everybody, so a worker process does it a few times a second and counts
its own claims in between; the claim itself (claims.py) is right whatever was read.
"""

import random
import threading
import time
from collections import Counter
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from narrator.direct import Blank, Prepared
from projects.models import Hold, Run, RunState, Take, TakeStatus
from projects.models.takes import Priority, TakeQuerySet

# What a team has waiting: one of its runs, or (None) its lines outside of runs.
Queue = tuple[int, int | None]


class Roster:
    """The queues of these takes, and how many lines of each are being made, as read at most ``keeps_s`` ago.

    Threads may share it. Without ``keeps_s`` it is read for every claim.
    """

    def __init__(self, among: TakeQuerySet | None = None, *, keeps_s: float = 0.0) -> None:
        self._among = Take.objects.all() if among is None else among
        self._keeps_s = keeps_s
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._queues: set[Queue] = set()
        self._running: Counter[Queue] = Counter()

    def look(self, *, again: bool = False) -> bool:
        """Look into the queues where it was long ago, or ``again``; return whether that was done."""
        with self._lock:
            if not again and time.monotonic() - self._read_at < self._keeps_s:
                return False
            self._read_at = time.monotonic()
            now = timezone.now()
            self._queues = {(team, run) for each in self._queues_due for team, run in each.rows(now=now)}
            self._running = Counter((team, run) for team, run in self._being_made.rows())
            return True

    def teams(self) -> set[int]:
        """The teams for which something was due when it was read last."""
        self.look()
        with self._lock:
            return {team for team, _ in self._queues}

    def next(self) -> Queue | None:
        """The queue whose turn it is, counted as served. Between teams with equally many the lot decides."""
        with self._lock:
            of_team: Counter[int] = Counter()
            for (team, _), count in self._running.items():
                of_team[team] += count
            lot = {team: random.random() for team, _ in self._queues}  # noqa: S311 - a lot is no secret
            queue = min(
                self._queues,
                key=lambda each: (of_team[each[0]], lot[each[0]], self._running[each], each[1] or 0),
                default=None,
            )
            if queue is not None:
                self._running[queue] += 1
            return queue

    def served(self, instead: Queue | None, queue: Queue) -> None:
        """A line of this queue was claimed instead of one of that which ``next`` gave."""
        with self._lock:
            if instead is not None:
                self._running[instead] -= 1
            self._running[queue] += 1

    def missed(self, queue: Queue) -> None:
        """Nothing was due in this queue."""
        with self._lock:
            self._running[queue] -= 1
            self._queues.discard(queue)

    def first(self, queue: Queue | None, now: datetime) -> tuple[str, list[Any]]:
        """SQL for the id of the take that is to be claimed, with its parameters; null where nothing is due."""
        if queue is None:
            return f"({self._click.sql})", self._click.params(now=now)
        team, run = queue
        line = self._single if run is None else self._of_run
        params = [*self._click.params(now=now), *line.params(now=now, team=team, run=run)]
        return f"COALESCE(({self._click.sql}), ({line.sql}))", params

    @cached_property
    def _click(self) -> Prepared:
        """The id of the single line that a person has waited for longest. Blank: now."""
        return self._first(self._due.filter(priority=Priority.CLICK))

    @cached_property
    def _of_run(self) -> Prepared:
        """The id of the first line that is due in a run. Blanks: now, team, run."""
        return self._first(self._due.filter(team=Blank(Take, "team"), run=Blank(Take, "run")))

    @cached_property
    def _single(self) -> Prepared:
        """The id of a team's first line that is due outside of runs. Blanks: now, team."""
        return self._first(self._due.filter(team=Blank(Take, "team"), run=None))

    @property
    def _due(self) -> TakeQuerySet:
        return self._among.due(Blank(Take, "not_before", "now"))

    @staticmethod
    def _first(takes: TakeQuerySet) -> Prepared:
        first = takes.order_by("id").select_for_update(skip_locked=True, of=("self",))
        return Prepared(first.values("pk")[:1])

    @cached_property
    def _queues_due(self) -> list[Prepared]:
        """The queues in which something is due. Blank: now."""
        ripe = self._among.ripe(Blank(Take, "not_before", "now")).order_by()
        held = Exists(Hold.objects.filter(team=OuterRef("team")))
        # Read from the runs, of which there are few, rather than from the takes, of which thousands may wait.
        waits = Exists(ripe.filter(run=OuterRef("pk"), team=OuterRef("team")))
        runs = Run.objects.filter(~held, waits, state=RunState.ACTIVE).order_by().values_list("team", "pk")
        singles = ripe.filter(~held, run=None).values_list("team", "run").distinct()
        return [Prepared(runs), Prepared(singles)]

    @cached_property
    def _being_made(self) -> Prepared:
        """The queue of each line that is being made."""
        running = Take.objects.filter(status=TakeStatus.RUNNING)
        return Prepared(running.order_by().values_list("team", "run"))
