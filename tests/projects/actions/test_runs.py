"""Runs: what makes one, pausing, resuming, taking back, trying again, the end; and a promised time that never grows."""

import random
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from projects.actions import claims, holds, runs, takes
from projects.actions.roster import Roster
from projects.models import Paragraph, Run, RunState, Script, Take, TakeStatus
from tests import factories
from tests.cast import Cast


def begun(script: Script, **fields: object) -> Run:
    """A run of every line of this script."""
    (first, *_) = takes.request(script, script.paragraphs.all(), by=None)
    assert first.run is not None
    if fields:
        Run.objects.filter(pk=first.run.pk).update(**fields)
    return again(first.run)


def again(run: Run) -> Run:
    return Run.objects.with_counts().get(pk=run.pk)


def settle(count: int, *, to: str = TakeStatus.READY) -> None:
    """Let so many lines come to their end."""
    for _ in range(count):
        take = claims.claim(worker="w")
        assert take is not None
        finish(take, to=to)


def finish(take: Take, *, to: str = TakeStatus.READY) -> None:
    values: dict[str, object] = {"claim_token": None, "lease_until": None, "finished_at": timezone.now()}
    values |= {"audio": "a.wav", "frames": 1} if to == TakeStatus.READY else {"error_reason": "Refused."}
    assert Take.objects.filter(pk=take.pk).move(to=to, **values)


def statuses(run: Run) -> dict[str, int]:
    run = again(run)
    return {"queued": run.waiting_count, "running": run.running_count, "ready": run.ready_count}


def test_a_request_for_several_lines_is_a_run(cast: Cast) -> None:
    script = factories.script(cast.team, lines=3)
    run = begun(script)
    assert (run.total, run.team, run.project, run.script) == (3, cast.team, script.project, script)
    assert run.characters == sum(len(line.text) for line in script.paragraphs.all())
    assert statuses(run) == {"queued": 3, "running": 0, "ready": 0}


def test_a_single_line_and_a_fresh_take_are_no_run(cast: Cast) -> None:
    one, two = factories.script(cast.team, lines=1), factories.script(cast.team, lines=2)
    takes.request(one, one.paragraphs.all(), by=None)
    takes.request(two, two.paragraphs.all(), by=None, fresh=True)
    assert not Run.objects.exists()


def test_a_second_press_makes_a_run_of_the_rest_alone(cast: Cast) -> None:
    script = factories.script(cast.team, lines=5)
    takes.request(script, script.paragraphs.all()[:2], by=None)
    takes.request(script, script.paragraphs.all(), by=None)
    takes.request(script, script.paragraphs.all(), by=None)
    assert sorted(Run.objects.values_list("total", flat=True)) == [2, 3]


def test_a_paused_runs_lines_are_not_claimed_while_anothers_are(cast: Cast) -> None:
    paused, other = begun(factories.script(cast.team)), begun(factories.script(cast.team))
    running = claims.claim(worker="w", among=Take.objects.filter(run=paused))
    assert running is not None
    assert runs.pause(paused, by=cast.editor)
    assert not runs.pause(paused, by=cast.editor)
    claimed = [claims.claim(worker="w") for _ in range(4)]
    assert [take.run_id if take else None for take in claimed] == [other.pk] * 3 + [None]
    finish(running)
    assert statuses(paused) == {"queued": 2, "running": 0, "ready": 1}
    assert runs.resume(paused, by=cast.editor)
    assert not runs.resume(paused, by=cast.editor)
    claimed = [claims.claim(worker="w") for _ in range(3)]
    assert [take.run_id if take else None for take in claimed] == [paused.pk] * 2 + [None]


def test_a_worker_that_has_not_heard_of_a_pause_claims_nothing_all_the_same(cast: Cast) -> None:
    run = begun(factories.script(cast.team))
    roster = Roster(keeps_s=60)
    assert claims.claim(worker="w", roster=roster) is not None
    runs.pause(run, by=None)
    assert claims.claim(worker="w", roster=roster) is None


