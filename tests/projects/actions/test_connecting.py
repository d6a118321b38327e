"""Keys that come and go beside tokens in rows; what a page does to a row is in views/test_endpoints.py."""

import pytest

from narrator import sealing
from projects.actions import accounts, connecting
from projects.models import TeamEndpoint
from tests import factories
from tests.cast import Cast

OLD, NEW = "old-" + "k" * 40, "new-" + "k" * 40


@pytest.fixture
def keys(settings: object) -> object:
    settings.TOKEN_KEYS = [OLD]  # type: ignore[attr-defined]
    return settings


def test_after_a_rotation_the_old_key_can_go(cast: Cast, keys: object) -> None:
    factories.endpoint(cast.team, token="shared")
    factories.endpoint(cast.other_team, token="shared")
    before = TeamEndpoint.objects.values_list("token_at", "changed_at").get(team=cast.team)
    keys.TOKEN_KEYS = [NEW, OLD]  # type: ignore[attr-defined]
    for _ in range(2):
        assert connecting.rotate() == connecting.Rotated(done=2)
    keys.TOKEN_KEYS = [NEW]  # type: ignore[attr-defined]
    assert {row.token() for row in TeamEndpoint.objects.all()} == {"shared"}
    assert len(accounts.every()) == 2  # the installation's, and theirs, which they still share
    assert TeamEndpoint.objects.values_list("token_at", "changed_at").get(team=cast.team) == before


def test_an_account_without_a_token_is_named_anew_too(cast: Cast, keys: object) -> None:
    row = factories.endpoint(cast.team)
    keys.TOKEN_KEYS = [NEW]  # type: ignore[attr-defined]
    assert connecting.rotate().done == 1
    kept = TeamEndpoint.objects.get()
    assert (kept.token(), kept.account) == ("", sealing.mark(row.address, ""))


def test_a_token_that_no_key_opens_is_left_and_named(cast: Cast, keys: object) -> None:
    row = factories.endpoint(cast.team, token="lost")
    factories.endpoint(cast.other_team)
    keys.TOKEN_KEYS = [NEW]  # type: ignore[attr-defined]
    rotated = connecting.rotate()
    assert (rotated.done, rotated.lost) == (1, [row])
    keys.TOKEN_KEYS = [OLD]  # type: ignore[attr-defined]
    assert TeamEndpoint.objects.get(team=cast.team).token() == "lost"


def test_a_token_that_was_set_meanwhile_is_not_overwritten(cast: Cast, keys: object) -> None:
    read = factories.endpoint(cast.team, token="first")
    factories.TeamEndpoint.objects.filter(pk=read.pk).delete()
    factories.endpoint(cast.team, token="second")
    assert read.reseal() is False
    assert TeamEndpoint.objects.get().token() == "second"
