"""The voices of a team as a person hears them: spoken once over the wire, paid once, of nobody else's endpoint."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from narrator.teams.models import Membership, Role, User
from projects.actions import samples
from projects.models import Call, CallState, Price, Project, Sample, Spend
from projects.models.money import MICRO
from projects.speech.standin.server import Standin
from projects.speech.voices import VOICE_NAMES
from tests import factories
from tests.cast import Cast

SignIn = Callable[[User], Client]


def hear(client: Client, cast: Cast, voice: str = "Neil", language: str = "English") -> HttpResponse:
    data = {"voice": voice, "language": language}
    return client.post(reverse("sample-new", args=[cast.team.pk]), data, HTTP_HX_REQUEST="true")  # type: ignore[arg-type,return-value]


def look(client: Client, cast: Cast, **asked: object) -> str:
    return client.get(reverse("sample-list", args=[cast.team.pk]), asked).content.decode()  # type: ignore[arg-type]


@pytest.fixture
def priced(cast: Cast) -> Cast:
    Price.objects.create(team=cast.team, currency="EUR", per_10k_micro=100 * MICRO)
    return cast


def test_a_voice_is_heard_paid_once_and_then_free(
    priced: Cast, sign_in: SignIn, standin: Standin, broker: str
) -> None:
    client = sign_in(priced.editor)
    page = look(client, priced, language="English")
    assert "€ 0.83</span> when one is heard for the first time" in page
    address = re.search(r'data-sound="([^"]+)"', hear(client, priced).content.decode())[1]  # type: ignore[index]
    sound = client.get(address)
    assert sound["Content-Type"] == "audio/wav"
    assert len(b"".join(sound.streaming_content)) > 50_000  # type: ignore[attr-defined]
    (sent,) = standin.calls
    assert (sent.voice, sent.language_type, sent.input) == ("Neil", "English", samples.SENTENCES["English"])
    assert address in hear(sign_in(priced.owner), priced).content.decode()
    assert address in look(client, priced, language="English")
    call = Call.objects.get()
    assert (call.state, call.person, call.project, call.amount_micro) == (
        CallState.CHARGED,
        priced.editor,
        None,
        830_000,
    )
    assert Spend.objects.get().amount_micro == call.amount_micro
    hear(client, priced, voice="Maia")
    hear(client, priced, language="German")
    assert Call.objects.count() == Sample.objects.count() == 3


def test_two_people_at_once_pay_once_and_a_call_that_was_lost_is_made_again(
    cast: Cast, sign_in: SignIn, standin: Standin, broker: str
) -> None:
    client = sign_in(cast.editor)
    hear(client, cast)
    Sample.objects.update(sound=None, asked_at=timezone.now())
    answer = hear(client, cast)
    assert answer.status_code == 422
    assert "Somebody is having this sample spoken right now" in answer.content.decode()
    assert Call.objects.count() == 1
    Sample.objects.update(asked_at=timezone.now() - timedelta(minutes=2))
    assert hear(client, cast).status_code == 200
    assert Call.objects.count() == 2


def test_a_cap_and_a_refusal_are_said_beside_the_voice_and_nothing_is_kept(
    priced: Cast, sign_in: SignIn, standin: Standin, broker: str
) -> None:
    client = sign_in(priced.editor)
    Price.objects.update(monthly_cap_micro=1000)
    answer = hear(client, priced)
    assert answer.status_code == 422
    assert "The cap of Night Desk for this month" in answer.content.decode()
    Price.objects.update(monthly_cap_micro=None)
    standin.fail("ali:400:DataInspectionFailed:Refused")
    assert 'role="alert"' in hear(client, priced).content.decode()
    assert Sample.objects.get().sound is None
    assert hear(client, priced).status_code == 200


def test_a_sample_is_heard_by_those_whom_that_endpoint_speaks_for(
    cast: Cast, sign_in: SignIn, standin: Standin, broker: str
) -> None:
    hear(sign_in(cast.editor), cast)
    sample = Sample.objects.get()
    audio = reverse("sample-audio", args=[cast.team.pk, sample.pk])
    assert sign_in(cast.viewer).get(audio).status_code == 403
    elsewhere = reverse("sample-audio", args=[cast.other_team.pk, sample.pk])
    assert sign_in(cast.stranger).get(audio).status_code == 404
    shared = sign_in(cast.stranger).get(elsewhere)  # the endpoint of the installation speaks for both
    assert b"".join(shared.streaming_content).startswith(b"RIFF")  # type: ignore[attr-defined]
    factories.endpoint(cast.other_team)
    assert sign_in(cast.stranger).get(elsewhere).status_code == 404
    Membership.objects.filter(user=cast.editor).update(role=Role.REVIEWER)
    assert hear(sign_in(cast.editor), cast).status_code == 403


def test_each_of_the_catalogues_voices_is_told_with_what_it_is_like(cast: Cast, sign_in: SignIn) -> None:
    page = look(sign_in(cast.editor), cast)
    for name in VOICE_NAMES:
        assert f'aria-label="Hear {name}"' in page
    assert "News anchor: level intonation, precise diction" in page
    assert re.search(r'data-voice="Arthur" data-sex="male" data-age="old" data-mood="calm rough"', page)


def test_the_voices_that_an_endpoint_lists_are_told_by_their_names(cast: Cast, sign_in: SignIn) -> None:
    factories.endpoint(cast.team, listed_voices=["af_heart", "bm_george", "alloy"])
    page = look(sign_in(cast.editor), cast)
    assert page.count("data-hear") == 3
    assert (
        'data-voice="bm_george" data-sex="male" data-age="" data-mood="" data-accent="British English"'
        in page
    )
    assert "Any age" not in page  # there is nothing to choose from
    factories.endpoint(cast.other_team, listed_voices=[])
    nothing = sign_in(cast.stranger).get(reverse("sample-list", args=[cast.other_team.pk]))
    assert "No voice of the team" in nothing.content.decode()


def test_the_sentence_is_in_the_language_of_the_script(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.editor)
    assert samples.SENTENCES["Japanese"] in look(client, cast, language="Japanese")
    assert samples.language_for(None, "Auto") == "English"
    project = Project.objects.create(team=cast.team, title="Nacht", language="Auto")
    factories.manuscripts.add_script(
        project,
        factories.Chapter.of("I", ["Der Mann und die Frau, nicht der Hund, das war es, was sie sah."]),
    )
    asked = {"language": "Auto", "project": project.pk}
    assert samples.SENTENCES["German"] in look(client, cast, **asked)
    Project.objects.update(team=cast.other_team)  # another team's text is not looked at
    assert samples.SENTENCES["English"] in look(client, cast, **asked)


def test_without_scripts_the_page_comes_back_with_the_voice(
    cast: Cast, sign_in: SignIn, standin: Standin, broker: str
) -> None:
    client, address = sign_in(cast.editor), reverse("sample-new", args=[cast.team.pk])
    answer = client.post(address, {"voice": "Eldric Sage", "language": "French"})
    assert answer["Location"] == f"{reverse('sample-list', args=[cast.team.pk])}?language=French#eldric-sage"
    assert client.get(answer["Location"]).content.decode().count("<audio") == 1


def test_the_list_asks_as_often_for_one_sample_as_for_three(
    cast: Cast, sign_in: SignIn, standin: Standin, broker: str
) -> None:
    client = sign_in(cast.editor)
    counts = []
    for voice in ("Neil", "Maia", "Kai"):
        hear(client, cast, voice=voice)
        with CaptureQueriesContext(connection) as queries:
            look(client, cast)
        counts.append(len(queries))
    assert counts[0] == counts[2] <= 12
