"""From a claimed take to stored audio, against the stand-in endpoint over real HTTP."""

from datetime import timedelta

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from projects.actions import claims, endpoint, holds, paragraphs, pieces, rendering, takes
from projects.audio import wav
from projects.models import Call, CallState, Hold, Paragraph, Run, RunState, Script, Take, TakeStatus
from projects.speech.standin.server import Standin
from tests import factories
from tests.cast import Cast


def queue(script: Script, **options: object) -> list[Take]:
    return takes.request(script, script.paragraphs.all(), by=None, **options)  # type: ignore[arg-type]


def turn() -> rendering.Outcome:
    """Claim the next take and make it."""
    take = claims.claim(worker="test")
    assert take is not None
    return rendering.render(take, endpoint.configured())


def hurry() -> None:
    """Let nothing wait for a later moment."""
    Take.objects.update(not_before=None)


def test_a_take_is_called_stored_measured_and_chosen(cast: Cast, standin: Standin) -> None:
    script = factories.script(cast.team, lines=1, voice="Maia", language="English", instructions="Slowly.")
    queue(script)
    assert turn().status == TakeStatus.READY
    take = Take.objects.get()
    line = script.paragraphs.get()
    assert line.chosen == take
    with default_storage.open(take.audio) as file:
        reader = wav.open_frames(file)
        assert reader.frames == take.frames
        samples = reader.read(take.frames)
    assert take.duration_ms == round(take.frames / 24)
    assert take.peak_dbfs == pytest.approx(
        20 * np.log10(np.abs(samples.astype(float)).max() / 32768), abs=0.01
    )
    assert take.rms_dbfs < take.peak_dbfs < 0  # type: ignore[operator]
    assert take.lead_silence_ms is not None
    assert len(take.peaks) == 2 * -(-take.frames // 480)
    assert (take.claim_token, Call.objects.count()) == (None, 1)
    (call,) = standin.calls
    assert (call.input, call.voice, call.language_type, call.instructions) == (
        line.text,
        "Maia",
        "English",
        "Slowly.",
    )
    assert Call.objects.get().characters == len(line.text)


def test_streaming_gives_the_same_audio(cast: Cast, standin: Standin) -> None:
    script = factories.script(cast.team, lines=1)
    queue(script)
    turn()
    queue(script, fresh=True)
    take = claims.claim(worker="test")
    assert take is not None
    rendering.render(take, endpoint.connect(standin.url, standin.token, stream=True))
    first, second = Take.objects.order_by("number")
    assert [call.stream for call in standin.calls] == [False, True]
    assert first.audio == second.audio


def test_a_long_line_is_spoken_in_parts_and_joined(cast: Cast, standin: Standin) -> None:
    script = factories.script(cast.team, lines=1)
    line = script.paragraphs.get()
    line.text = " ".join(
        f"This is sentence number {n} of a long paragraph, and it goes on." for n in range(30)
    )
    paragraphs.edit(line, project=script.project, by=None)
    queue(script)
    assert turn().status == TakeStatus.READY
    take = Take.objects.get()
    assert Call.objects.filter(take=take).count() == len(standin.calls) > 2
    assert all(len(call.input.encode()) <= 600 for call in standin.calls)
    assert " ".join(call.input for call in standin.calls) == line.text
    assert not pieces.folder_of(take.pk).exists()


@pytest.mark.one_database
def test_parts_that_were_paid_for_are_not_called_again(cast: Cast, standin: Standin) -> None:
    script = factories.script(cast.team, lines=1)
    line = script.paragraphs.get()
    line.text = " ".join(
        f"This is sentence number {n} of a long paragraph, and it goes on." for n in range(30)
    )
    paragraphs.edit(line, project=script.project, by=None)
    queue(script)
    standin.fail("ok", "ok", "html-502")
    assert turn().status == TakeStatus.QUEUED
    done = [call.input for call in standin.calls if call.status == 200]
    assert len(done) == 2
    hurry()
    assert turn().status == TakeStatus.READY
    good = [call.input for call in standin.calls if call.status == 200]
    assert len(good) == len(set(good))
    assert " ".join(good) == line.text


@pytest.mark.parametrize("is_fetched", [True, False], ids=["on disk", "still behind its link"])
def test_a_worker_killed_with_sound_on_disk_loses_nothing_and_without_it_the_call_is_made_again(
    cast: Cast, standin: Standin, is_fetched: bool
) -> None:
    script = factories.script(cast.team, lines=1)
    queue(script)
    killed = claims.claim(worker="killed")
    assert killed is not None
    spoken = rendering.speak(killed, endpoint.configured())
    assert isinstance(spoken, pieces.Spoken)
    if is_fetched:
        spoken.fetch()
    Take.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert claims.sweep() == 1
    assert turn().status == TakeStatus.READY
    calls = 1 if is_fetched else 2
    assert (len(standin.calls), Call.objects.count()) == (calls, calls)
    assert not Call.objects.filter(state=CallState.FREE).exists()
    assert not pieces.folder_of(killed.pk).exists()


def test_of_a_long_line_only_the_last_sound_waits_behind_its_link(cast: Cast, standin: Standin) -> None:
    script = factories.script(cast.team, lines=1)
    line = script.paragraphs.get()
    line.text = " ".join(f"This is sentence number {n} of a long paragraph." for n in range(30))
    paragraphs.edit(line, project=script.project, by=None)
    queue(script)
    take = claims.claim(worker="test")
    assert take is not None
    spoken = rendering.speak(take, endpoint.configured())
    assert isinstance(spoken, pieces.Spoken)
    states = list(Call.objects.order_by("pk").values_list("state", flat=True))
    assert states == [*[CallState.CHARGED] * (len(standin.calls) - 1), CallState.OPEN]
    assert len(list(pieces.folder_of(take.pk).glob("*.pcm"))) == len(standin.calls) - 1
    assert rendering.complete(take, spoken).status == TakeStatus.READY
    assert set(Call.objects.values_list("state", flat=True)) == {CallState.CHARGED}


def test_a_smaller_limit_than_believed_is_learned_from_the_refusal(cast: Cast, standin: Standin) -> None:
    standin.settings.limit = 200
    script = factories.script(cast.team, lines=1)
    line = script.paragraphs.get()
    line.text = " ".join(f"This is sentence number {n} of a paragraph." for n in range(12))
    paragraphs.edit(line, project=script.project, by=None)
    queue(script)
    assert turn().status == TakeStatus.READY
    assert [call.status for call in standin.calls if len(call.input) > 200] == [400]


@pytest.mark.parametrize("fault", ["html-502", "reset", "url-short", "audio-null", "ok-code:InternalError"])
def test_what_may_pass_is_tried_again(cast: Cast, standin: Standin, fault: str) -> None:
    script = factories.script(cast.team, lines=1)
    queue(script)
    standin.fail(fault)
    assert turn().status == TakeStatus.QUEUED
    take = Take.objects.get()
    assert take.attempts == 1
    assert take.not_before > timezone.now()  # type: ignore[operator]
    assert claims.claim(worker="test") is None
    hurry()
    assert turn().status == TakeStatus.READY


def test_after_five_failures_the_line_says_why(cast: Cast, standin: Standin) -> None:
    script = factories.script(cast.team, lines=1)
    queue(script)
    standin.fail(*["html-503"] * 5)
    for _ in range(4):
        assert turn().status == TakeStatus.QUEUED
        hurry()
    assert turn().status == TakeStatus.FAILED
    take = Take.objects.get()
    assert take.error_reason.endswith(".")
    assert (take.attempts, Call.objects.count(), take.audio) == (4, 5, "")


def test_while_nobody_answers_a_line_waits_says_so_and_fails_only_after_long(
    cast: Cast, standin: Standin
) -> None:
    script = factories.script(cast.team, lines=1)
    queue(script)
    standin.stop()
    for _ in range(rendering.ATTEMPTS + 3):
        assert turn().status == TakeStatus.QUEUED
        hurry()
    take = Take.objects.get()
    assert (take.attempts, take.error_code) == (rendering.ATTEMPTS + 3, "unreachable")
    assert take.error_reason.endswith("The line is tried again by itself.")
    Take.objects.update(attempts=rendering.ATTEMPTS_WHEN_BUSY - 1)
    assert turn().status == TakeStatus.FAILED
    take.refresh_from_db()
    assert "cannot be reached" in take.error_reason
    assert "by itself" not in take.error_reason


def test_without_room_for_its_sound_no_call_is_made(
    cast: Cast, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = factories.script(cast.team, lines=1)
    queue(script)
    with monkeypatch.context() as patch:
        patch.setattr(pieces, "ROOM_BYTES", 2**62)
        assert turn().status == TakeStatus.QUEUED
    take = Take.objects.get()
    assert (take.error_code, len(standin.calls), Call.objects.count()) == (pieces.DISK_FULL, 0, 0)
    assert take.error_reason.startswith("The disk is full")
    hurry()
    assert turn().status == TakeStatus.READY
    take.refresh_from_db()
    assert (take.error_code, take.error_reason) == ("", "")


def test_a_refused_text_fails_at_once_and_the_others_go_on(cast: Cast, standin: Standin) -> None:
    script = factories.script(cast.team, lines=2)
    queue(script)
    standin.fail("ali:400:DataInspectionFailed")
    assert turn().status == TakeStatus.FAILED
    assert turn().status == TakeStatus.READY
    failed = Take.objects.get(status=TakeStatus.FAILED)
    assert failed.error_code == "DataInspectionFailed"
    assert script.paragraphs.first().latest == failed  # type: ignore[union-attr]


def test_too_many_requests_costs_no_attempt_of_the_line_and_waits_as_long_as_asked(
    cast: Cast, standin: Standin
) -> None:
    script = factories.script(cast.team, lines=1)
    queue(script)
    standin.fail("429-seconds")
    before = timezone.now()
    assert turn().status == TakeStatus.QUEUED
    take = Take.objects.get()
    assert before + timedelta(seconds=0.9) < take.not_before < timezone.now() + timedelta(seconds=2)  # type: ignore[operator]


def test_an_unpaid_account_holds_its_team_and_no_other(cast: Cast, standin: Standin) -> None:
    mine, theirs = factories.script(cast.team), factories.script(cast.other_team)
    queue(mine)
    standin.fail("ali:400:Arrearage")
    assert turn().status == TakeStatus.QUEUED
    assert len(standin.calls) == 1
    hold = Hold.objects.get()
    assert (hold.team, hold.code) == (cast.team, "Arrearage")
    assert "in arrears" in hold.reason
    assert {(take.status, take.attempts, take.error_code) for take in Take.objects.all()} == {
        ("queued", 0, "")
    }
    assert claims.claim(worker="test") is None
    queue(theirs)
    assert [turn().status for _ in range(3)] == [TakeStatus.READY] * 3
    assert claims.claim(worker="test") is None
    holds.lift(cast.team, by=cast.editor)
    assert [turn().status for _ in range(3)] == [TakeStatus.READY] * 3
    assert set(Run.objects.values_list("state", flat=True)) == {RunState.DONE}


def test_lines_in_flight_when_the_team_is_held_change_nothing_of_the_reason(
    cast: Cast, standin: Standin
) -> None:
    script = factories.script(cast.team)
    queue(script)
    first, second = claims.claim(worker="a"), claims.claim(worker="b")
    standin.fail("ali:400:Arrearage", "ali:401:InvalidApiKey")
    for take in (first, second):
        assert take is not None
        assert rendering.render(take, endpoint.configured()).status == TakeStatus.QUEUED
    assert Hold.objects.get().code == "Arrearage"


def test_an_edit_during_the_call_leaves_the_take_unchosen(cast: Cast, standin: Standin) -> None:
    script = factories.script(cast.team, lines=1)
    queue(script)
    take = claims.claim(worker="test")
    line = Paragraph.objects.select_related("latest", "chosen").get()
    line.text = "Something else."
    paragraphs.edit(line, project=script.project, by=None)
    assert take is not None
    assert rendering.render(take, endpoint.configured()).status == TakeStatus.READY
    line.refresh_from_db()
    assert line.chosen is None
    assert line.takes.get().text != line.text


def test_a_slow_worker_that_lost_its_claim_overwrites_nothing(cast: Cast, standin: Standin) -> None:
    script = factories.script(cast.team, lines=1)
    queue(script)
    slow = claims.claim(worker="slow")
    Take.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert claims.sweep() == 1
    assert turn().status == TakeStatus.READY
    kept = Take.objects.get()
    assert slow is not None
    stored = rendering.store(factories.sound(300))
    assert rendering.finish(slow, request_id="late", **stored).status == TakeStatus.CANCELLED
    assert Take.objects.get().audio == kept.audio


def test_a_worker_that_lost_its_claim_pays_for_no_call(cast: Cast, standin: Standin) -> None:
    script = factories.script(cast.team, lines=1)
    queue(script)
    slow = claims.claim(worker="slow")
    Take.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    claims.sweep()
    assert slow is not None
    rendering.render(slow, endpoint.configured())
    assert standin.calls == []


def test_equal_lines_of_one_batch_are_paid_once(cast: Cast, standin: Standin) -> None:
    script = factories.script(cast.team, lines=2)
    one, two = script.paragraphs.all()
    two.text = one.text
    paragraphs.edit(two, project=script.project, by=None)
    queue(script)
    assert turn().status == TakeStatus.READY
    assert turn().status == TakeStatus.READY
    assert len(standin.calls) == 1
    assert len(set(Take.objects.values_list("audio", flat=True))) == 1
    assert all(line.chosen for line in script.paragraphs.all())


def test_of_equal_lines_that_are_claimed_at_once_one_is_paid(cast: Cast, standin: Standin) -> None:
    script = factories.script(cast.team, lines=2)
    one, two = script.paragraphs.all()
    two.text = one.text
    paragraphs.edit(two, project=script.project, by=None)
    queue(script)
    for take in [claims.claim(worker="a"), claims.claim(worker="b")][::-1]:
        assert take is not None
        assert rendering.render(take, endpoint.configured()).status == TakeStatus.READY
    assert len(standin.calls) == 1
    assert [take.reused_from_id for take in Take.objects.order_by("-pk")] == [None, take.pk + 1]


def test_nothing_half_written_stays_when_the_disk_is_full(
    cast: Cast, standin: Standin, settings: object, tmp_path: object
) -> None:
    settings.MEDIA_ROOT = "/dev/full/media"  # type: ignore[attr-defined]
    script = factories.script(cast.team, lines=1)
    queue(script)
    assert turn().status == TakeStatus.QUEUED
    take = Take.objects.get()
    assert take.audio == ""
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    hurry()
    assert turn().status == TakeStatus.READY


def test_a_line_without_a_word_is_refused_before_any_call(cast: Cast, standin: Standin) -> None:
    script = factories.script(cast.team, lines=1)
    script.paragraphs.update(text="* * *")
    queue(script)
    assert turn().status == TakeStatus.FAILED
    assert (Take.objects.get().error_code, standin.calls) == ("empty_text", [])
