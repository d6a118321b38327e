"""The ledger: what is set aside before a call, what is charged after it, and caps that hold whoever calls."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.actions import claims, endpoint, money, paragraphs, rendering, takes
from projects.models import Call, CallState, Price, Project, Script, Spend, Take, TakeStatus
from projects.models.money import EVER, MICRO, month_of
from projects.speech import errors
from projects.speech.errors import Busy, Refused, SpeechError, Stopped, TooLong, Unavailable
from projects.speech.line import Line
from projects.speech.speaking import Speech
from projects.speech.standin.server import Standin
from tests import factories
from tests.cast import Cast

LINE = Line("Twenty characters ok", "Neil")  # 20 characters: 1,600 millionths at the default price
COST = 1_600


def take_of(script: Script) -> Take:
    """A claimed take of the script's first line."""
    takes.request(script, script.paragraphs.all()[:1], by=None)
    take = claims.claim(worker="test", among=Take.objects.filter(paragraph__script=script))
    assert take is not None
    return take


@pytest.fixture
def take(cast: Cast) -> Take:
    return take_of(factories.script(cast.team, lines=1))


def spent(take: Take, *, project: bool = False, month: date | None = None) -> int:
    """What the account of the take's team, or project, has come to, in millionths."""
    account = Spend.objects.filter(team=take.team_id, project=take.project if project else None)
    found = account.filter(month=EVER if project else month or month_of(timezone.now())).first()
    return found.amount_micro if found else 0


def cap(take: Take, **caps: int) -> None:
    if "project" in caps:
        Project.objects.filter(pk=take.project_id).update(cap_micro=caps["project"])
    if "team" in caps:
        Price.objects.update_or_create(team_id=take.team_id, defaults={"monthly_cap_micro": caps["team"]})


def test_a_reserved_call_stands_in_the_ledger_before_it_is_made(take: Take) -> None:
    call = money.reserve(take, LINE)
    row = Call.objects.get()
    assert row == call
    assert (row.state, row.characters, row.amount_micro, row.currency) == (CallState.OPEN, 20, COST, "CNY")
    assert (row.take, row.team_id, row.project_id, row.voice) == (take, take.team_id, take.project_id, "Neil")
    assert spent(take) == spent(take, project=True) == COST
    money.reserve(take, LINE)
    assert spent(take) == spent(take, project=True) == 2 * COST
    assert Spend.objects.count() == 2


def test_what_the_endpoint_says_it_billed_is_charged(take: Take) -> None:
    call = money.reserve(take, LINE)
    money.settle(call, speech=Speech(b"", "r-1", 25), duration_ms=120)
    row = Call.objects.get()
    assert (row.state, row.characters, row.amount_micro) == (CallState.CHARGED, 25, 2_000)
    assert (row.request_id, row.error_code, row.duration_ms) == ("r-1", "", 120)
    assert spent(take) == spent(take, project=True) == 2_000
    assert set(Spend.objects.values_list("characters", flat=True)) == {25}


@pytest.mark.parametrize(("said", "charged"), [(None, 20), (0, 20), (-3, 20), (19, 19), (10**12, 2**31 - 1)])
def test_a_bill_that_cannot_be_is_not_believed(take: Take, said: int | None, charged: int) -> None:
    money.settle(money.reserve(take, LINE), speech=Speech(b"", "", said))
    assert Call.objects.get().characters == charged


def test_the_price_of_the_moment_of_the_call_counts(take: Take) -> None:
    call = money.reserve(take, LINE)
    Price.objects.create(team_id=take.team_id, per_10k_micro=5 * MICRO)
    money.settle(call, speech=Speech(b"", "", 30))
    assert Call.objects.get().amount_micro == 2_400
    assert money.reserve(take, LINE).amount_micro == 10_000


FREE, UNKNOWN = CallState.FREE, CallState.UNKNOWN


