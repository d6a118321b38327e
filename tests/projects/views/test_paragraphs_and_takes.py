"""Editing a line, directing it, and its takes, over HTTP."""

from collections.abc import Callable

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from narrator.teams.models import User
from projects.actions import takes
from projects.models import Take, TakeStatus
from tests import factories
from tests.cast import Cast

SignIn = Callable[[User], Client]


def post(client: Client, name: str, pk: int, **data: object) -> HttpResponse:
    return client.post(reverse(name, args=[pk]), data, HTTP_HX_REQUEST="true")


def test_an_edit_answers_with_the_row_and_makes_its_take_stale(cast: Cast, sign_in: SignIn) -> None:
    line = factories.script(cast.team, lines=1).paragraphs.get()
    factories.ready(line)
    response = post(sign_in(cast.editor), "paragraph-text", line.pk, text="  Quite another text. ")
    assert b'data-mark="stale"' in response.content
    line.refresh_from_db()
    assert (line.text, line.edited_by) == ("Quite another text.", cast.editor)


def test_an_empty_text_is_refused_in_place_and_nothing_is_lost(cast: Cast, sign_in: SignIn) -> None:
    line = factories.script(cast.team, lines=1).paragraphs.get()
    before = line.text
    for text in ("", "   ", "* * *", "…"):
        response = post(sign_in(cast.editor), "paragraph-text", line.pk, text=text)
        assert response.status_code == 422
        assert f'id="edit-{line.pk}"'.encode() in response.content
    line.refresh_from_db()
    assert line.text == before


def test_an_edit_while_the_line_waits_keeps_it_waiting_with_the_new_text(
    cast: Cast, sign_in: SignIn, broker: str
) -> None:
    script = factories.script(cast.team, lines=1)
    takes.request(script, script.paragraphs.all(), by=None)
    post(sign_in(cast.editor), "paragraph-text", script.paragraphs.get().pk, text="New words.")
    assert list(Take.objects.order_by("number").values_list("status", "text"))[1] == ("queued", "New words.")
    assert Take.objects.filter(status=TakeStatus.CANCELLED).count() == 1


def test_direction_is_saved_and_shown_as_what_will_be_sent(cast: Cast, sign_in: SignIn) -> None:
    line = factories.script(cast.team, lines=1).paragraphs.get()
    response = post(
        sign_in(cast.editor),
        "paragraph-direction",
        line.pk,
        voice="Maia",
        instructions="In a whisper.",
        language="",
        pause_ms="1500",
    )
    line.refresh_from_db()
    assert (line.voice, line.instructions, line.language, line.pause_ms) == (
        "Maia",
        "In a whisper.",
        "",
        1500,
    )
    assert b"In a whisper." in response.content
    assert f'id="line-{line.pk}"'.encode() in response.content


def test_a_wrong_direction_is_refused_with_a_sentence(cast: Cast, sign_in: SignIn) -> None:
    line = factories.script(cast.team, lines=1).paragraphs.get()
    for data in (
        {"voice": "Nobody"},
        {"language": "Latin"},
        {"pause_ms": "-5"},
        {"instructions": "x" * 1601},
    ):
        response = post(sign_in(cast.editor), "paragraph-direction", line.pk, **data)
        assert response.status_code == 422, data
        assert b"error" in response.content
    line.refresh_from_db()
    assert line.voice == line.language == line.instructions == ""


def test_regenerate_makes_a_second_take_of_the_same_text(cast: Cast, sign_in: SignIn, broker: str) -> None:
    line = factories.script(cast.team, lines=1).paragraphs.get()
    first = factories.ready(line)
    response = post(sign_in(cast.editor), "paragraph-render", line.pk)
    second = Take.objects.get(number=2)
    assert (second.digest, second.status, second.created_by) == (first.digest, TakeStatus.QUEUED, cast.editor)
    assert b'data-mark="queued"' in response.content


def test_a_failed_line_says_why_and_can_be_tried_again(cast: Cast, sign_in: SignIn, broker: str) -> None:
    line = factories.script(cast.team, lines=1).paragraphs.get()
    take = factories.failed(line)
    client = sign_in(cast.editor)
    assert take.error_reason.encode() in client.get(reverse("script-detail", args=[line.script_id])).content
    post(client, "take-retry", take.pk)
    take.refresh_from_db()
    assert take.status == TakeStatus.QUEUED


def test_an_alternate_take_can_be_chosen(cast: Cast, sign_in: SignIn) -> None:
    line = factories.script(cast.team, lines=1).paragraphs.get()
    first, second = factories.ready(line), factories.ready(line)
    post(sign_in(cast.editor), "take-choose", first.pk)
    line.refresh_from_db()
    assert line.chosen == first != second


def test_the_sound_of_a_take_can_be_sought_and_kept(cast: Cast, sign_in: SignIn) -> None:
    take = factories.ready(factories.script(cast.team, lines=1).paragraphs.get())
    client = sign_in(cast.viewer)
    response = client.get(reverse("take-audio", args=[take.pk]), headers={"Range": "bytes=0-43"})
    head = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert response.status_code == 206
    assert head[:4] == b"RIFF"
    assert int.from_bytes(head[40:44], "little") == take.frames * 2
    assert "immutable" in response["Cache-Control"]
    assert client.get(reverse("take-waveform", args=[take.pk])).content == bytes(take.peaks)


def test_a_take_without_sound_has_no_address(cast: Cast, sign_in: SignIn) -> None:
    take = factories.failed(factories.script(cast.team, lines=1).paragraphs.get())
    client = sign_in(cast.owner)
    assert client.get(reverse("take-audio", args=[take.pk])).status_code == 404
    assert client.get(reverse("take-waveform", args=[take.pk])).status_code == 404
