"""Claims: who goes first, that two workers never share a take, and the sweep."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from projects.actions import claims, takes
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