@pytest.mark.parametrize(
    ("error", "heard", "state"),
    [
        (Unavailable(code="unreachable"), False, FREE),
        (Unavailable(code="dns_failed"), False, FREE),
        (Unavailable(code="dns_failed", request_id="r"), False, UNKNOWN),  # of the audio's host
        (Refused(code="claim_lost"), False, FREE),
        (TooLong(code="over_budget"), False, FREE),
        (Unavailable(code="tls_failed"), False, UNKNOWN),
        (Unavailable(code="deadline_passed"), False, UNKNOWN),
        (Unavailable(code="stalled"), False, UNKNOWN),
        (Unavailable(code="connection_lost"), False, UNKNOWN),
        (Unavailable(code="cut_short", status=200), True, UNKNOWN),
        (Unavailable(code="bad_audio", status=200), True, UNKNOWN),
        (Unavailable(code="InternalError", status=500), False, UNKNOWN),
        (Unavailable(code="http_502", status=502), False, UNKNOWN),
        (Unavailable(code="RequestTimeOut", status=408), False, UNKNOWN),
        (Unavailable(code="audio_expired", status=403, request_id="r"), False, UNKNOWN),
        (Stopped(code="audio_host_refused", request_id="r"), False, UNKNOWN),
        (Refused(code="InvalidParameter", status=400), False, FREE),
        (Refused(code="InternalError.Algo.InvalidParameter", status=500), False, FREE),
        (TooLong(code="InvalidParameter", status=400), False, FREE),
        (Busy(code="Throttling.RateQuota", status=429), False, FREE),
        (Busy(code="Throttling.RateQuota", status=200), False, FREE),
        (Busy(code="Throttling.RateQuota", status=200), True, UNKNOWN),
        (Stopped(code="Arrearage", status=400), False, FREE),
        (Stopped(code="InvalidApiKey", status=401), False, FREE),
        (Refused(code="DataInspectionFailed", status=400), False, FREE),
        (Refused(code="DataInspectionFailed", status=200), False, UNKNOWN),
    ],
)
def test_a_failed_call_is_free_only_where_that_is_sure(
    take: Take, error: SpeechError, heard: bool, state: str
) -> None:
    money.settle(money.reserve(take, LINE), error=error, heard=heard)
    row = Call.objects.get()
    assert (row.state, row.error_code) == (state, error.code)
    assert row.amount_micro == spent(take) == spent(take, project=True) == (0 if state == FREE else COST)


def test_settling_twice_changes_nothing(take: Take) -> None:
    call = money.reserve(take, LINE)
    money.settle(call, error=Refused(code="x", status=400))
    money.settle(call, speech=Speech(b"", "", 500))
    assert (Call.objects.get().state, spent(take)) == (FREE, 0)


@pytest.mark.parametrize("whose", ["team", "project"])
def test_a_cap_is_never_passed_and_the_sentence_says_which(take: Take, whose: str) -> None:
    cap(take, **{whose: 2 * COST + 100})
    money.reserve(take, LINE)
    money.reserve(take, LINE)
    with pytest.raises(money.CapReached) as caught:
        money.reserve(take, LINE)
    assert caught.value.code == "cap_reached"
    assert "under ¥ 0.01" in caught.value.message
    assert ("this project" if whose == "project" else "Night Desk") in caught.value.message
    assert "admin or owner" in caught.value.message
    assert Call.objects.count() == 2
    assert spent(take) == spent(take, project=True) == 2 * COST  # the refused one left nothing in either


def test_what_a_failed_call_sets_free_can_be_spent(take: Take) -> None:
    cap(take, team=COST)
    call = money.reserve(take, LINE)
    with pytest.raises(money.CapReached):
        money.reserve(take, LINE)
    money.settle(call, error=Busy(code="Throttling", status=429))
    assert money.reserve(take, LINE).amount_micro == COST


def test_a_cap_of_nothing_lets_through_only_what_costs_nothing(take: Take) -> None:
    cap(take, team=0)
    with pytest.raises(money.CapReached, match="¥ 0.00"):
        money.reserve(take, LINE)
    Price.objects.update(per_10k_micro=0)
    assert money.reserve(take, LINE).amount_micro == 0


def test_a_month_ends_at_midnight_utc_and_a_project_never(take: Take) -> None:
    cap(take, team=COST)
    last = datetime(2026, 12, 31, 23, 59, 59, 999_999, UTC)
    new_year = last + timedelta(microseconds=1)
    december = money.reserve(take, LINE, at=last)
    with pytest.raises(money.CapReached):
        money.reserve(take, LINE, at=last)
    money.reserve(take, LINE, at=new_year)
    money.settle(december, speech=Speech(b"", "", 10))  # after the turn of the year: December is corrected
    assert spent(take, month=date(2026, 12, 1)) == COST // 2
    assert spent(take, month=date(2027, 1, 1)) == COST
    assert spent(take, project=True) == COST + COST // 2
    assert list(Call.objects.in_month(date(2026, 12, 1))) == [december]
    assert Call.objects.in_month(date(2027, 1, 1)).count() == 1
    tokyo = datetime.fromisoformat("2027-01-01T08:59:00+09:00")
    assert month_of(tokyo) == date(2026, 12, 1)


