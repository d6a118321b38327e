"""How a claimed take becomes audio: call, measure, store, settle. The row is the queue (docs/adr/0003).

Any number of workers may run this at the same time, in threads, processes or machines. No transaction is open
while the endpoint is called; the finishing write names the token of the claim.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import TypeVar

import numpy as np
from django.db import DatabaseError, transaction
from django.utils import timezone

from narrator import direct
from narrator.direct import Plus
from narrator.storage import StoreAway
from projects.actions import calls, checks, claims, holds, live, money, pieces, runs, sounds
from projects.actions.backlog import LetBy
from projects.actions.endpoint import PAUSED, Endpoint
from projects.actions.takes import MEASURED
from projects.audio import measure
from projects.models import Paragraph, Take, TakeStatus
from projects.sentences import gettext_noop
from projects.speech import errors
from projects.speech.line import Line

UNKNOWN_VOICE = gettext_noop(
    "The team's endpoint has no voice named %(voice)s. Choose another one for this line, or "
    "change the voice everywhere under Voices on the project's page. Nothing was sent."
)
NOT_STORED = gettext_noop("The audio could not be stored: %(why)s. %(said_remedy)s.")

logger = logging.getLogger(__name__)
Result = TypeVar("Result")

# How often the same line is tried when its call fails, and when that is no fault of the line (for half an hour or so).
ATTEMPTS = 5
ATTEMPTS_WHEN_BUSY = 40
LONGEST_WAIT_S = 60.0
STORE_AWAY = "store_away"
TWIN_WAIT_S = 1.0
LOOK_AGAIN_S = 1.0


@dataclass(frozen=True)
class Outcome:
    """What one turn of rendering came to: the take's status afterwards; whether its line is to be made once more."""

    status: str
    is_retaken: bool = False


def render(take: Take, endpoint: Endpoint) -> Outcome:
    """Make a claimed take: call the endpoint, store the audio, settle the row. Never raises for a failed call.

    DatabaseError where nothing could be written: the claim stays, and what was paid for is kept.
    """
    spoken = speak(take, endpoint)
    return spoken if isinstance(spoken, Outcome) else complete(take, spoken)


def speak(take: Take, endpoint: Endpoint) -> pieces.Spoken | Outcome:
    """The first half, for which a slot is needed: make the calls. All were answered when this returns.

    The last one's sound is lost with this worker until it is on disk (``Spoken.fetch``).
    """
    return _or_outcome(take, lambda: _spoken(take, endpoint))


def at_once() -> None:
    """What is to be done between two steps where nobody has to be let by."""


def complete(take: Take, spoken: pieces.Spoken, let_by: LetBy = at_once) -> Outcome:
    """The second half, which needs no slot: store, measure and check the sound, and settle call and row.

    let_by: called between its steps, so that others who have more haste go first. A worker that dies before or within
    it loses nothing that is on disk: who claims the line next finds it there.
    """
    return _or_outcome(take, lambda: _completed(take, spoken, let_by))


def _or_outcome(take: Take, step: Callable[[], Result]) -> Result | Outcome:
    """Do a step; where it comes to nothing, settle the row by what it raised."""
    try:
        return step()
    except money.BeingSpoken as twin:
        return _adopt(take, twin)
    except errors.SpeechError as error:
        return settle_error(take, error)
    except OSError as error:
        logger.exception("take %s could not be stored", take.pk)
        is_away = isinstance(error, StoreAway)
        remedy = gettext_noop("Look after the store") if is_away else gettext_noop("Free some disk space")
        reason = NOT_STORED % {"why": error.strerror, "said_remedy": remedy}
        return _put_back(take, STORE_AWAY if is_away else "storage", reason)
    except DatabaseError:
        raise  # nothing can be written now: the sweep frees the claim, and the parts that were paid for are kept
    except Exception:
        logger.exception("take %s met a fault of Narrator's own", take.pk)
        return _put_back(
            take,
            "internal",
            gettext_noop("Narrator met a fault of its own with this line. See the worker's log."),
        )


def _spoken(take: Take, endpoint: Endpoint) -> pieces.Spoken:
    _assign(take, endpoint)
    if not endpoint.has_voice(take.voice):
        raise _unknown_voice(take)
    sink = live.sink(take, stream=endpoint.stream)

    def ask(line: Line) -> calls.Made:
        return calls.Made(money.reserve(take, line), sink).ask(line, endpoint)

    return pieces.speak(take.line, take_id=take.pk, budget=endpoint.budget, ask=ask, sink=sink)


def _completed(take: Take, spoken: pieces.Spoken, let_by: LetBy) -> Outcome:
    sound = spoken.sound()
    let_by()
    stored = store(sound)
    let_by()
    findings = checks.look(take, sound)
    let_by()
    outcome = finish(take, request_id=spoken.request_id, findings=findings, **stored)
    pieces.forget(take.pk)
    if outcome.status == TakeStatus.READY and checks.retake(take, findings):
        return replace(outcome, is_retaken=True)
    return outcome


def _assign(take: Take, endpoint: Endpoint) -> None:
    """Write down who speaks the take, where that is no longer who was to when it was asked for."""
    if (take.model, take.host) == (endpoint.model, endpoint.host):
        return
    take.model, take.host = endpoint.model, endpoint.host
    Take.objects.filter(pk=take.pk, claim_token=take.claim_token).update(model=take.model, host=take.host)


def _unknown_voice(take: Take) -> errors.Refused:
    return errors.Refused(
        UNKNOWN_VOICE % {"voice": take.voice},
        code="voice_unknown",
    )


