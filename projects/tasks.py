"""The doors to the workers, and what the workers do when the bell rings. The only module that knows Celery.

A message carries no work (docs/adr/0003): it wakes a worker, and the rows say what is to be done. So a lost or
doubled message does no harm, and a bell that cannot be rung only makes the sweep ring a few seconds later.
"""

import functools
import logging
import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from celery import shared_task
from celery.signals import worker_shutting_down
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, transaction
from kombu.exceptions import OperationalError

from narrator.teams.models import Team, User
from projects.actions import (
    accounts,
    claims,
    encoded,
    endpoint,
    exports,
    holds,
    manuscripts,
    money,
    paragraphs,
    pieces,
    rendering,
    runs,
    takes,
    workers,
)
from projects.models import Export, Paragraph, Project, Run, Script, Take
from projects.pacing.pace import Slot
from projects.speech import errors

logger = logging.getLogger(__name__)
Result = TypeVar("Result")


@dataclass(frozen=True)
class Patience:
    """How long a worker's thread stays with one message, and waits in it.

    shift_s: after about so long it hands over, so that other machines come to a slot, too. slot_s: long enough for a
    thread that is about to leave to give its slot to this one. turn_s: a turn that comes later is left to the sweep.
    """

    shift_s: float
    slot_s: float
    turn_s: float


# How often a worker asks whether the database takes writes again.
LOOK_AGAIN_S = 1.0
ALONE = Patience(shift_s=60.0, slot_s=2.0, turn_s=20.0)
# Where there are several accounts, a thread goes round among those that have work, with one for so long at a time.
SHARED = Patience(shift_s=1.0, slot_s=0.2, turn_s=5.0)
# So many threads of a process go round; the others see to bells, to persons who wait, and to the sweep.
_hands = threading.BoundedSemaphore(settings.SPEECH_CONCURRENCY + 1)


def queue_takes(
    script: Script, lines: Iterable[Paragraph], *, by: User | None, fresh: bool = False
) -> list[Take]:
    """Ask for takes of these lines and wake the workers; see ``actions.takes.request``."""
    requested = takes.request(script, lines, by=by, fresh=fresh)
    ring(len(requested), team_id=script.project.team_id, someone_waits=fresh)
    return requested


def queue_edit(line: Paragraph, *, by: User | None, opened: str = "") -> None:
    """Save an edited line; where it was waiting for its turn it goes on waiting, with what it says now."""
    if paragraphs.edit(line, project=line.script.project, by=by, opened=opened):
        queue_takes(line.script, [line], by=by)


def queue_act(act: Callable[..., paragraphs.Done], *args: Any, **options: Any) -> paragraphs.Done:
    """Do an act on lines; those that were waiting for their turn go on waiting, with what they say now."""
    done = act(*args, **options)
    for script in Script.objects.filter(pk__in={line.script_id for line in done.outdated}):
        lines = [line for line in done.outdated if line.script_id == script.pk]
        queue_takes(script, lines, by=options["by"])
    return done


def queue_change(project: Project, change: Callable[[], Result], *, by: User | None) -> Result:
    """Make a change that reaches many lines; those of them that wait go on waiting, with what they say now."""
    with transaction.atomic():
        result = change()
        for script, lines in takes.outdated(project).items():
            queue_takes(script, lines, by=by)
    return result


def queue_retry(take: Take, *, script_id: int) -> bool:
    """Put a failed take back into the queue and wake a worker."""
    done = takes.retry(take, script_id=script_id)
    ring(int(done), team_id=take.team_id)
    return done


def queue_run(run: Run, *, by: User | None) -> bool:
    """Let a paused run go on and wake the workers; False where it is not paused."""
    done = runs.resume(run, by=by)
    if done:
        ring_for(run.team_id)
    return done


def queue_failed(run: Run, *, by: User | None) -> int:
    """Put the failed lines of a run back into the queue and wake the workers; return how many there were."""
    again = runs.retry_failed(run, by=by)
    ring(again, team_id=run.team_id)
    return again


def queue_team(team: Team, *, by: User | None) -> bool:
    """Let a held team's queue go on and wake the workers; False where nothing holds it."""
    done = holds.lift(team, by=by)
    if done:
        ring_for(team.pk)
    return done


def queue_export(
    project: Project, scripts: Iterable[Script], *, by: User | None, **options: object
) -> Export:
    """Freeze an export and wake the worker that assembles; see ``actions.exports.request``."""
    export = exports.request(project, scripts, by=by, **options)  # type: ignore[arg-type]
    transaction.on_commit(lambda: _send(assemble_export, export.pk))
    return export


def ring(rows: int, *, team_id: int, someone_waits: bool = False) -> None:
    """Wake as many workers as there may be use for, once the present transaction is committed.

    someone_waits: for these rows a person does; see ``pump``.
    """
    if rows:
        _ring(rows, accounts.of(team_id), someone_waits)


def ring_for(team_id: int) -> None:
    """The same for whatever waits of a team now."""
    account = accounts.of(team_id)
    _ring(claims.waiting(Take.objects.filter(team=team_id), most=account.concurrency), account)


