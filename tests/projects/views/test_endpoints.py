"""The page of a team's own endpoint, over real HTTP to a second stand-in; and the voices that it does not have."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from narrator.teams.models import Membership, Role, User
from projects.actions import holds, reach, takes
from projects.models import Call, CallState, Character, EndpointKind, Guide, Price, Spend, Take, TeamEndpoint
from projects.models.money import MICRO
from projects.speech.standin.server import Standin
from projects.speech.voices import MODEL, VOICE_NAMES
from tests import factories
from tests.cast import Cast

SignIn = Callable[[User], Client]
LIMITS = {"concurrency": 4, "requests_per_minute": "", "text_limit": 600, "limit_unit": "bytes"}


def save(client: Client, cast: Cast, server: Standin, **changes: object) -> HttpResponse:
    entered = {"kind": "openai", "address": server.url, "model": "kokoro", "token": server.token, **LIMITS}
    return client.post(reverse("endpoint-edit", args=[cast.team.pk]), entered | changes)  # type: ignore[arg-type]


def said(response: HttpResponse, field: str) -> str:
    """What the page says at a field of the form that was refused."""
    assert response.status_code == 422
    return " ".join(response.context["form"].errors[field])


def test_an_admin_connects_an_endpoint_and_it_is_asked_for_its_voices(
    cast: Cast, sign_in: SignIn, kokoro: Standin
) -> None:
    client = sign_in(cast.admin)
    assert save(client, cast, kokoro, address=f"{kokoro.url}/v1/").status_code == 302
    row = TeamEndpoint.objects.get()
    assert (row.address, row.model, row.token(), row.changed_by) == (
        kokoro.url,
        "kokoro",
        kokoro.token,
        cast.admin,
    )
    assert row.voices == list(VOICE_NAMES)
    page = client.get(reverse("endpoint-edit", args=[cast.team.pk])).content.decode()
    assert f"It has {len(VOICE_NAMES)} voices." in page
    assert kokoro.token not in page


def test_a_wrong_token_is_said_at_once_and_nothing_is_saved(
    cast: Cast, sign_in: SignIn, kokoro: Standin
) -> None:
    client = sign_in(cast.admin)
    answer = save(client, cast, kokoro, token="wrong-token")
    assert said(answer, "token") == "The endpoint does not accept this token."
    assert b"wrong-token" not in answer.content
    assert said(save(client, cast, kokoro, token=""), "token") == "The endpoint asks for a token."
    assert "not both" in said(save(client, cast, kokoro, without_token="on"), "token")
    assert "cannot be right" in said(save(client, cast, kokoro, token="two words"), "token")
    assert not TeamEndpoint.objects.exists()


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("http://192.168.7.7:8880", "NARRATOR_PRIVATE_ENDPOINTS=http://192.168.7.7:8880"),
        ("http://speech.example", "Only https addresses on the internet"),
        ("https://127.0.0.1:9", "lies inside a private network"),
        ("https://user@speech.example", "it carries a user name"),
        ("ftp://speech.example", "it is neither http nor https"),
        ("speech.example", "it is neither http nor https"),
    ],
)
@pytest.mark.parametrize("kind", EndpointKind.values)
def test_an_address_that_may_not_be_is_refused_in_a_sentence(
    cast: Cast, sign_in: SignIn, kokoro: Standin, kind: str, address: str, sentence: str
) -> None:
    assert sentence in said(save(sign_in(cast.admin), cast, kokoro, kind=kind, address=address), "address")
    assert not TeamEndpoint.objects.exists()


def test_an_endpoint_that_is_not_there_is_said_so(
    cast: Cast, sign_in: SignIn, kokoro: Standin, settings: object
) -> None:
    settings.PRIVATE_ENDPOINTS = ["http://127.0.0.1:9"]  # type: ignore[attr-defined]
    answer = save(sign_in(cast.admin), cast, kokoro, address="http://127.0.0.1:9")
    assert said(answer, "address") == "The endpoint cannot be reached: nothing answers at its address."


def test_a_kept_token_stays_but_never_moves_to_another_address(
    cast: Cast, sign_in: SignIn, kokoro: Standin, settings: object
) -> None:
    client = sign_in(cast.admin)
    save(client, cast, kokoro)
    assert save(client, cast, kokoro, token="", concurrency=9).status_code == 302
    row = TeamEndpoint.objects.get()
    assert (row.token(), row.concurrency) == (kokoro.token, 9)
    with Standin(speech="tone", token="their", kind="openai") as other:
        settings.PRIVATE_ENDPOINTS = [other.url]  # type: ignore[attr-defined]
        assert "Enter the token again" in said(save(client, cast, other, token=""), "token")
        assert other.calls == []
        assert save(client, cast, other).status_code == 302
    assert TeamEndpoint.objects.get().token() == "their"


def test_a_token_can_be_forgotten_where_none_is_asked_for(
    cast: Cast, sign_in: SignIn, settings: object
) -> None:
    with Standin(speech="tone", kind="openai") as free:
        settings.PRIVATE_ENDPOINTS = [free.url]  # type: ignore[attr-defined]
        save(sign_in(cast.admin), cast, free, token="needless")
        assert save(sign_in(cast.admin), cast, free, token="", without_token="on").status_code == 302
    assert TeamEndpoint.objects.get().token_sealed == ""


def test_a_gateway_is_not_called_when_it_is_connected(cast: Cast, sign_in: SignIn, settings: object) -> None:
    with Standin(speech="tone", token="t") as gateway:
        settings.PRIVATE_ENDPOINTS = [gateway.url]  # type: ignore[attr-defined]
        assert save(sign_in(cast.admin), cast, gateway, kind="dashscope", model=MODEL).status_code == 302
        assert gateway.calls == []


def test_saving_lets_a_held_queue_go_on(cast: Cast, sign_in: SignIn, kokoro: Standin, broker: str) -> None:
    holds.place(cast.team.pk, code="invalid_api_key", reason="The token is wrong.")
    save(sign_in(cast.admin), cast, kokoro)
    assert holds.of(cast.team.pk) is None


def test_voices_are_listed_again_and_typed_ones_stay(cast: Cast, sign_in: SignIn, kokoro: Standin) -> None:
    client = sign_in(cast.admin)
    save(client, cast, kokoro, typed_voices="my own\n\nmy  own\nCherry")
    TeamEndpoint.objects.update(listed_voices=[])
    answer = client.post(reverse("endpoint-voices", args=[cast.team.pk]), HTTP_HX_REQUEST="true")
    assert f"It lists {len(VOICE_NAMES)} voices." in answer.content.decode()
    assert TeamEndpoint.objects.get().voices[:3] == ["my own", "Cherry", "Serena"]
    kokoro.token = "changed"
    kokoro.state.token = "changed"
    answer = client.post(reverse("endpoint-voices", args=[cast.team.pk]), HTTP_HX_REQUEST="true")
    assert answer.status_code == 422
    assert "does not accept this token" in answer.content.decode()


def try_it(client: Client, cast: Cast, **changes: object) -> HttpResponse:
    entered = {"voice": "Cherry", "sentence": "Hello there."} | changes
    return client.post(reverse("endpoint-try", args=[cast.team.pk]), entered, HTTP_HX_REQUEST="true")  # type: ignore[arg-type,return-value]


def test_a_trial_is_heard_paid_for_and_counted_in_no_project(
    cast: Cast, sign_in: SignIn, kokoro: Standin, broker: str
) -> None:
    client = sign_in(cast.admin)
    save(client, cast, kokoro)
    answer = try_it(client, cast)
    trial = answer.context["trial"]
    sound = client.get(reverse("endpoint-trial", args=[cast.team.pk, trial.name]))
    assert b"".join(sound.streaming_content)[:4] == b"RIFF"  # type: ignore[arg-type]
    call = Call.objects.get()
    assert (call.project, call.take, call.person, call.state) == (None, None, cast.admin, CallState.CHARGED)
    assert call.characters == len("Hello there.")
    assert Spend.objects.get().amount_micro == call.amount_micro > 0
    usage = client.get(reverse("usage")).content.decode()
    assert "Trying the endpoint" in usage
    assert b"Ada" in b"".join(client.get(reverse("usage-csv")).streaming_content)  # type: ignore[arg-type]
    again = try_it(client, cast, sentence="And once more.").context["trial"]
    assert client.get(reverse("endpoint-trial", args=[cast.team.pk, trial.name])).status_code == 404
    sound = client.get(reverse("endpoint-trial", args=[cast.team.pk, again.name]))
    assert b"".join(sound.streaming_content)[:4] == b"RIFF"  # type: ignore[arg-type]


def test_a_trial_that_fails_says_why_and_keeps_to_the_cap(
    cast: Cast, sign_in: SignIn, kokoro: Standin, broker: str
) -> None:
    client = sign_in(cast.admin)
    save(client, cast, kokoro)
    kokoro.fail("401")
    answer = try_it(client, cast)
    assert (answer.status_code, Call.objects.get().state) == (422, CallState.FREE)
    assert "does not accept this token" in answer.content.decode()
    assert try_it(client, cast, sentence="…").status_code == 422
    Price.objects.create(team=cast.team, monthly_cap_micro=0, per_10k_micro=MICRO)
    assert "cap of Night Desk" in try_it(client, cast).content.decode()
    assert len(kokoro.calls) == 1


def test_leaving_deletes_the_token_and_the_studios_endpoint_speaks_again(
    cast: Cast, sign_in: SignIn, kokoro: Standin
) -> None:
    client = sign_in(cast.admin)
    save(client, cast, kokoro)
    for _ in range(2):
        assert client.post(reverse("endpoint-leave", args=[cast.team.pk])).status_code == 302
    assert not TeamEndpoint.objects.exists()


def test_every_page_says_what_speaks_for_the_persons_teams(
    cast: Cast, sign_in: SignIn, settings: object
) -> None:
    settings.SPEECH_URL, settings.SPEECH_IS_STANDIN = "http://127.0.0.1:1", True  # type: ignore[attr-defined]
    client = sign_in(cast.viewer)
    assert "Stand-in voices" in client.get("/").content.decode()
    factories.endpoint(cast.team)
    page = client.get("/").content.decode()
    assert "Text is sent to speech.example to be spoken, and may be charged for." in page
    assert "Stand-in voices" not in page
    assert "nobody is charged" not in client.get(reverse("usage")).content.decode()
    Membership.objects.create(team=cast.other_team, user=cast.viewer, role=Role.ADMIN)
    assert "2 endpoints" in client.get("/").content.decode()
    page = client.get(reverse("endpoint-list")).content.decode()
    assert reverse("endpoint-edit", args=[cast.other_team.pk]) in page
    assert reverse("endpoint-edit", args=[cast.team.pk]) not in page
    assert b"Leave it" in sign_in(cast.admin).get(reverse("endpoint-list")).content


def test_a_held_team_leads_its_admins_to_the_endpoint(cast: Cast, sign_in: SignIn) -> None:
    holds.place(cast.team.pk, code="Arrearage", reason="The account is in arrears.")
    link = reverse("endpoint-edit", args=[cast.team.pk])
    for person, shown in ((cast.admin, True), (cast.editor, False)):
        page = sign_in(person).get(reverse("run-list"), HTTP_HX_REQUEST="true").content.decode()
        assert (link in page) is shown


def test_unknown_voices_are_named_with_their_lines_and_replaced_in_one_step(
    cast: Cast, sign_in: SignIn, broker: str
) -> None:
    project = factories.project(cast.team, lines=3, voice="Neil")
    script = project.scripts.get()
    first, second, third = script.paragraphs.all()
    second.voice = "Cherry"
    second.save()
    second.refresh_from_db()
    factories.ready(first)
    (waiting,) = takes.request(script, [third], by=None)
    factories.endpoint(cast.team)
    client, address = sign_in(cast.editor), reverse("project-voices", args=[project.pk])
    page = client.get(project.get_absolute_url()).content.decode()
    assert "no voice named Cherry or Neil" in " ".join(page.split())
    assert "no voice named" not in sign_in(cast.viewer).get(project.get_absolute_url()).content.decode()
    rows = client.get(address).context["form"].rows()
    assert [(voice.name, voice.lines, voice.first_line) for voice, _ in rows] == [
        ("Cherry", 1, second),
        ("Neil", 2, first),
    ]
    assert "Choose a voice" in client.post(address, {"voice-0": ""}).content.decode()
    answer = client.post(address, {"voice-0": "bm_george", "voice-1": "af_heart"})
    assert answer.status_code == 302
    project.refresh_from_db()
    second.refresh_from_db()
    first.refresh_from_db()
    waiting.refresh_from_db()
    assert (project.voice, second.voice, first.is_stale) == ("af_heart", "bm_george", True)
    assert (waiting.status, Take.objects.latest("pk").voice) == ("cancelled", "af_heart")
    assert script.edits.count() == 1
    assert "has every voice" in client.get(address).content.decode()


def test_unknown_voices_of_chapters_and_characters_are_found_and_replaced_too(
    cast: Cast, sign_in: SignIn, broker: str
) -> None:
    project = factories.project(cast.team, lines=3, voice="af_heart")
    script = project.scripts.get()
    first, *_ = script.paragraphs.all()
    filby = Character.objects.create(project=project, name="Filby", voice="Serena")
    script.paragraphs.filter(pk=first.pk).update(character=filby)
    script.voice = "Maia"
    script.save()
    reach.settle(project)
    factories.endpoint(cast.team)
    client, address = sign_in(cast.editor), reverse("project-voices", args=[project.pk])
    rows = client.get(address).context["form"].rows()
    assert [(voice.name, voice.lines) for voice, _ in rows] == [("Maia", 2), ("Serena", 1)]
    answer = client.post(address, {"voice-0": "bm_george", "voice-1": "af_heart"}, follow=True)
    assert "3 lines are spoken by another voice now" in answer.content.decode()
    script.refresh_from_db()
    filby.refresh_from_db()
    assert (script.voice, filby.voice) == ("bm_george", "af_heart")
    said = Guide.of(project.pk)
    assert {line.line(said).voice for line in script.paragraphs.all()} == {"bm_george", "af_heart"}
    assert all(line.digest == line.line(said).digest for line in script.paragraphs.all())


def test_the_endpoints_page_costs_the_same_queries_for_one_project_and_for_three(
    cast: Cast, sign_in: SignIn
) -> None:
    factories.endpoint(cast.team)
    client, counts = sign_in(cast.admin), []
    for projects in (1, 2):
        for _ in range(projects):
            factories.project(cast.team, voice="Neil")
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("endpoint-edit", args=[cast.team.pk]))
        assert "Neil" in page.content.decode()
        counts.append(len(queries))
    assert counts[0] == counts[1]
