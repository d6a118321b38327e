"""Whose lines go through which account, and with which limits."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.actions import accounts, takes
from projects.models import Take, TeamEndpoint
from tests import factories
from tests.cast import Cast


def waiting(cast: Cast) -> dict[int, Take]:
    """A take that waits, of each of the two teams."""
    found = {}
    for team in (cast.team, cast.other_team):
        script = factories.script(team, lines=1)
        (found[team.pk],) = takes.request(script, script.paragraphs.all(), by=None)
    return found


def test_a_team_without_an_endpoint_uses_the_installations_account(cast: Cast, settings: object) -> None:
    settings.SPEECH_CONCURRENCY = 7  # type: ignore[attr-defined]
    account = accounts.of(cast.team.pk)
    assert account == accounts.of(None) == accounts.installation()
    assert (account.team_id, account.concurrency) == (None, 7)
    assert not accounts.are_several()


def test_each_take_is_made_through_one_account(cast: Cast) -> None:
    made = waiting(cast)
    both = set(made.values())
    assert set(accounts.installation().takes) == both
    factories.endpoint(cast.team)
    assert set(accounts.installation().takes) == {made[cast.other_team.pk]}
    assert set(accounts.of(cast.team.pk).takes) == {made[cast.team.pk]}
    assert accounts.are_several()


def test_teams_with_the_same_address_and_token_share_the_lower_limits(cast: Cast) -> None:
    made = waiting(cast)
    factories.endpoint(cast.team, token="shared", concurrency=8)
    factories.endpoint(cast.other_team, token="shared", concurrency=3, requests_per_minute=60)
    account = accounts.of(cast.team.pk)
    assert (account.concurrency, account.requests_per_minute) == (3, 60)
    assert set(account.takes) == set(made.values())
    assert [one.name for one in accounts.every()] == [accounts.installation().name, account.name]
    row = TeamEndpoint.objects.get(team=cast.other_team)
    row.set_token("another")
    row.save()
    assert len(accounts.every()) == 3
    assert set(accounts.of(cast.team.pk).takes) == {made[cast.team.pk]}


def test_all_accounts_are_found_by_one_query(cast: Cast) -> None:
    for team in (cast.team, cast.other_team):
        factories.endpoint(team, token=team.name)
        with CaptureQueriesContext(connection) as queries:
            accounts.every()
        assert len(queries) == 1
