"""What a woken worker does: make waiting takes, at the pace of their accounts. And the bells that wake it."""

import functools
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from celery import shared_task
from django.conf import settings
from django.db import DatabaseError, close_old_connections, transaction

from narrator import logs
from projects.actions import accounts, claims, endpoint, pieces, rendering, workers
from projects.actions.backlog import Backlog, LetBy, Way
from projects.models import Take
from projects.models.takes import Priority
from projects.pacing.pace import Slot
from projects.speech import errors
from projects.tasks.messages import send, stopping


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
_way = Way()
# Sound is fetched by as many threads as make calls: each waits for the network most of its time.
_fetching = Backlog(_way, threads=settings.SPEECH_CONCURRENCY, most=settings.SPEECH_CONCURRENCY)
# Two threads, so that one computes while the other waits for the disk.
_backlog = Backlog(_way, threads=2, most=settings.SPEECH_CONCURRENCY)


def ring(rows: int, *, team_id: int, someone_waits: bool = False) -> None:
    """Wake as many workers as there may be use for, once the present transaction is committed.

    someone_waits: for these rows a person does; see ``pump``.
    """
    if rows:
        ring_at(accounts.of(team_id), rows, someone_waits=someone_waits)


def ring_for(team_id: int) -> None:
    """The same for whatever waits of a team now."""
    account = accounts.of(team_id)
    ring_at(account, claims.waiting(Take.objects.filter(team=team_id), most=account.concurrency))


def ring_at(account: accounts.Account, rows: int, *, someone_waits: bool = False) -> None:
    """The same for rows that are made through this account."""

    def bells() -> None:
        for _ in range(min(rows, account.concurrency)):
            if not send(pump, account.team_id, someone_waits):
                return

    transaction.on_commit(bells)


@shared_task(name="projects.tasks.pump")
def pump(team_id: int | None = None, someone_waits: bool = False) -> None:
    """Make waiting takes for one shift, the most deserving first; then hand over to a new message.

    Of those takes that are made through the account of this team, for None through the installation's; where there
    are several accounts, then of the others in turn. Where all slots of the account are in use and a person waits for
    a single line, that is made in the extra slot, and no other line.
    """
    account = accounts.of(team_id)
    end = time.monotonic() + ALONE.shift_s * random.uniform(0.5, 1)  # noqa: S311 - so that not all end together
    with _backlog, _fetching:
        if accounts.are_several():
            _rounds(account, end, someone_waits)
        else:
            _serve(account, end, ALONE, someone_waits)
    if time.monotonic() >= end and not stopping.is_set():
        send(pump, account.team_id, someone_waits)


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
    with slot, _way.ahead() as ahead:
        gate = endpoint.SlotGate(slot, stopping, ahead)
        while (not made or time.monotonic() < end) and not stopping.is_set():
            ahead.say(False)
            if not slot.turn(stopping, wait_s=patience.turn_s):
                break  # the sweep rings when the pause is over
            ahead.say(True)
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
    """Make the calls of a claimed take. What follows is done behind the slot's back, if there is room."""
    try:
        speech = endpoint.shared() if account.team_id is None else endpoint.of(take.team_id)
    except errors.Stopped as error:
        rendering.settle_error(take, error)
        return
    with logs.about(take=take.pk), _kept(take):
        spoken = rendering.speak(take, speech.through(gate))
    if isinstance(spoken, rendering.Outcome):
        return
    if take.priority == Priority.CLICK or not _fetching.add(functools.partial(_fetch, take, spoken)):
        _complete(take, spoken)


def _fetch(take: Take, spoken: pieces.Spoken, _: LetBy) -> None:
    with logs.about(take=take.pk):
        spoken.fetch()
    _backlog.add(functools.partial(_complete, take, spoken), wait=True)


def _complete(take: Take, spoken: pieces.Spoken, let_by: LetBy = rendering.at_once) -> None:
    with logs.about(take=take.pk), _kept(take):
        outcome = rendering.complete(take, spoken, let_by)
    if outcome.is_retaken:
        ring(1, team_id=take.team_id)


@contextmanager
def _kept(take: Take) -> Iterator[None]:
    """Where its outcome cannot be written, give back the claim as soon as the database takes anything.

    Else the line would stand still for the rest of its lease. The parts that were paid for are kept (actions.pieces).
    """
    try:
        yield
    except DatabaseError:
        _let_go(take)
        raise


def _let_go(take: Take) -> None:
    until = time.monotonic() + claims.lease().total_seconds()
    while time.monotonic() < until and not stopping.wait(LOOK_AGAIN_S):
        close_old_connections()
        try:
            claims.free(take)
        except DatabaseError:
            continue
        return
