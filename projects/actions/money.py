"""Money: what a run would cost, setting an amount aside before a call, and settling it afterwards.

Every call of the endpoint goes through ``reserve`` and ``settle``, so the caps hold whoever calls. What the
tables mean is in models/money.py; which failed call counts as free, and why, is in docs/money.md.
"""

import functools
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, When
from django.utils import timezone

from narrator import direct
from narrator.direct import AtMost, Blank, Plus, Prepared
from narrator.tags import money
from narrator.teams.models import Team, User
from projects.actions import claims
from projects.models import Call, CallState, Price, Project, Spend, Take, TakeStatus
from projects.models.money import EVER, MOVES, NEVER_SENT, cost_micro, month_of
from projects.models.moves import sources
from projects.models.takes import Priority
from projects.sentences import gettext_noop
from projects.speech import errors
from projects.speech.budget import billing_characters
from projects.speech.line import Line
from projects.speech.speaking import Speech

TEAM_CAP = gettext_noop(
    "The cap of %(team)s for this month, %(cap)s, is reached: %(spent)s is spent or set aside, and this line needs "
    "%(needed)s. It was not sent. An admin or owner of the team can raise the cap under Usage; then generate again."
)
PROJECT_CAP = gettext_noop(
    "The cap of this project, %(cap)s, is reached: %(spent)s is spent or set aside, and this line needs %(needed)s. "
    "It was not sent. An admin or owner of the team can raise the cap where the project is edited; "
    "then generate again."
)

# A filter that may have judged the sound: free only where the request itself was refused.
CONTENT_CODES = frozenset(
    {"datainspectionfailed", "customroleblocked", "faqruleblocked", "ipinfringementsuspect"}
)
# Found out after the endpoint had spoken, whatever the class of the error says.
AFTER_SPEECH = frozenset({"audio_host_refused", "audio_url_refused"})
# The column's own limit; a gateway that claims more is not believed.
MOST_CHARACTERS = 2**31 - 1


class CapReached(errors.Refused):
    """The call would pass a cap, so it was not made. The message says which, its number, and who can raise it."""


class BeingSpoken(Exception):
    """Another worker has begun, or made, a take of the same text and direction: wait for it and use its audio."""

    def __init__(self, twin_id: int, *, is_ready: bool) -> None:
        super().__init__(twin_id)
        self.twin_id, self.is_ready = twin_id, is_ready


def room_micro(project: Project) -> int | None:
    """What the caps of the team and of the project leave to be spent now; None where neither has one."""
    price = Price.of(project.team_id)
    left = []
    for whose, month, cap_micro in (
        (None, month_of(timezone.now()), price.monthly_cap_micro),
        (project, EVER, project.cap_micro),
    ):
        if cap_micro is not None:
            account = Spend.objects.filter(
                team=project.team_id, project=whose, month=month, currency=price.currency
            )
            spent_micro = account.values_list("amount_micro", flat=True).first() or 0
            left.append(max(cap_micro - spent_micro, 0))
    return min(left, default=None)


def reserve(take: Take, line: Line, *, at: datetime | None = None) -> Call:
    """Set aside what a call for this line (or part of one) may cost, and write it down; the call may then be made.

    Renews the take's claim. Raises Refused (``claim_lost``), CapReached, and BeingSpoken for a bulk take whose twin in
    the project has begun; all leave nothing behind. The rows of what is spent are held until the end of the
    transaction, so that of any number of workers only so many come through as the caps allow, and only one of equal
    lines.
    """
    characters = billing_characters(line.spoken)
    with transaction.atomic():
        if not claims.renew(take):
            raise errors.Refused(
                gettext_noop("This line was taken over by another worker."), code="claim_lost"
            )
        ((project_cap_micro, currency, per_10k_micro, monthly_cap_micro),) = _prices().rows(
            project=take.project_id
        )
        price = Price() if currency is None else Price(currency=currency, per_10k_micro=per_10k_micro)
        call = Call(
            take=take,
            team_id=take.team_id,
            project_id=take.project_id,
            person_id=take.created_by_id,
            at=at or timezone.now(),
            voice=line.voice[:80],
            characters=characters,
            per_10k_micro=price.per_10k_micro,
            amount_micro=cost_micro(characters, price.per_10k_micro),
            currency=price.currency,
        )
        _set_aside(call, project_id=None, month=month_of(call.at), cap_micro=monthly_cap_micro)
        _set_aside(call, project_id=take.project_id, month=EVER, cap_micro=project_cap_micro)
        _raise_if_spoken(take)
        direct.insert(call)
    return call


def reserve_trial(team: Team, line: Line, *, by: User | None) -> Call:
    """The same for a call that belongs to no take and no project: only the team's cap holds for it."""
    price = Price.of(team.pk)
    characters = billing_characters(line.spoken)
    call = Call(
        team=team,
        person=by,
        at=timezone.now(),
        voice=line.voice[:80],
        characters=characters,
        per_10k_micro=price.per_10k_micro,
        amount_micro=cost_micro(characters, price.per_10k_micro),
        currency=price.currency,
    )
    with transaction.atomic():
        _set_aside(call, project_id=None, month=month_of(call.at), cap_micro=price.monthly_cap_micro)
        call.save(force_insert=True)
    return call


@functools.cache
def _prices() -> Prepared:
    """What a project's calls cost now and may cost together. Blank: project."""
    project = Project.objects.filter(pk=Blank(Project, "pk", "project"))
    price = ("currency", "per_10k_micro", "monthly_cap_micro")
    return Prepared(project.values_list("cap_micro", *(f"team__price__{name}" for name in price)))


