"""Takes over HTTP: trimmed, heard among their neighbours, put aside, and asked for three at a time."""

import io
import json
from collections.abc import Callable

import numpy as np
import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from narrator.teams.models import User
from projects.actions import trims
from projects.audio import wav
from projects.audio.finish import Finish
from projects.audio.trim import Trim
from projects.models import Paragraph, Price, Project, Take
from tests import factories
from tests.cast import Cast

SignIn = Callable[[User], Client]


@pytest.fixture
def take(cast: Cast) -> Take:
    script = factories.script(cast.team, lines=3)
    factories.all_ready(script)
    return Take.objects.select_related("paragraph__script__project", "whole").get(
        paragraph=script.paragraphs.all()[1]
    )


def post(client: Client, name: str, pk: int, **data: object) -> HttpResponse:
    return client.post(reverse(name, args=[pk]), data, HTTP_HX_REQUEST="true")


def said(response: HttpResponse) -> str:
    sentence: str = json.loads(response["HX-Trigger"])["say"]["value"]
    return sentence


def body(response: HttpResponse) -> bytes:
    return b"".join(response.streaming_content)  # type: ignore[attr-defined]


def test_a_trim_is_kept_with_the_numbers_of_the_panel(cast: Cast, sign_in: SignIn, take: Take) -> None:
    client = sign_in(cast.editor)
    panel = client.get(reverse("take-trim", args=[take.pk])).content.decode()
    assert 'data-ms="900"' in panel
    address = reverse("take-trimmed", args=[take.pk])
    previewed = body(client.get(address, {"head_ms": "100", "gain_db": "-6"}))
    response = post(client, "take-trim", take.pk, head_ms="100", tail_ms="", gain_db="-6.0")
    assert response.status_code == 200
    assert "· trimmed" in response.content.decode()
    take.refresh_from_db()
    assert (take.trim, take.trim_count) == (Trim(head_ms=100, gain_db=-6.0), 1)
    audio = client.get(reverse("take-audio", args=[take.pk]), {"v": 1})
    assert (body(audio), "immutable" in audio["Cache-Control"]) == (previewed, True)
    stale = client.get(reverse("take-audio", args=[take.pk]))
    assert body(stale) == previewed
    assert "immutable" not in stale["Cache-Control"], "an address without the trim is not kept"
    post(client, "take-trim", take.pk, head_ms="100", reset="on")
    take.refresh_from_db()
    assert take.trim == Trim()


def test_a_trim_that_does_not_fit_is_refused_in_the_panel(cast: Cast, sign_in: SignIn, take: Take) -> None:
    client = sign_in(cast.editor)
    response = post(client, "take-trim", take.pk, head_ms="890")
    assert (response.status_code, response["HX-Retarget"]) == (422, "#trimming")
    assert "would leave less than 100 ms" in response.content.decode()
    assert post(client, "take-trim", take.pk, gain_db="99").status_code == 422
    assert client.get(reverse("take-trimmed", args=[take.pk]), {"gain_db": "20"}).status_code == 422
    take.refresh_from_db()
    assert take.trim_count == 0


def test_the_whole_waveform_stays_that_of_the_sound_as_it_came(
    cast: Cast, sign_in: SignIn, take: Take
) -> None:
    client, address = sign_in(cast.viewer), reverse("take-whole", args=[take.pk])
    before = client.get(address).content
    trims.trim(take, Trim(head_ms=400), by=cast.editor)
    assert client.get(address).content == before
    assert len(client.get(reverse("take-waveform", args=[take.pk]), {"v": 1}).content) == 50


def test_a_seam_is_heard_from_any_second(cast: Cast, sign_in: SignIn, take: Take) -> None:
    client, address = sign_in(cast.viewer), reverse("take-seam", args=[take.pk])
    whole = body(client.get(address))
    samples = wav.open_frames(io.BytesIO(whole)).read(10**9)
    pause_ms = take.project.pause_ms
    assert samples.size == (3 * 900 + 2 * pause_ms) * 24
    part = client.get(address, HTTP_RANGE="bytes=1000-1999")
    assert (part.status_code, body(part)) == (206, whole[1000:2000])
    middle = samples[(900 + pause_ms) * 24 :][: 900 * 24]
    stored = wav.open_frames(io.BytesIO(body(client.get(reverse("take-audio", args=[take.pk]))))).read(10**9)
    assert np.array_equal(middle, stored)


def _inspector(client: Client, take: Take) -> str:
    return client.get(reverse("paragraph-detail", args=[take.paragraph_id])).content.decode()


def test_a_discarded_take_is_out_of_sight_and_comes_back(cast: Cast, sign_in: SignIn, take: Take) -> None:
    client = sign_in(cast.editor)
    refused = post(client, "take-discard", take.pk)
    assert (refused.status_code, refused["HX-Reswap"]) == (409, "none")
    assert said(refused) == "This take is the chosen one. Choose another one first."
    factories.ready(take.paragraph)
    page = post(client, "take-discard", take.pk).content.decode()
    assert "discarded</summary>" in page
    assert 'aria-label="Choose take 1"' not in page
    page = post(client, "take-discard", take.pk, back="on").content.decode()
    assert 'aria-label="Choose take 1"' in page


def test_three_alternatives_say_their_price_and_stay_within_the_caps(
    cast: Cast, sign_in: SignIn, take: Take
) -> None:
    client = sign_in(cast.editor)
    price = Price.of(cast.team.pk)
    price.monthly_cap_micro = 1
    price.save()
    assert "3 alternatives" in _inspector(client, take)
    refused = post(client, "paragraph-alternatives", take.paragraph_id)
    assert refused.status_code == 409
    assert "more than the caps leave" in said(refused)
    price.monthly_cap_micro = None
    price.save()
    page = post(client, "paragraph-alternatives", take.paragraph_id).content.decode()
    assert page.count("is-alternative") == 3
    assert Take.objects.active().filter(paragraph=take.paragraph_id).count() == 3
    post(client, "paragraph-alternatives", take.paragraph_id)
    assert Take.objects.filter(paragraph=take.paragraph_id).count() == 4


def test_the_inspector_asks_as_much_for_many_takes_as_for_one(
    cast: Cast, sign_in: SignIn, take: Take
) -> None:
    client = sign_in(cast.editor)
    _inspector(client, take)
    with CaptureQueriesContext(connection) as one:
        _inspector(client, take)
    for _ in range(2):
        factories.ready(Paragraph.objects.get(pk=take.paragraph_id))
    with CaptureQueriesContext(connection) as three:
        _inspector(client, take)
    assert len(three) == len(one)


def test_a_take_is_served_as_files_have_it_and_kept_while_the_finish_is_the_same(
    cast: Cast, sign_in: SignIn, take: Take
) -> None:
    client = sign_in(cast.viewer)
    address = reverse("take-heard", args=[take.pk])
    plain = client.get(reverse("take-audio", args=[take.pk]))
    assert b"".join(client.get(address).streaming_content) == b"".join(plain.streaming_content)
    softer = Finish(target_db=-30.0, gains_db={"": -6.0})
    Project.objects.update(finish=softer.kept())
    named = client.get(address, {"v": f"{take.trim_count}-{softer.mark}"})
    assert "immutable" in named["Cache-Control"]
    assert "immutable" not in client.get(address, {"v": "0-another"})["Cache-Control"]
    part = client.get(address, headers={"Range": "bytes=44-99"})
    assert (part.status_code, part["Content-Range"].split("/")[0]) == (206, "bytes 44-99")
    page = client.get(reverse("script-detail", args=[take.paragraph.script_id])).content.decode()
    assert f'data-finish="{softer.mark}"' in page
