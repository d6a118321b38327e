"""Claims: who goes first, that two workers never share a take, and the sweep."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from projects.actions import claims, holds, takes
from projects.actions.roster import Roster
from projects.models import Take, TakeStatus
from tests import cast as casting
from tests import factories
from tests.cast import Cast


def test_a_persons_single_line_goes_before_bulk(cast: Cast) -> None:
    bulk, single = factories.script(cast.team, lines=5), factories.script(cast.team, lines=1)
    takes.request(bulk, bulk.paragraphs.all(), by=None)
    (click,) = takes.request(single, single.paragraphs.all(), by=cast.editor, fresh=True)
    assert claims.claim(worker="w") == click


def test_teams_take_turns(cast: Cast) -> None:
    mine, theirs = factories.script(cast.team, lines=4), factories.script(cast.other_team, lines=4)
    takes.request(mine, mine.paragraphs.all(), by=None)
    takes.request(theirs, theirs.paragraphs.all(), by=None)
    claimed = [claims.claim(worker="w") for _ in range(4)]
    teams = [take.team_id for take in claimed if take is not None]
    assert teams.count(cast.team.pk) == teams.count(cast.other_team.pk) == 2


def test_runs_of_a_team_take_turns(cast: Cast) -> None:
    scripts = [factories.script(cast.team, lines=4) for _ in range(2)]
    first, second = (takes.request(script, script.paragraphs.all(), by=None) for script in scripts)
    claimed = [claims.claim(worker="w") for _ in range(5)]
    assert claimed == [first[0], second[0], first[1], second[1], first[2]]


def test_a_run_leaves_half_of_the_slots_to_another_team_with_many_runs(cast: Cast) -> None:
    theirs = factories.script(cast.other_team, lines=4)
    for _ in range(3):
        mine = factories.script(cast.team, lines=4)
        takes.request(mine, mine.paragraphs.all(), by=None)
    takes.request(theirs, theirs.paragraphs.all(), by=None)
    teams = [take.team_id for take in (claims.claim(worker="w") for _ in range(6)) if take is not None]
    assert teams.count(cast.team.pk) == teams.count(cast.other_team.pk) == 3


def test_a_single_line_outside_of_runs_has_its_turn_among_them(cast: Cast) -> None:
    long, short = factories.script(cast.team, lines=4), factories.script(cast.team, lines=1)
    takes.request(long, long.paragraphs.all(), by=None)
    (single,) = takes.request(short, short.paragraphs.all(), by=None)
    assert single.run is None
    assert single in [claims.claim(worker="w") for _ in range(2)]


def test_where_slots_are_few_no_team_starves(cast: Cast) -> None:
    for team in (cast.team, cast.other_team):
        script = factories.script(team, lines=30)
        takes.request(script, script.paragraphs.all(), by=None)
    served = set()
    for _ in range(30):  # one slot: a line is finished before the next is claimed
        take = claims.claim(worker="w")
        assert take is not None
        served.add(take.team_id)
        Take.objects.filter(pk=take.pk).move(to=TakeStatus.FAILED, error_reason="Refused.")
    assert served == {cast.team.pk, cast.other_team.pk}


def test_a_claim_costs_the_same_queries_for_three_lines_and_for_many(cast: Cast) -> None:
    counts = []
    for lines in (3, 200):
        script = factories.script(cast.team, lines=lines)
        takes.request(script, script.paragraphs.all(), by=None)
        with CaptureQueriesContext(connection) as queries:
            assert claims.claim(worker="w") is not None
        counts.append(len(queries))
    assert (
        counts[0] == counts[1] <= 8
    )  # three that read the queues, the claim, two for the pages, the savepoint


def test_what_a_worker_has_read_of_the_queues_serves_it_for_a_while(cast: Cast) -> None:
    mine, theirs = factories.script(cast.team, lines=8), factories.script(cast.other_team, lines=8)
    for script in (mine, theirs):
        takes.request(script, script.paragraphs.all(), by=None)
    roster = Roster(keeps_s=60)
    first = claims.claim(worker="w", roster=roster)
    with CaptureQueriesContext(connection) as queries:
        others = [claims.claim(worker="w", roster=roster) for _ in range(5)]
    assert len(queries) == 5 * 5
    assert Counter(take.team_id for take in [first, *others] if take) == {
        cast.team.pk: 3,
        cast.other_team.pk: 3,
    }


def test_what_came_since_the_queues_were_read_is_found_before_a_worker_gives_up(cast: Cast) -> None:
    roster = Roster(keeps_s=60)
    assert claims.claim(worker="w", roster=roster) is None
    script = factories.script(cast.team, lines=2)
    takes.request(script, script.paragraphs.all(), by=None)
    assert claims.claim(worker="w", roster=roster) is not None
    single = factories.script(cast.other_team, lines=1)
    (click,) = takes.request(single, single.paragraphs.all(), by=None, fresh=True)
    assert claims.claim(worker="w", roster=roster) == click
    assert claims.claim(worker="w", roster=roster) is not None
    assert claims.claim(worker="w", roster=roster) is None


def test_a_held_team_is_passed_over_by_a_worker_that_has_not_heard_of_it(cast: Cast) -> None:
    script = factories.script(cast.team, lines=3)
    takes.request(script, script.paragraphs.all(), by=None)
    roster = Roster(keeps_s=60)
    assert claims.claim(worker="w", roster=roster) is not None
    holds.place(cast.team.pk, code="Arrearage", reason="The account is in arrears.")
    assert claims.claim(worker="w", roster=roster) is None


def test_within_a_team_the_oldest_goes_first(cast: Cast) -> None:
    script = factories.script(cast.team, lines=3)
    requested = takes.request(script, script.paragraphs.all(), by=None)
    assert [claims.claim(worker="w") for _ in range(4)] == [*requested, None]


@pytest.mark.django_db(transaction=True)
def test_workers_that_claim_at_once_never_get_the_same_take(transactional_db: None) -> None:
    script = factories.script(casting.assemble().team, lines=24)
    takes.request(script, script.paragraphs.all(), by=None)
    got: list[int] = []

    def work() -> None:
        try:
            while (take := claims.claim(worker=threading.current_thread().name)) is not None:
                got.append(take.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 24


def test_the_sweep_frees_only_claims_whose_time_is_over(cast: Cast) -> None:
    script = factories.script(cast.team, lines=2)
    takes.request(script, script.paragraphs.all(), by=None)
    lost, held = claims.claim(worker="gone"), claims.claim(worker="here")
    assert lost is not None
    assert held is not None
    Take.objects.filter(pk=lost.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    script.refresh_from_db()
    assert claims.sweep() == 1
    lost.refresh_from_db()
    held.refresh_from_db()
    assert (lost.status, lost.attempts) == (TakeStatus.QUEUED, 1)
    assert held.status == TakeStatus.RUNNING
    assert script.paragraphs.changed_since(script.version).get() == lost.paragraph


def test_a_line_that_its_workers_do_not_survive_is_given_up(cast: Cast) -> None:
    script = factories.script(cast.team, lines=1)
    (take,) = takes.request(script, script.paragraphs.all(), by=None)
    for _ in range(5):
        assert claims.claim(worker="doomed") == take
        Take.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        assert claims.sweep() == 1
    take.refresh_from_db()
    assert (take.status, take.error_code) == (TakeStatus.FAILED, "worker_lost")
    assert claims.claim(worker="doomed") is None