def _set_aside(call: Call, *, project_id: int | None, month: date, cap_micro: int | None) -> None:
    account: dict[str, Any] = {
        "team": call.team_id,
        "project": project_id,
        "month": month,
        "currency": call.currency,
    }
    added = {"amount_micro": Plus(call.amount_micro), "characters": Plus(call.characters)}
    within = account
    if cap_micro is not None:
        within = account | {"amount_micro": AtMost(cap_micro - call.amount_micro)}
    if direct.update(Spend, within, **added):
        return
    # Two workers may make the same row at once: the second one's is dropped, and both go on with the first's.
    fresh = Spend(team_id=call.team_id, project_id=project_id, month=month, currency=call.currency)
    Spend.objects.bulk_create([fresh], ignore_conflicts=True)
    if not direct.update(Spend, within, **added):
        spent = Spend.objects.get(team=call.team_id, project=project_id, month=month, currency=call.currency)
        raise _cap_reached(call, project_id, cap_micro or 0, spent.amount_micro)


def _cap_reached(call: Call, project_id: int | None, cap_micro: int, spent_micro: int) -> CapReached:
    cap, spent, needed = (
        money(micro, call.currency) for micro in (cap_micro, spent_micro, call.amount_micro)
    )
    if project_id is None:
        words = TEAM_CAP % {"team": call.team, "cap": cap, "spent": spent, "needed": needed}
    else:
        words = PROJECT_CAP % {"cap": cap, "spent": spent, "needed": needed}
    return CapReached(
        words,
        code="cap_reached",
    )


def _raise_if_spoken(take: Take) -> None:
    """Raise BeingSpoken where a twin has begun to call, or is ready, while this take has not begun.

    Asked while the project's account is held, so that of two twins the second always sees the first.
    """
    if take.priority == Priority.CLICK:
        return  # a new take was asked for
    same = {"digest": take.digest, "model": take.model, "host": take.host}
    twins = _twins().rows(project=take.project_id, but=take.pk, **same)
    if twins and not Take.objects.filter(_has_begun(), pk=take.pk).exists():
        twin_id, status = twins[0]
        raise BeingSpoken(twin_id, is_ready=status == TakeStatus.READY)


@functools.cache
def _twins() -> Prepared:
    """A twin that is ready, else one that has begun, with its status. Blanks: project, digest, model, host, but."""
    said = {name: Blank(Take, name) for name in ("digest", "model", "host")}
    twins = Take.objects.twins(project=Blank(Take, "project"), but=Blank(Take, "pk", "but"), **said)
    begun = Q(status=TakeStatus.READY) | Q(status=TakeStatus.RUNNING) & _has_begun()
    ready_first = Case(When(status=TakeStatus.READY, then=0), default=1)
    return Prepared(twins.filter(begun).order_by(ready_first, "-pk").values_list("pk", "status")[:1])


def _has_begun() -> Q:
    """Of takes: a call was made under the present claim."""
    return Q(Exists(Call.objects.filter(take=OuterRef("pk"), at__gte=OuterRef("claimed_at"))))


def settle(
    call: Call,
    *,
    speech: Speech | None = None,
    error: errors.SpeechError | None = None,
    heard: bool = False,
    duration_ms: int | None = None,
) -> None:
    """Write down how a reserved call ended, and correct what is spent; a call that is settled stays as it is.

    speech: what came of it, charged with the characters the endpoint says. error: why nothing came; ``heard``
    says that some sound had arrived before it. With neither, nobody knows what the call cost.
    """
    characters, state = call.characters, CallState.UNKNOWN
    request_id = code = ""
    if speech is not None:
        state, request_id = CallState.CHARGED, speech.request_id
        characters = _billed(speech, characters)
    elif error is not None:
        request_id, code = error.request_id, error.code
        if costs_nothing(error, heard=heard):
            state, characters = CallState.FREE, 0
    amount_micro = cost_micro(characters, call.per_10k_micro)
    with transaction.atomic():
        moved = direct.update(
            Call,
            {"pk": call.pk, "state": sources(MOVES, state)},
            state=state,
            characters=characters,
            amount_micro=amount_micro,
            request_id=request_id[:200],
            error_code=code[:100],
            duration_ms=duration_ms,
        )
        if moved:
            _correct(call, amount_micro - call.amount_micro, characters - call.characters)


def _billed(speech: Speech, expected: int) -> int:
    """What the endpoint says it billed, where it says anything that can be."""
    said = speech.characters or 0
    return min(said, MOST_CHARACTERS) if said > 0 else expected


def _correct(call: Call, amount_micro: int, characters: int) -> None:
    """Add a difference to the month of the call and to its project, in the order in which ``reserve`` holds them."""
    if not amount_micro and not characters:
        return
    for project_id, month in ((None, month_of(call.at)), (call.project_id, EVER)):
        direct.update(
            Spend,
            {"team": call.team_id, "project": project_id, "month": month, "currency": call.currency},
            amount_micro=Plus(amount_micro),
            characters=Plus(characters),
        )


def costs_nothing(error: errors.SpeechError, *, heard: bool) -> bool:
    """Whether a failed call surely was not charged; docs/money.md has the table. In doubt it may have been."""
    code = error.code.lower()
    if heard or code in AFTER_SPEECH:
        return False
    if code in NEVER_SENT:
        # With a request id it was the download that failed: by then the endpoint had spoken.
        return not error.request_id
    if isinstance(error, errors.Unavailable):
        return False
    if code in CONTENT_CODES:
        return error.status is not None and 400 <= error.status < 500
    return True


def sweep(now: datetime | None = None) -> int:
    """Calls left open by a worker that is gone may have been charged: they stay counted. Return how many."""
    before = (now or timezone.now()) - claims.lease()
    return Call.objects.filter(state=CallState.OPEN, at__lt=before).move(to=CallState.UNKNOWN)
