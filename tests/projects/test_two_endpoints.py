"""Two teams of one studio, each with an endpoint of another kind: real broker, real HTTP, real files."""

import io
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from narrator.teams.models import Team
from projects import tasks
from projects.actions import accounts, endpoint, exports, holds, narration, takes
from projects.actions.endpoint import Speaker
from projects.models import Call, EndpointKind, ExportStatus, Script, Take, TakeStatus
from projects.speech.standin.server import Standin
from projects.speech.voices import MODEL, VOICE_NAMES
from projects.tasks import pumping
from tests import factories
from tests.cast import Cast
from tests.journeys.waiting import until
from tests.projects.test_tasks import bells

__all__ = ["bells"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two(transactional_db: None, cast: Cast, broker: str, standin: Standin, kokoro: Standin) -> Cast:
    """The cast's team uses the installation's endpoint, the other team one of its own."""
    connect(cast.other_team, kokoro)
    return cast


def connect(team: Team, server: Standin, **fields: object) -> None:
    usual = {"address": server.url, "token": server.token, "model": "kokoro", "listed_voices": VOICE_NAMES}
    factories.endpoint(team, **usual | fields)  # type: ignore[arg-type]


def generate(team: Team, *, lines: int = 2, **fields: object) -> Script:
    script = factories.script(team, lines=lines, **fields)
    tasks.queue_takes(script, script.paragraphs.all(), by=None)
    return script


def statuses(script: Script) -> set[str]:
    return set(Take.objects.filter(project=script.project).values_list("status", flat=True))


def speakers(script: Script) -> set[Speaker]:
    found = Take.objects.filter(project=script.project).values_list("model", "host")
    return {Speaker(*one) for one in found}


def test_each_team_is_spoken_to_by_its_own_endpoint_and_can_export(
    two: Cast, standin: Standin, kokoro: Standin
) -> None:
    ours, theirs = generate(two.team), generate(two.other_team)
    tasks.pump()
    assert (len(standin.calls), len(kokoro.calls)) == (2, 2)
    assert speakers(ours) == {Speaker(MODEL, standin.url.removeprefix("http://"))}
    assert speakers(theirs) == {Speaker("kokoro", kokoro.url.removeprefix("http://"))}
    assert {call.model for call in kokoro.calls} == {"kokoro"}
    for script in (ours, theirs):
        export = exports.request(script.project, [script], format="wav", by=None)
        tasks.assemble_export(export.pk)
        export.refresh_from_db()
        assert export.status == ExportStatus.READY


def test_a_gateway_of_the_teams_own_gets_the_teams_token_model_and_limits(
    transactional_db: None, cast: Cast, broker: str, standin: Standin, settings: object
) -> None:
    with Standin(speech="tone", token="their-token") as gateway:
        settings.PRIVATE_ENDPOINTS = [gateway.url]  # type: ignore[attr-defined]
        kind = EndpointKind.DASHSCOPE
        connect(cast.other_team, gateway, kind=kind, model=MODEL, text_limit=30, stream=True)
        script = generate(cast.other_team, lines=1)
        tasks.pump(cast.other_team.pk)
        assert statuses(script) == {TakeStatus.READY}
        assert {(call.model, call.stream) for call in gateway.calls} == {(MODEL, True)}
        assert len(gateway.calls) == 2  # the line has more than 30 bytes
        assert standin.calls == []
        endpoint.forget_own()


def test_arrears_of_one_account_hold_only_its_team(two: Cast, standin: Standin, kokoro: Standin) -> None:
    ours, theirs = generate(two.team), generate(two.other_team)
    kokoro.fail("401")
    tasks.pump(two.other_team.pk)
    hold = holds.of(two.other_team.pk)
    assert hold is not None
    assert hold.code == "invalid_api_key"
    assert (statuses(ours), statuses(theirs)) == ({TakeStatus.READY}, {TakeStatus.QUEUED})
    assert holds.of(two.team.pk) is None
    holds.lift(two.other_team, by=None)
    tasks.pump(two.other_team.pk)
    assert statuses(theirs) == {TakeStatus.READY}


@pytest.mark.one_database
def test_a_429_of_one_account_slows_down_no_other(two: Cast, standin: Standin, kokoro: Standin) -> None:
    ours, theirs = generate(two.team), generate(two.other_team)
    kokoro.fail("429-seconds")
    other = threading.Thread(target=pump_and_close, args=[two.other_team.pk])
    other.start()
    until(lambda: bool(kokoro.calls), what="the call that is told to wait")
    tasks.pump()
    other.join()
    refused, *others = kokoro.calls
    assert refused.status == 429
    assert others
    ours_at_ease = accounts.of(None).pace.quota.look()
    assert (ours_at_ease.rate, ours_at_ease.reason) == (None, ""), "it was never told to wait"
    assert statuses(ours) == {TakeStatus.READY}
    assert TakeStatus.READY in statuses(theirs)


def pump_and_close(team_id: int) -> None:
    try:
        tasks.pump(team_id)
    finally:
        connection.close()


def test_bells_name_the_account_and_the_sweep_rings_for_each(two: Cast, bells: Callable[[str], int]) -> None:
    for team in (two.team, two.other_team):
        script = factories.script(team, lines=3)
        takes.request(script, script.paragraphs.all(), by=None)
    tasks.sweep()
    assert bells("wake") == 6


@pytest.mark.one_database
def test_one_thread_serves_all_accounts_in_turn(
    two: Cast, standin: Standin, kokoro: Standin, bells: Callable[[str], int]
) -> None:
    standin.settings.latency_s = 0.2
    for team, lines in ((two.team, 12), (two.other_team, 2)):
        script = factories.script(team, lines=lines)
        takes.request(script, script.paragraphs.all(), by=None)
    tasks.pump()
    assert (len(standin.calls), len(kokoro.calls)) == (12, 2)
    assert kokoro.calls[0].at < standin.calls[-1].at
    assert bells("wake") == 0


def test_a_bell_that_finds_all_hands_at_work_ends_unless_a_person_waits(
    two: Cast, standin: Standin, kokoro: Standin
) -> None:
    bulk = factories.script(two.team, lines=3)
    takes.request(bulk, bulk.paragraphs.all(), by=None)
    (first, *_) = factories.script(two.other_team, lines=3).paragraphs.all()
    takes.request(first.script, [first], by=None, fresh=True)
    with ExitStack() as hands:
        while pumping._hands.acquire(blocking=False):
            hands.callback(pumping._hands.release)
        tasks.pump()
        assert standin.calls == []
        tasks.pump(two.other_team.pk, True)
    assert (len(standin.calls), len(kokoro.calls)) == (0, 1)


def test_a_voice_that_the_endpoint_has_not_is_refused_before_any_call(two: Cast, kokoro: Standin) -> None:
    script = generate(two.other_team, lines=1, voice="Nobody")
    tasks.pump(two.other_team.pk)
    take = Take.objects.get(project=script.project)
    assert (take.status, take.error_code) == (TakeStatus.FAILED, "voice_unknown")
    assert not Call.objects.exists()
    assert "no voice named Nobody" in take.error_reason
    assert kokoro.calls == []


def test_an_address_that_is_no_longer_allowed_holds_the_team_with_a_sentence(
    two: Cast, kokoro: Standin, settings: object
) -> None:
    settings.PRIVATE_ENDPOINTS = []  # type: ignore[attr-defined]
    script = generate(two.other_team)
    tasks.pump(two.other_team.pk)
    hold = holds.of(two.other_team.pk)
    assert hold is not None
    assert f"NARRATOR_PRIVATE_ENDPOINTS={kokoro.url}" in hold.reason
    assert statuses(script) == {TakeStatus.QUEUED}
    assert kokoro.calls == []


def test_a_token_whose_key_is_gone_holds_the_team(two: Cast, kokoro: Standin, settings: object) -> None:
    settings.TOKEN_KEYS = ["another-" + "k" * 40]  # type: ignore[attr-defined]
    generate(two.other_team)
    tasks.pump(two.other_team.pk)
    hold = holds.of(two.other_team.pk)
    assert hold is not None
    assert (hold.code, kokoro.calls) == ("token_unopened", [])


def test_after_a_change_of_the_endpoint_nothing_is_stale_and_what_is_new_is_spoken_by_the_new_one(
    transactional_db: None, cast: Cast, broker: str, standin: Standin, kokoro: Standin
) -> None:
    script = generate(cast.team, lines=2)
    tasks.pump()
    chosen = list(script.paragraphs.values_list("chosen", flat=True))
    connect(cast.team, kokoro)
    assert script.paragraphs.missing().count() == 0
    first = script.paragraphs.all()[0]
    twin = factories.manuscripts.add_script(script.project, factories.Chapter.of("II", [first.text]))
    assert len(tasks.queue_takes(twin, twin.paragraphs.all(), by=None)) == 1  # no audio of the other model
    assert tasks.queue_takes(script, script.paragraphs.all(), by=None) == []
    tasks.pump(cast.team.pk)
    assert list(script.paragraphs.values_list("chosen", flat=True)) == chosen
    (take,) = Take.objects.filter(paragraph__script=twin)
    assert (take.status, take.model, take.reused_from) == (TakeStatus.READY, "kokoro", None)
    assert len(kokoro.calls) == 1


def test_narrate_speaks_through_the_endpoint_of_the_team_it_works_for(
    transactional_db: None, broker: str, standin: Standin, kokoro: Standin, tmp_path: Path
) -> None:
    connect(narration.team(), kokoro, listed_voices=["Cherry"])
    book = tmp_path / "book.txt"
    book.write_text("CHAPTER I\n\nThe lamp was lit.\n\nNobody came.\n")
    with pytest.raises(CommandError, match="--voice: choose one of: Cherry"):
        call_command("narrate", book, out=tmp_path / "book.wav", voice="Neil", stderr=io.StringIO())
    call_command("narrate", book, out=tmp_path / "book.wav", voice="cherry", stderr=io.StringIO())
    assert (tmp_path / "book.wav").stat().st_size > 10_000
    assert [call.voice for call in kokoro.calls] == ["Cherry", "Cherry"]
    assert standin.calls == []


@pytest.mark.one_database
def test_narrate_needs_no_endpoint_where_nothing_is_left_to_speak(
    transactional_db: None, broker: str, standin: Standin, settings: object, tmp_path: Path
) -> None:
    book = tmp_path / "book.txt"
    book.write_text("CHAPTER I\n\nThe lamp was lit.\n")
    call_command("narrate", book, out=tmp_path / "book.wav", stderr=io.StringIO())
    settings.SPEECH_URL = ""  # type: ignore[attr-defined]
    told = io.StringIO()
    call_command("narrate", book, out=tmp_path / "again.wav", stderr=told)
    assert (tmp_path / "again.wav").read_bytes() == (tmp_path / "book.wav").read_bytes()
    assert len(standin.calls) == 1
    assert "stand-in" not in told.getvalue()
    settings.SPEECH_URL = standin.url  # type: ignore[attr-defined]