def _adopt(take: Take, twin: money.BeingSpoken) -> Outcome:
    """Use the twin's audio, or wait for it where it is still being made."""
    if not twin.is_ready:
        return _requeue(take, wait_s=TWIN_WAIT_S)
    made = Take.objects.get(pk=twin.twin_id)
    if made.status != TakeStatus.READY:
        return _requeue(take, wait_s=0)  # its sound was removed at this moment
    return finish(take, reused_from=made.pk, **{name: getattr(made, name) for name in MEASURED})


def store(pcm: np.ndarray) -> dict[str, object]:
    """Put a take's audio into the store, measure it, and return the take's fields."""
    sound = sounds.keep(pcm)
    measured = {**asdict(measure.measure(pcm)), "peaks": measure.waveform(pcm)}
    named = {"audio": sounds.name_of(sound.sha256), "audio_sha256": sound.sha256, "sound": sound}
    return {**named, **measured}


def finish(take: Take, **fields: object) -> Outcome:
    """Make the claimed take ready, unless the claim was lost; choose it where it speaks the line's present text.

    A locked line keeps the one it has.
    """
    with transaction.atomic():
        moved = claims.leave(take, to=TakeStatus.READY, finished_at=timezone.now(), **fields)
        if moved:
            if take.is_alternative:
                _choose_if_lacking(take)
            elif checks.is_choice(take, fields.get("findings")):
                spoken = {"pk": take.paragraph_id, "digest": take.digest, "is_locked": False}
                direct.update(Paragraph, spoken, chosen=take.pk)
            _end_run(take)
    return Outcome(TakeStatus.READY if moved else TakeStatus.CANCELLED)


def _choose_if_lacking(take: Take) -> None:
    """Choose one of several alternatives only where its line has no take of what it says now: a person decides."""
    lacking = Paragraph.objects.missing().open().filter(pk=take.paragraph_id, digest=take.digest)
    lacking.update(chosen=take)


def settle_error(take: Take, error: errors.SpeechError) -> Outcome:
    logger.warning("take %s: %r %s", take.pk, error, error.request_id)
    if isinstance(error, errors.Stopped):
        return _hold_team(take, error)
    if error.code == PAUSED:
        return _requeue(take, wait_s=LOOK_AGAIN_S)  # nothing was tried, so nothing is counted
    if _is_no_fault_of_the_line(error):
        allowed, asked = ATTEMPTS_WHEN_BUSY, error.retry_after_s
    elif isinstance(error, errors.Busy | errors.Unavailable):
        allowed, asked = ATTEMPTS, error.retry_after_s
    else:
        allowed, asked = 0, None
    if take.attempts + 1 < allowed:
        # What it waits for is told beside the line meanwhile; the next claim wipes it.
        wait_s = _wait_s(take.attempts, asked)
        return _requeue(take, wait_s=wait_s, attempts=Plus(1), **_error_fields(error, error.message))
    return _fail(take, error)


def _is_no_fault_of_the_line(error: errors.SpeechError) -> bool:
    """Whether any line would have met it, and no call is lost: too many requests, nobody there, no room, no store."""
    is_busy = isinstance(error, errors.Busy) and not error.counts_as_attempt
    return is_busy or error.is_away or error.code in (pieces.DISK_FULL, STORE_AWAY)


def _wait_s(attempts: int, asked: float | None) -> float:
    """How long to wait before the next try: what was asked for, else doubling from a second, with jitter."""
    if asked is not None:
        return min(asked, LONGEST_WAIT_S) + random.uniform(0, 0.5)  # noqa: S311 - jitter is no secret
    return min(2.0**attempts, LONGEST_WAIT_S) * random.uniform(0.75, 1.25)  # noqa: S311


def _requeue(take: Take, *, wait_s: float, **changes: object) -> Outcome:
    not_before = timezone.now() + timedelta(seconds=wait_s)
    claims.leave(take, to=TakeStatus.QUEUED, not_before=not_before, **changes)
    return Outcome(TakeStatus.QUEUED)


def _put_back(take: Take, code: str, reason: str) -> Outcome:
    """A fault of our own machine: the line waits, and is tried again like after a failed call."""
    return settle_error(take, errors.Unavailable(reason, code=code))


def _fail(take: Take, error: errors.SpeechError) -> Outcome:
    with transaction.atomic():
        if claims.leave(
            take, to=TakeStatus.FAILED, finished_at=timezone.now(), **_error_fields(error, error.reason)
        ):
            _end_run(take)
    return Outcome(TakeStatus.FAILED)


def _end_run(take: Take) -> None:
    """The take's run is done where this was its last line."""
    if take.run_id is not None:
        runs.finish_done(take.run_id)


def _error_fields(error: errors.SpeechError, reason: str) -> dict[str, str]:
    return {
        "error_code": error.code[:100],
        "error_reason": reason or gettext_noop("The endpoint gave no reason. Try again."),
        "error_detail": error.detail,
        "request_id": error.request_id[:200],
    }


def _hold_team(take: Take, error: errors.SpeechError) -> Outcome:
    """The account cannot be used: put the take back without counting the try, and let nothing of its team begin."""
    fields = _error_fields(error, error.message)
    with transaction.atomic():
        claims.leave(take, to=TakeStatus.QUEUED)
        holds.place(
            take.team_id, code=fields["error_code"], reason=fields["error_reason"], detail=error.detail
        )
    return Outcome(TakeStatus.QUEUED)