def test_cancelling_takes_back_what_waits_and_leaves_what_is_being_made(cast: Cast) -> None:
    script = factories.script(cast.team, lines=4)
    run = begun(script)
    running = claims.claim(worker="w")
    assert running is not None
    before = Script.objects.get(pk=script.pk).version
    assert runs.cancel(run, by=cast.editor) == 3
    assert runs.cancel(run, by=cast.editor) == 0
    assert again(run).state == RunState.CANCELLED
    assert again(run).finished_at is not None
    assert script.paragraphs.changed_since(before).count() == 3
    assert statuses(run) == {"queued": 0, "running": 1, "ready": 0}
    finish(running)
    assert runs.progress(again(run)).taken_back == 3
    assert runs.finish_done() == 0
    assert not runs.resume(run, by=None)


def test_stopping_the_script_cancels_its_runs_and_no_others(cast: Cast) -> None:
    mine, other = factories.script(cast.team), factories.script(cast.team)
    stopped, kept = begun(mine), begun(other)
    assert takes.cancel_waiting(mine, by=None) == 3
    assert (again(stopped).state, again(kept).state) == (RunState.CANCELLED, RunState.ACTIVE)


def test_the_last_line_ends_the_run_once(cast: Cast) -> None:
    run = begun(factories.script(cast.team, lines=2))
    settle(1)
    assert runs.finish_done(run.pk) == 0
    settle(1, to=TakeStatus.FAILED)
    assert [runs.finish_done(run.pk) for _ in range(2)] == [1, 0]
    assert again(run).state == RunState.DONE


def test_a_paused_run_whose_last_line_comes_is_done(cast: Cast) -> None:
    run = begun(factories.script(cast.team, lines=2))
    running = [claims.claim(worker="w") for _ in range(2)]
    runs.pause(run, by=None)
    for take in running:
        assert take is not None
        finish(take)
    assert runs.finish_done() == 1


def test_failed_lines_are_tried_again_and_the_run_goes_on(cast: Cast) -> None:
    run = begun(factories.script(cast.team, lines=4))
    settle(2)
    settle(2, to=TakeStatus.FAILED)
    runs.finish_done()
    assert again(run).failed_line == Take.objects.filter(status=TakeStatus.FAILED).first().paragraph_id  # type: ignore[union-attr]
    assert runs.retry_failed(run, by=cast.editor) == 2
    assert runs.retry_failed(run, by=cast.editor) == 0
    run = again(run)
    assert (run.state, run.finished_at) == (RunState.ACTIVE, None)
    settle(2)
    assert runs.finish_done() == 1
    assert statuses(run) == {"queued": 0, "running": 0, "ready": 4}


def test_a_line_that_says_something_else_since_it_failed_is_left_alone(cast: Cast) -> None:
    run = begun(factories.script(cast.team, lines=2))
    settle(2, to=TakeStatus.FAILED)
    Paragraph.objects.filter(pk=again(run).failed_line).update(digest="other")
    assert again(run).failed_count == 1
    assert runs.retry_failed(run, by=None) == 1


@pytest.mark.parametrize("act", [runs.pause, runs.cancel])
def test_a_single_line_that_is_tried_again_leaves_a_run_that_was_stopped(cast: Cast, act: object) -> None:
    script = factories.script(cast.team)
    run = begun(script)
    settle(1, to=TakeStatus.FAILED)
    act(run, by=None)  # type: ignore[operator]
    failed = Take.objects.get(status=TakeStatus.FAILED)
    assert takes.retry(failed, script_id=script.pk, by=None)
    assert claims.claim(worker="w") == failed
    assert again(run).state in (RunState.PAUSED, RunState.CANCELLED)


def test_a_single_line_that_is_tried_again_opens_its_finished_run(cast: Cast) -> None:
    script = factories.script(cast.team)
    run = begun(script)
    settle(2)
    settle(1, to=TakeStatus.FAILED)
    runs.finish_done()
    takes.retry(Take.objects.get(status=TakeStatus.FAILED), script_id=script.pk, by=None)
    assert again(run).state == RunState.ACTIVE
    settle(1)
    assert runs.finish_done() == 1


# The promised time. Lines settle in a simulated history; its clock is handed in.

START = timezone.now()


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def look(run: Run, seconds: float) -> runs.Progress:
    return runs.progress(again(run), hold=holds.of(run.team_id), now=at(seconds))


def test_nothing_is_promised_before_three_lines_and_five_seconds(cast: Cast) -> None:
    run = begun(factories.script(cast.team, lines=20), created_at=START)
    assert look(run, 60).left_s is None
    settle(3)
    assert look(run, 4.9).left_s is None
    promised = look(run, 6)
    assert promised.left_s is not None
    assert 17 / 3 * 6 <= promised.left_s <= 17 / 3 * 6 * 2.2


