"""A whole manuscript in one go, without a running studio: find or make the project, and render it in threads here.

The rows, the claims and the rules are those of the studio, so its workers may help meanwhile; and what a run
that was killed has finished is finished.
"""

import fcntl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from narrator.teams.models import Team
from projects.actions import claims, holds, manuscripts, money, projects, rendering, runs, takes
from projects.actions.endpoint import Endpoint, Gate
from projects.actions.estimates import Estimate, estimate
from projects.actions.roster import Roster
from projects.manuscript.arrangement import Arrangement
from projects.manuscript.manuscript import Manuscript as Reading
from projects.models import Call, CallState, Manuscript, Paragraph, Project, Run, Script, Take, TakeStatus
from projects.models.takes import TakeQuerySet
from projects.speech import errors

TEAM_NAME = "Studio"
LOOK_AGAIN_S = 0.1
LOOK_EVERY_S = 0.5
ROSTER_KEEPS_S = 0.25
NOBODY = "nobody_answers"


class OtherManuscript(Exception):
    """The named project was made from another file."""


class InUse(Exception):
    """Another process narrates this project now."""


@dataclass(frozen=True)
class Halt:
    """Why a run ended before its lines were made: what the whole team's queue waits for."""

    code: str
    reason: str


@dataclass
class Progress:
    """What a run has come to so far; ``done`` of ``total`` lines have settled.

    ``waits``: what lines wait for at present, in a sentence, "" where nothing keeps them. ``halt`` is set where the
    account could not be used or the endpoint never answered; ``unmade`` are the lines that wait because of it.
    """

    total: int = 0
    done: int = 0
    reused: int = 0
    failed: list[Paragraph] = field(default_factory=list)
    unmade: list[Paragraph] = field(default_factory=list)
    waits: str = ""
    halt: Halt | None = None

    @property
    def rendered(self) -> int:
        return self.done - self.reused - len(self.failed)


def team() -> Team:
    """The team to which narrated projects belong."""
    return Team.objects.get_or_create(name=TEAM_NAME)[0]


def project_for(
    team: Team, data: bytes, filename: str, *, name: str, direction: dict[str, Any]
) -> tuple[Project, Reading]:
    """Find the project that an earlier run made of this very file, else make it; apply the direction given.

    ``name`` is the project's title where one is asked for. Raises ``manuscript.Unreadable`` and, where the
    name belongs to a project of another file, ``OtherManuscript``.
    """
    row, read = manuscripts.keep(data, filename, team=team, by=None)
    earlier = Manuscript.objects.filter(team=team, sha256=row.sha256).exclude(project=None).exclude(pk=row.pk)
    if name:
        earlier = earlier.filter(project__title=name)
        others = Project.objects.filter(team=team, title=name).exclude(manuscripts__sha256=row.sha256)
        if others.exists():
            row.delete()
            raise OtherManuscript(name)
    found = earlier.select_related("project").order_by("pk").last()
    if found is None or found.project is None:
        return _make(row, read, name=name, direction=direction), read
    row.delete()
    _redirect(found.project, direction)
    return found.project, read


def _make(row: Manuscript, read: Reading, *, name: str, direction: dict[str, Any]) -> Project:
    title = name or read.title or Path(row.filename).stem
    fields = {"language": manuscripts.endpoint_language(read.language), **direction}
    plan = Arrangement.of(read)
    return manuscripts.make_project(
        row, read, plan=plan, by=None, title=title[:200], author=read.author[:200], **fields
    )


def _redirect(project: Project, direction: dict[str, Any]) -> None:
    if any(getattr(project, name) != value for name, value in direction.items()):
        for name, value in direction.items():
            setattr(project, name, value)
        projects.direct(project, by=None)


@contextmanager
def alone(project: Project) -> Iterator[None]:
    """Hold the project for this process, and free what a killed predecessor had claimed; ``InUse`` if it is held."""
    folder = settings.DATA_DIR / "run"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / f"narrate-{project.pk}.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse from None
        for take in Take.objects.filter(
            project=project, status=TakeStatus.RUNNING, claimed_by=_worker(project)
        ):
            claims.free(take)
        money.sweep()
        yield


def _worker(project: Project) -> str:
    return f"narrate:{project.pk}"


def calls_of(project: Project) -> int:
    """Return how many calls were made for this project so far, in all runs."""
    return Call.objects.filter(project=project).sent().count()


def has_work(scripts: list[Script]) -> bool:
    """Whether any line of these scripts has no take of its present text and direction."""
    return Paragraph.objects.filter(script__in=scripts).missing().exists()