def _ring(rows: int, account: accounts.Account, someone_waits: bool = False) -> None:
    def bells() -> None:
        for _ in range(min(rows, account.concurrency)):
            if not _send(pump, account.team_id, someone_waits):
                return

    transaction.on_commit(bells)


def _send(task: object, *args: object, expires_s: float | None = None) -> bool:
    try:
        task.apply_async(args=args, expires=expires_s)  # type: ignore[attr-defined]
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
def pump(team_id: int | None = None, someone_waits: bool = False) -> None:
    """Make waiting takes for one shift, the most deserving first; then hand over to a new message.

    Of those takes that are made through the account of this team, for None through the installation's; where there
    are several accounts, then of the others in turn. Where all slots of the account are in use and a person waits for
    a single line, that is made in the extra slot, and no other line.
    """
    account = accounts.of(team_id)
    end = time.monotonic() + ALONE.shift_s * random.uniform(0.5, 1)  # noqa: S311 - so that not all end together
    if accounts.are_several():
        _rounds(account, end, someone_waits)
    else:
        _serve(account, end, ALONE, someone_waits)
    if time.monotonic() >= end and not stopping.is_set():
        _send(pump, account.team_id, someone_waits)


def _rounds(account: accounts.Account, end: float, someone_waits: bool) -> None:
    """Serve this account and then, one after the other, all that have work, until none has or the time is over.

    So a bell carries no account's fate: whoever is awake comes by within a line's time, and bells that find all hands
    at work end at once rather than gather in the queue. A person's line is made by a thread that has no hand, too.
    """
    if not _hands.acquire(blocking=False):
        if someone_waits:
            _serve(account, time.monotonic(), SHARED, someone_waits)
        return
    try:
        present = [account]
        while present and time.monotonic() < end and not stopping.is_set():
            made = [_serve(one, time.monotonic() + SHARED.shift_s, SHARED, someone_waits) for one in present]
            present = accounts.with_work() if any(made) else []
            someone_waits = False
    finally:
        _hands.release()


def _serve(account: accounts.Account, end: float, patience: Patience, someone_waits: bool) -> int:
    """Make takes through one account until this time.monotonic(), but at least one; return how many.

    Fewer where nothing is due, all slots are in use (who has them goes on by himself), or the pause is a long one.
    """
    slot = _slot_at_once(account) if someone_waits else _slot(account, patience.slot_s)
    if slot is None:
        return 0
    claim = claims.claim_click if slot.is_extra else claims.claim
    made = 0
    with slot:
        gate = endpoint.SlotGate(slot, stopping)
        while (not made or time.monotonic() < end) and not stopping.is_set():
            if not slot.turn(stopping, wait_s=patience.turn_s):
                break  # the sweep rings when the pause is over
            close_old_connections()
            take = claim(worker=workers.me(), roster=account.roster)
            if take is None:
                break
            _make(take, account, gate)
            made += 1
            if not pieces.has_room():
                break  # the sweep rings for others, a few at a time
    return made


def _slot_at_once(account: accounts.Account) -> Slot | None:
    return account.pace.slot(wait_s=0) or account.pace.slot(wait_s=0, extra=True)


def _slot(account: accounts.Account, wait_s: float) -> Slot | None:
    """A slot, or None. One thread for an account waits: those who look in vain after it stand in nobody's way."""
    waits = _waiting_for_slot(account.name).acquire(blocking=False)
    try:
        return account.pace.slot(wait_s=wait_s if waits else 0)
    finally:
        if waits:
            _waiting_for_slot(account.name).release()


@functools.cache
def _waiting_for_slot(account: str) -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(1)


def _make(take: Take, account: accounts.Account, gate: endpoint.Gate) -> None:
    try:
        speech = endpoint.shared() if account.team_id is None else endpoint.of(take.team_id)
    except errors.Stopped as error:
        rendering.settle_error(take, error)
    else:
        try:
            rendering.render(take, speech.through(gate))
        except DatabaseError:
            _let_go(take)
            raise


def _let_go(take: Take) -> None:
    """Give back a claim whose outcome could not be written, as soon as the database takes anything.

    Else the line would stand still for the rest of its lease. The parts that were paid for are kept (actions.pieces).
    """
    until = time.monotonic() + claims.lease().total_seconds()
    while time.monotonic() < until and not stopping.wait(LOOK_AGAIN_S):
        close_old_connections()
        try:
            claims.free(take)
        except DatabaseError:
            continue
        return


@shared_task
def assemble_export(export_id: int) -> None:
    """Assemble one export, unless another worker has it."""
    export = exports.claim(export_id)
    if export is not None:
        exports.assemble(export)


ENCODE_SHIFT_S = 5.0
ENCODE_NICENESS = 15


@shared_task
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


@shared_task
def sweep() -> None:
    """Every few seconds: free what lost its worker, and ring for everything that waits."""
    workers.show()
    claims.sweep()
    money.sweep()
    runs.finish_done()
    for account in accounts.every():
        _ring(claims.idle(account.takes, slots=account.concurrency), account)
    for export_id in exports.sweep():
        _send(assemble_export, export_id)
    if Script.objects.to_encode().exists():
        _send(encode, expires_s=ENCODE_SHIFT_S)
    manuscripts.forget_unused()