def test_amounts_of_two_currencies_are_never_added(take: Take) -> None:
    cap(take, team=COST)
    money.reserve(take, LINE)
    Price.objects.update(currency="USD")
    call = money.reserve(take, LINE)
    assert call.currency == "USD"
    rows = Spend.objects.filter(project=None).order_by("currency").values_list("currency", "amount_micro")
    assert list(rows) == [("CNY", COST), ("USD", COST)]
    with pytest.raises(money.CapReached, match=r"\$ 0.00|under \$ 0.01"):
        money.reserve(take, LINE)


def test_the_sweep_leaves_what_a_lost_worker_had_open_counted(take: Take) -> None:
    now = timezone.now()
    old = money.reserve(take, LINE, at=now - claims.lease() - timedelta(seconds=1))
    young = money.reserve(take, LINE, at=now)
    assert money.sweep(now) == 1
    assert money.sweep(now) == 0
    assert (Call.objects.get(pk=old.pk).state, Call.objects.get(pk=young.pk).state) == (
        UNKNOWN,
        CallState.OPEN,
    )
    assert spent(take, project=True) == 2 * COST
    money.settle(old, error=Refused(code="x", status=400))  # it was only slow, and knows better
    assert Call.objects.get(pk=old.pk).state == FREE
    assert spent(take, project=True) == COST


def test_setting_aside_and_settling_costs_few_queries(take: Take) -> None:
    money.reserve(take, LINE)
    with CaptureQueriesContext(connection) as queries:
        call = money.reserve(take, LINE)
    # savepoint, claim, prices, two accounts, twins, the row (and whether it has begun), release
    assert len(queries) <= 9
    with CaptureQueriesContext(connection) as queries:
        money.settle(call, speech=Speech(b"", "", 20))
    assert len(queries) <= 3


# Through the workers, with the stand-in counting the calls.


def all_turns(workers: int) -> None:
    """Let so many workers, each in a thread of its own, make everything that waits."""
    speech = endpoint.configured()
    start = threading.Barrier(workers)
    faults: list[BaseException] = []

    def work() -> None:
        try:
            start.wait(100)
            while Take.objects.active().exists():
                Take.objects.filter(status=TakeStatus.QUEUED).update(not_before=None)
                take = claims.claim(worker=threading.current_thread().name)
                if take is not None:
                    rendering.render(take, speech)
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert faults == []
    assert not any(thread.is_alive() for thread in threads)