def expected(project: Project, scripts: list[Script]) -> Estimate:
    """What rendering these scripts would call for, what an earlier run left waiting included."""
    lines = Paragraph.objects.filter(script__in=scripts).missing()
    return estimate(lines, project, with_waiting=True)


def render(
    project: Project,
    scripts: list[Script],
    endpoint: Endpoint,
    *,
    concurrency: int,
    give_up_s: float,
    on_progress: Callable[[Progress], None],
    stop: threading.Event,
) -> Progress:
    """Render every line of these scripts that has no take of its present text and direction.

    Returns when each line is ready or has failed, soon after ``stop`` is set, or with a ``halt``: when the team is
    held, and when for ``give_up_s`` nobody was there to take a single call. Whoever asks again tries again: an earlier
    hold of the team is lifted, paused runs go on.
    """
    began_at = timezone.now()
    holds.lift(project.team, by=None)
    for run in Run.objects.filter(script__in=scripts):
        runs.resume(run, by=None)
    lines = Paragraph.objects.filter(script__in=scripts)
    progress = Progress(total=lines.count())
    for script in scripts:
        takes.request(script, script.paragraphs.missing(), by=None)
    progress.reused = progress.total - lines.missing().count()
    among = Take.objects.filter(project=project, paragraph__script__in=scripts)
    roster = Roster(among, keeps_s=ROSTER_KEEPS_S)
    with ThreadPoolExecutor(concurrency, thread_name_prefix="narrate") as pool:
        workers = [pool.submit(_work, project, among, roster, endpoint, stop) for _ in range(concurrency)]
        try:
            while wait(workers, timeout=LOOK_EVERY_S, return_when=FIRST_EXCEPTION).not_done:
                for worker in workers:
                    if worker.done():
                        worker.result()  # a fault of ours ends the run here rather than leaving lines unmade
                _look(lines, among, progress)
                on_progress(progress)
                if progress.waits and _nobody_answers(project, since=began_at, for_s=give_up_s):
                    progress.halt = Halt(NOBODY, progress.waits.replace(errors.AGAIN, "").strip())
                    stop.set()
        finally:
            stop.set()
    for worker in workers:
        worker.result()
    _look(lines, among, progress)
    if (hold := holds.of(project.team_id)) is not None:
        progress.halt = Halt(hold.code, hold.reason)
    if progress.halt is not None:
        waiting = lines.missing().filter(latest__status=TakeStatus.QUEUED)
        progress.unmade = list(waiting.select_related("script").order_by("script__position", "position"))
    on_progress(progress)
    return progress


def _look(lines: Any, among: TakeQuerySet, progress: Progress) -> None:
    waiting = among.active().values("paragraph").distinct().count()
    failed = lines.missing().filter(latest__status=TakeStatus.FAILED)
    progress.failed = list(failed.select_related("script", "latest").order_by("script__position", "position"))
    progress.done = progress.total - waiting
    kept_back = among.filter(status=TakeStatus.QUEUED).exclude(error_reason="").order_by("-not_before", "-pk")
    progress.waits = kept_back.values_list("error_reason", flat=True).first() or ""


def _nobody_answers(project: Project, *, since: datetime, for_s: float) -> bool:
    """Whether for so long nobody was there to take a single call of this project."""
    if timezone.now() - since < timedelta(seconds=for_s):
        return False
    ended = Call.objects.filter(project=project, at__gte=since).exclude(state=CallState.OPEN)
    return ended.exists() and not ended.exclude(error_code__in=errors.AWAY).exists()


def _work(
    project: Project, among: TakeQuerySet, roster: Roster, endpoint: Endpoint, stop: threading.Event
) -> None:
    try:
        while not stop.is_set():
            take = claims.claim(worker=_worker(project), roster=roster)
            if take is not None:
                rendering.render(take, endpoint)
            elif not among.active().exists() or holds.of(project.team_id) is not None:
                return
            else:
                stop.wait(LOOK_AGAIN_S)
    finally:
        connection.close()


class EvenGate(Gate):
    """A gate for one process: calls begin evenly spaced, first come first served."""

    def __init__(self, requests_per_minute: int) -> None:
        self._gap_s = 60 / requests_per_minute
        self._lock = threading.Lock()
        self._next = time.monotonic()

    def begin(self) -> None:
        with self._lock:
            turn = max(self._next, time.monotonic())
            self._next = turn + self._gap_s
        time.sleep(max(turn - time.monotonic(), 0))
