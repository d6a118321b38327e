"""A team's own endpoint as a row: its token sealed, its account named, its voices in order."""

import pytest

from narrator import sealing
from projects.models import EndpointKind, TeamEndpoint
from tests import factories
from tests.cast import Cast

CANARY = "sk-canary-5f1c"


def kept(cast: Cast, token: str = CANARY, **fields: object) -> TeamEndpoint:
    made = factories.endpoint(**{"team": cast.team, "token": token, **fields})  # type: ignore[arg-type]
    return TeamEndpoint.objects.get(pk=made.pk)


def test_a_team_without_a_row_has_none(cast: Cast) -> None:
    assert TeamEndpoint.of(cast.team.pk) is None
    row = kept(cast)
    assert TeamEndpoint.of(cast.team.pk) == row
    assert TeamEndpoint.of(cast.other_team.pk) is None


def test_the_token_is_kept_sealed(cast: Cast) -> None:
    row = kept(cast)
    assert row.token() == CANARY
    assert row.token_at is not None
    shown = [repr(row), str(row), repr(row.__dict__), str(TeamEndpoint.objects.values())]
    assert [text for text in shown if CANARY in text] == []


def test_no_token_is_a_token_of_its_own(cast: Cast) -> None:
    row = kept(cast, "")
    assert (row.token(), row.token_sealed, row.token_at) == ("", "", None)


def test_one_account_is_one_address_with_one_token(cast: Cast) -> None:
    mine = kept(cast)
    theirs = kept(cast, team=cast.other_team)
    assert mine.account == theirs.account
    for changed in ({"token": "another"}, {"address": "https://other.example"}):
        assert kept(cast, **{"team": cast.other_team, **changed}).account != mine.account


def test_a_token_whose_key_is_gone_is_not_opened(cast: Cast, settings: object) -> None:
    row = kept(cast)
    settings.TOKEN_KEYS = ["another-" + "k" * 40]  # type: ignore[attr-defined]
    with pytest.raises(sealing.Unopened):
        row.token()


def test_typed_voices_go_before_listed_ones_and_each_comes_once(cast: Cast) -> None:
    row = kept(cast, kind=EndpointKind.OPENAI, typed_voices=["bella"], listed_voices=["alloy", "bella"])
    assert row.voices == ["bella", "alloy"]