@pytest.mark.one_database
@pytest.mark.parametrize("seed", range(2))
def test_the_promised_time_only_falls(cast: Cast, seed: int) -> None:
    pick = random.Random(seed)
    run = begun(factories.script(cast.team, lines=60), created_at=START)
    now, shown, told = 0.0, [], 0
    for _ in range(60):
        for _ in range(pick.choice([1, 1, 3])):  # people look at odd moments, between the lines, too
            now += 0.5 + pick.expovariate(1 / 2)
            progress = look(run, now)
            if progress.left_s is not None:
                shown.append((now, progress.left_s))
                told += not progress.is_late
        settle(1)
    assert len(shown) > 30
    assert told > 20
    for (earlier, before), (later, after) in zip(shown, shown[1:], strict=False):
        assert after <= max(before - (later - earlier), 0) + 1e-3


def test_two_who_look_at_once_see_one_promise(cast: Cast) -> None:
    run = begun(factories.script(cast.team, lines=20), created_at=START)
    settle(5)
    one, two = again(run), again(run)
    first = runs.progress(one, now=at(10)).left_s
    assert runs.progress(two, now=at(10)).left_s == first
    assert again(run).ends_at == one.ends_at == two.ends_at


def test_a_run_that_slows_down_is_late_and_promises_nothing_new(cast: Cast) -> None:
    run = begun(factories.script(cast.team, lines=20), created_at=START)
    settle(9)
    quick = look(run, 9)
    assert not quick.is_late
    slow = look(run, 100)
    assert (slow.left_s, slow.is_late) == (0, True)
    settle(1)
    assert look(run, 200).is_late


def test_the_time_left_stands_still_in_a_pause_and_goes_on_after_it(cast: Cast) -> None:
    run = begun(factories.script(cast.team, lines=20), created_at=START)
    settle(10)
    left = look(run, 10).left_s
    assert left is not None
    runs.pause(run, by=None, now=at(10))
    assert look(run, 500).left_s == pytest.approx(left)
    runs.resume(run, by=None, now=at(1000))
    after = look(run, 1000)
    assert after.left_s == pytest.approx(left)
    assert not after.is_late
    assert look(run, 1002).left_s == pytest.approx(left - 2)


@pytest.mark.parametrize(
    ("paused", "resumed", "held", "lifted", "stood_s"),
    [
        (None, None, 20, 50, 30),
        (10, 60, 20, 50, 50),  # the hold within the pause
        (20, 50, 10, 60, 50),  # the pause within the hold
        (10, 40, 20, 60, 50),  # the pause begins first
        (20, 60, 10, 40, 50),  # the hold begins first
    ],
)
def test_pauses_and_holds_that_overlap_are_not_counted_twice(
    cast: Cast, paused: int | None, resumed: int | None, held: int, lifted: int, stood_s: int
) -> None:
    run = begun(factories.script(cast.team, lines=20), created_at=START)
    settle(10)
    left = look(run, 10).left_s
    acts = [(held, "hold"), (lifted, "lift"), (paused, "pause"), (resumed, "resume")]
    for when, act in sorted((when, act) for when, act in acts if when is not None):
        if act == "hold":
            holds.place(cast.team.pk, code="Arrearage", reason="The account is in arrears.")
            type(holds.of(cast.team.pk)).objects.update(since=at(when))
        elif act == "lift":
            assert holds.lift(cast.team, by=None, now=at(when))
        else:
            assert getattr(runs, act)(run, by=None, now=at(when))
    assert again(run).paused_s == pytest.approx(stood_s)
    assert look(run, 60).left_s == pytest.approx(max((left or 0) - (60 - 10 - stood_s), 0))


def test_after_a_retry_the_time_between_does_not_count(cast: Cast) -> None:
    run = begun(factories.script(cast.team, lines=20), created_at=START)
    settle(10)
    settle(10, to=TakeStatus.FAILED)
    runs.finish_done()
    Run.objects.update(finished_at=at(20))
    runs.retry_failed(run, by=None, now=at(10_020))
    left = look(run, 10_020).left_s
    assert left is not None
    assert 10 < left < 60
