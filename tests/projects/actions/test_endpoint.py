"""Which endpoint speaks for a team, and with which voices."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.actions import endpoint
from projects.models import EndpointKind
from projects.speech.voices import VOICES, Voice
from tests import factories
from tests.cast import Cast


def test_a_team_without_an_endpoint_of_its_own_has_the_catalogue(cast: Cast) -> None:
    assert endpoint.voices(cast.team.pk) == list(VOICES)
    factories.endpoint(cast.team, kind=EndpointKind.DASHSCOPE, listed_voices=["left over"])
    assert endpoint.voices(cast.team.pk) == list(VOICES)


def test_the_other_kind_has_the_voices_that_were_typed_and_listed(cast: Cast) -> None:
    factories.endpoint(cast.team, typed_voices=["my own"], listed_voices=["bm_george", "my own"])
    with CaptureQueriesContext(connection) as queries:
        mine = endpoint.voices(cast.team.pk)
    george = Voice("bm_george", sex="male", character="British English, male", accent="British English")
    assert mine == [Voice("my own"), george]
    assert len(queries) == 1
    assert endpoint.voices(cast.other_team.pk) == list(VOICES)


def test_an_endpoint_that_told_nothing_has_no_voices(cast: Cast) -> None:
    factories.endpoint(cast.team, listed_voices=[])
    assert endpoint.voices(cast.team.pk) == []