def same_length(script: Script, text: str = "Line {:04} has words.") -> None:
    for number, line in enumerate(script.paragraphs.all(), start=1):
        line.text = text.format(number)
        paragraphs.edit(line, project=script.project, by=None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("whose", ["team", "project"])
def test_of_many_workers_exactly_as_many_call_as_the_cap_allows(
    transactional_db: None, cast: Cast, standin: Standin, whose: str
) -> None:
    script = factories.script(cast.team, lines=20)
    same_length(script)
    one_micro = 80 * len(script.paragraphs.all()[0].text)
    first = takes.request(script, script.paragraphs.all(), by=cast.editor)[0]
    cap(first, **{whose: 7 * one_micro + one_micro // 2})
    all_turns(6)
    assert len(standin.calls) == 7
    assert Take.objects.filter(status=TakeStatus.READY).count() == 7
    refused = Take.objects.filter(status=TakeStatus.FAILED)
    assert {take.error_code for take in refused} == {"cap_reached"}
    assert refused.count() == 13
    assert set(Call.objects.values_list("state", "person")) == {(CallState.CHARGED, cast.editor.pk)}
    assert spent(first) == spent(first, project=True) == 7 * one_micro


@pytest.mark.django_db(transaction=True)
def test_fifty_equal_lines_are_one_charged_call_however_many_workers(
    transactional_db: None, cast: Cast, standin: Standin
) -> None:
    script = factories.script(cast.team, lines=50)
    same_length(script, "They all say this.")
    takes.request(script, script.paragraphs.all(), by=None)
    standin.settings.latency_s = 0.1
    all_turns(6)
    assert len(standin.calls) == 1
    assert [call.state for call in Call.objects.all()] == [CallState.CHARGED]
    assert script.paragraphs.missing().count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_line_whose_later_twin_has_begun_waits_for_it(
    transactional_db: None, cast: Cast, standin: Standin
) -> None:
    """The earlier of two equal lines failed once and is due again while the later one is being made."""
    script = factories.script(cast.team, lines=2)
    same_length(script, "They both say this.")
    one, two = takes.request(script, script.paragraphs.all(), by=None)
    later = claims.claim(worker="b", among=Take.objects.filter(pk=two.pk))
    assert later is not None
    money.reserve(later, later.line)
    earlier = claims.claim(worker="a", among=Take.objects.filter(pk=one.pk))
    assert earlier is not None
    assert rendering.render(earlier, endpoint.configured()).status == TakeStatus.QUEUED
    assert standin.calls == []
    assert Call.objects.count() == 1


def test_a_new_take_of_the_same_words_is_paid_for_when_it_is_asked_for(cast: Cast, standin: Standin) -> None:
    script = factories.script(cast.team, lines=1)
    for fresh in (False, False, True):
        takes.request(script, script.paragraphs.all(), by=None, fresh=fresh)
        take = claims.claim(worker="test")
        if take is not None:
            rendering.render(take, endpoint.configured())
    assert [call.state for call in Call.objects.all()] == [CallState.CHARGED] * 2
    assert len(standin.calls) == 2


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ("html-502", UNKNOWN),
        ("reset", UNKNOWN),
        ("url-short", UNKNOWN),
        ("audio-null", UNKNOWN),
        ("ali:400:DataInspectionFailed", FREE),
        ("429-seconds", FREE),
        ("ali:400:Arrearage", FREE),
    ],
)
def test_faults_on_the_wire_are_settled(cast: Cast, standin: Standin, fault: str, state: str) -> None:
    take = take_of(factories.script(cast.team, lines=1))
    standin.fail(fault)
    rendering.render(take, endpoint.configured())
    assert Call.objects.get().state == state
    assert (spent(take) == 0) == (state == FREE)


def test_an_endpoint_that_is_not_there_costs_nothing(cast: Cast, settings: object) -> None:
    settings.SPEECH_URL = "http://127.0.0.1:9"  # type: ignore[attr-defined]
    take = take_of(factories.script(cast.team, lines=1))
    rendering.render(take, endpoint.connect("http://127.0.0.1:9", "token"))
    row = Call.objects.get()
    assert (row.state, row.error_code, row.amount_micro) == (FREE, "unreachable", 0)


def test_a_long_line_is_a_row_for_each_call_and_the_bill_is_that_of_the_calls(
    cast: Cast, standin: Standin
) -> None:
    script = factories.script(cast.team, lines=1)
    same_length(script, " ".join(f"This is sentence number {n} of a long line." for n in range(40)))
    take = take_of(script)
    standin.fail("ok", "html-502")
    assert rendering.render(take, endpoint.configured()).status == TakeStatus.QUEUED
    Take.objects.update(not_before=None)
    again = claims.claim(worker="test")
    assert again is not None
    assert rendering.render(again, endpoint.configured()).status == TakeStatus.READY
    charged = Call.objects.filter(state=CallState.CHARGED)
    assert charged.count() == len(standin.calls) - 1
    assert sum(call.characters for call in charged) == sum(
        call.characters for call in standin.calls if call.status == 200
    )
    assert spent(take) == sum(call.amount_micro for call in Call.objects.all())


def test_a_worker_that_lost_its_claim_has_nothing_set_aside(cast: Cast, standin: Standin) -> None:
    take = take_of(factories.script(cast.team, lines=1))
    Take.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    claims.sweep()
    rendering.render(take, endpoint.configured())
    assert (spent(take), Call.objects.count(), standin.calls) == (0, 0, [])


def test_an_error_of_no_kind_leaves_the_call_unknown(take: Take) -> None:
    money.settle(money.reserve(take, LINE))
    assert Call.objects.get().state == UNKNOWN
    assert issubclass(money.CapReached, errors.Refused)
