"""Acts on lines over HTTP: what they answer, how other pages learn of them, and what is refused."""

import json
import re
from collections.abc import Callable

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from narrator.teams.models import User
from projects.actions import cast as acting
from projects.actions import claims, directing, lines, lineups, locks, paragraphs, takes
from projects.models import Edit, Paragraph, Script, Take
from tests import factories
from tests.cast import Cast

SignIn = Callable[[User], Client]


def post(client: Client, name: str, pk: int, **data: object) -> HttpResponse:
    return client.post(reverse(name, args=[pk]), data, HTTP_HX_REQUEST="true")


def told(response: HttpResponse, event: str) -> dict:
    return json.loads(response["HX-Trigger"])[event]


def poll(client: Client, script: Script, since: int) -> HttpResponse:
    return client.get(reverse("script-changes", args=[script.pk]), {"since": since}, HTTP_HX_REQUEST="true")


def texts(script: Script) -> list[str]:
    return [line.text for line in script.paragraphs.all()]


def test_a_deleted_line_is_told_to_pages_that_show_it_and_its_return_too(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team)
    line = script.paragraphs.all()[1]
    editor, viewer = sign_in(cast.editor), sign_in(cast.viewer)
    response = post(editor, "lines-remove", script.pk, lines=str(line.pk))
    assert (response.status_code, told(response, "lines:done")["words"]) == (204, "1 line deleted.")
    changes = poll(viewer, script, 0)
    assert f'data-gone="{line.pk}"'.encode() in changes.content
    assert b"2 ready" in changes.content or b"0 of 2 ready" in changes.content
    post(editor, "edit-undo", script.pk)
    changes = poll(viewer, script, 0)
    assert b"data-gone" not in changes.content
    assert f'id="line-{line.pk}"'.encode() in changes.content


def test_a_moved_line_leaves_one_page_and_comes_to_the_other(cast: Cast, sign_in: SignIn) -> None:
    one, two = factories.project(cast.team, scripts=2, lines=2).scripts.all()
    line = one.paragraphs.first()
    client = sign_in(cast.editor)
    post(client, "lines-move", one.pk, lines=str(line.pk), to=two.pk)
    assert f'data-gone="{line.pk}"'.encode() in poll(client, one, 0).content
    assert f'id="line-{line.pk}"'.encode() in poll(client, two, 0).content
    assert two.paragraphs.last() == line


def test_the_order_has_every_line_and_what_is_played(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team, lines=3)
    first = script.paragraphs.first()
    take = factories.ready(first, duration_ms=700)
    filby = acting.add(script.project, name="Filby", by=None)
    Paragraph.objects.filter(pk=first.pk).update(pause_ms=50, character=filby)
    answer = sign_in(cast.viewer).get(reverse("script-order", args=[script.pk])).json()
    script.refresh_from_db()
    assert answer["version"] == script.version
    assert [line[0] for line in answer["lines"]] == [line.pk for line in script.paragraphs.all()]
    assert answer["lines"][0][2:] == ["ready", take.pk, 700, 50, len(first.text), 0, filby.pk, "", 50, 50]
    assert answer["lines"][1][2:6] == ["none", 0, 0, None]


def test_the_database_tells_every_mark_as_the_line_itself_does(cast: Cast) -> None:
    script = factories.script(cast.team, lines=9)
    lines = list(script.paragraphs.all())
    for line in lines[:4]:
        factories.ready(line)
    lines[1].text += " And more."
    paragraphs.edit(lines[1], project=script.project, by=None)
    Take.objects.filter(paragraph=lines[2]).update(findings=[{"at_ms": 0, "until_ms": 9, "text": "Hum"}])
    Take.objects.filter(paragraph=lines[3]).update(
        findings=[{"at_ms": 0, "until_ms": 9, "text": "Hum"}], cleared_at=timezone.now()
    )
    factories.failed(lines[4])
    factories.failed(lines[5])
    lines[5].text += " Milder."
    paragraphs.edit(lines[5], project=script.project, by=None)
    takes.request(script, lines[6:8], by=None)
    assert claims.claim(worker="w") is not None
    told = {line.pk: line.mark for line in script.paragraphs.with_takes()}
    assert {pk: line.mark for pk, line in lineups.of(script).lines.items()} == told
    expected = ["ready", "stale", "flagged", "ready", "failed", "none"]
    assert [told[line.pk] for line in lines[:6]] == expected
    assert sorted(told[line.pk] for line in lines[6:]) == ["none", "queued", "running"]


def test_a_window_brings_the_rows_between_two_positions(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team, lines=9)
    lines = list(script.paragraphs.all())
    address = reverse("script-window", args=[script.pk])
    client = sign_in(cast.viewer)
    response = client.get(address, {"from": lines[2].position, "to": lines[4].position})
    found = [int(pk) for pk in re.findall(rb'id="line-(\d+)"', response.content)]
    assert found == [line.pk for line in lines[2:5]]
    assert client.get(address, {"from": "x", "to": "9" * 40}).status_code == 400


def test_a_long_script_begins_with_a_window_and_says_what_is_missing(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team, lines=130)
    page = sign_in(cast.viewer).get(reverse("script-detail", args=[script.pk])).content.decode()
    assert page.count('class="line"') == 100
    assert "30 more lines" in page
    start = re.findall(r'href="\?from=(\d+)"', page)[0]
    rest = sign_in(cast.viewer).get(reverse("script-detail", args=[script.pk]), {"from": start})
    assert rest.content.count(b'class="line"') == 30  # without scripts, too


def test_split_answers_with_the_first_part_and_names_the_second(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team, lines=1)
    line = script.paragraphs.get()
    client = sign_in(cast.editor)
    response = post(
        client, "paragraph-split", line.pk, text="One ", rest=" two.\r\nThree.", opened=line.text_mark
    )
    assert f'id="line-{line.pk}"'.encode() in response.content
    assert texts(script) == ["One", "two.\nThree."]
    assert told(response, "lines:done")["select"] == script.paragraphs.last().pk
    refused = post(client, "paragraph-split", line.pk, text="One", rest=" … ")
    assert refused.status_code == 422
    assert b'id="edit-' in refused.content


def test_a_second_save_is_answered_with_both_texts(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team, lines=1)
    line = script.paragraphs.get()
    edgar, ada = sign_in(cast.editor), sign_in(cast.admin)
    form = edgar.get(reverse("paragraph-text", args=[line.pk])).content.decode()
    opened = re.findall(r'name="opened" value="(\w+)"', form)[0]
    post(ada, "paragraph-text", line.pk, text="Ada's words.", opened=opened)
    response = post(edgar, "paragraph-text", line.pk, text="Edgar's words.", opened=opened)
    page = response.content.decode()
    assert response.status_code == 409
    assert "Ada saved this line while you wrote" in page
    assert "Ada&#x27;s words." in page
    assert "Edgar&#x27;s words." in page
    assert texts(script) == ["Ada's words."]
    opened = re.findall(r'name="opened" value="(\w+)"', page)[0]
    assert post(edgar, "paragraph-text", line.pk, text="Edgar's words.", opened=opened).status_code == 200
    history = edgar.get(reverse("edit-list", args=[line.pk])).content.decode()
    assert "Ada&#x27;s words." in history  # what was saved over
    assert history.index("Edgar") < history.index("Ada")


def test_saving_a_line_that_was_deleted_meanwhile_loses_nothing(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team, lines=2)
    line = script.paragraphs.first()
    post(sign_in(cast.admin), "lines-remove", script.pk, lines=str(line.pk))
    edgar = sign_in(cast.editor)
    response = post(edgar, "paragraph-text", line.pk, text="My words.", opened=line.text_mark)
    assert response.status_code == 409
    assert b"Ada deleted this line while you wrote" in response.content
    assert b"My words." in response.content
    assert script.paragraphs.count() == 1
    address = reverse("paragraph-detail", args=[line.pk])  # closing the pen leaves no row, and no error
    assert edgar.get(address, {"part": "line"}).content == b""
    assert edgar.get(address).status_code == 200
    post(edgar, "paragraph-text", line.pk, text="My words.", opened=line.text_mark, back="1")
    assert texts(script)[0] == "My words."


def test_a_line_that_was_waiting_goes_on_waiting_with_its_new_words(
    cast: Cast, sign_in: SignIn, broker: str
) -> None:
    script = factories.script(cast.team, lines=2)
    client = sign_in(cast.editor)
    client.post(reverse("script-render", args=[script.pk]))
    first = script.paragraphs.first()
    post(client, "paragraph-merge", first.pk)
    assert list(Take.objects.filter(status="queued").values_list("text", flat=True)) == texts(script)
    assert Take.objects.filter(status="cancelled").count() == 2


def test_an_act_on_a_line_that_is_gone_says_so_and_changes_nothing(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team, lines=3)
    one, two, _ = (line.pk for line in script.paragraphs.all())
    client = sign_in(cast.editor)
    post(client, "lines-remove", script.pk, lines=str(one))
    response = post(client, "lines-remove", script.pk, lines=f"{one},{two}")
    assert response.status_code == 409
    assert "deleted or moved" in told(response, "say")["value"]
    assert script.paragraphs.count() == 2
    assert Edit.objects.count() == 1


def test_lines_of_another_project_cannot_be_named(cast: Cast, sign_in: SignIn) -> None:
    script, other = factories.script(cast.team), factories.script(cast.other_team)
    mine, theirs = script.paragraphs.first().pk, other.paragraphs.first().pk
    client = sign_in(cast.editor)
    assert post(client, "lines-remove", script.pk, lines=f"{mine},{theirs}").status_code == 409
    assert post(client, "lines-move", script.pk, lines=str(mine), to=other.pk).status_code == 404
    sibling = factories.script(cast.team)
    response = post(client, "lines-move", script.pk, lines=str(mine), to=sibling.pk)
    assert "same project" in told(response, "say")["value"]
    for chosen in ("", "1,x", "1;2", "9" * 30):
        assert post(client, "lines-remove", script.pk, lines=chosen).status_code == 409
    assert (script.paragraphs.count(), other.paragraphs.count()) == (3, 3)


def test_the_chosen_lines_alone_are_generated(cast: Cast, sign_in: SignIn, broker: str) -> None:
    script = factories.script(cast.team, lines=4)
    first, second, third, _ = script.paragraphs.all()
    factories.ready(first)
    client = sign_in(cast.editor)
    post(client, "script-render", script.pk, lines=f"{first.pk},{second.pk},{third.pk}")
    queued = Take.objects.filter(status="queued").values_list("paragraph", flat=True)
    assert sorted(queued) == [second.pk, third.pk]
    response = post(client, "script-render", script.pk, lines=str(first.pk))
    assert "are ready" in told(response, "say")["value"]


def test_the_history_of_a_line_tells_its_direction_before_and_after(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team, lines=1)
    filby = acting.add(script.project, name="Filby", by=None)
    wish = directing.Wish(True, filby, "Kai", None, directing.Words.INSTEAD, "In a whisper.")
    directing.direct(script, [script.paragraphs.get().pk], wish, by=cast.editor)
    lines.pause(script, [script.paragraphs.get().pk], pause_ms=1500, by=cast.editor)
    address = reverse("edit-list", args=[script.paragraphs.get().pk])
    shown = sign_in(cast.viewer).get(address).content.decode()
    rows = re.findall(r'class="edit-direction">(.*?)</p>', shown)
    assert [re.sub("<[^>]+>", "", row) for row in rows] == [
        "Pause: as inherited → 1,500 ms",
        "Character: Narrator → Filby",
        "Voice: as inherited → Kai",
        "Direction: as inherited → In a whisper.",
    ]


def test_a_line_tells_who_changed_what_and_restores(cast: Cast, sign_in: SignIn) -> None:
    line = factories.script(cast.team, lines=1).paragraphs.get()
    before = line.text
    line.text = "<b>Other</b> words."
    paragraphs.edit(line, project=line.script.project, by=cast.editor)
    shown = sign_in(cast.viewer).get(reverse("edit-list", args=[line.pk])).content.decode()
    assert before in shown
    assert "Restore" not in shown
    response = post(sign_in(cast.admin), "change-restore", line.changes.get().pk)
    assert response.status_code == 204
    line.refresh_from_db()
    assert line.text == before


def test_many_lines_are_directed_once_it_is_said_what_that_comes_to(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team, lines=3)
    first, *_ = script.paragraphs.all()
    factories.ready(first)
    locked = script.paragraphs.last()
    factories.ready(locked)
    locks.lock(script, [locked.pk], by=cast.editor)
    chosen = ",".join(str(line.pk) for line in script.paragraphs.all())
    client = sign_in(cast.editor)
    form = post(client, "lines-direction", script.pk, lines=chosen).content.decode()
    assert "Direct 3 lines" in form
    assert "1 locked line stays as it is." in form
    wanted = {"lines": chosen, "voice": "Kai", "words": "", "instructions": "In a whisper."}
    look = post(client, "lines-direction", script.pk, look="1", **wanted).content.decode()
    assert "2 lines would be spoken differently; 1 of them is finished." in look
    assert "Generating the finished ones again" in look
    assert "<form" not in look
    asked = post(client, "lines-direction", script.pk, **wanted)  # nobody has agreed yet
    assert (asked.status_code, b'name="agreed" value="1"' in asked.content) == (200, True)
    assert not Edit.objects.filter(kind="direction").exists()
    done = post(client, "lines-direction", script.pk, agreed="1", **wanted)
    assert told(done, "lines:done")["words"] == "2 lines directed. Left as locked: 1 line."
    assert [line.voice for line in script.paragraphs.all()] == ["Kai", "Kai", ""]
    assert [line.instructions for line in script.paragraphs.all()] == ["In a whisper.", "In a whisper.", ""]


def test_a_direction_that_no_line_can_have_is_refused_where_it_stands(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team, lines=2)
    client, chosen = sign_in(cast.editor), ",".join(str(line.pk) for line in script.paragraphs.all())
    german = {
        "lines": chosen,
        "words": "instead",
        "instructions": "Langsam und sehr traurig, mit müder Stimme.",
    }
    refused = post(client, "lines-direction", script.pk, agreed="0", **german)
    assert refused.status_code == 422
    assert "English or Chinese only" in refused.content.decode()
    empty = post(client, "lines-direction", script.pk, lines=chosen, words="besides", look="1")
    assert "Write the words, or leave the direction as it is." in empty.content.decode()
    nobody = post(
        client, "lines-direction", script.pk, lines=chosen, words="", character="999999", agreed="0"
    )
    assert nobody.status_code == 422
    long = {"lines": chosen, "words": "besides", "instructions": "slow " * 300}
    Paragraph.objects.update(instructions="Quick. " * 40)
    refused = post(client, "lines-direction", script.pk, agreed="0", **long)
    assert "the direction of line 1 is too long" in refused.content.decode()
    assert not Edit.objects.exists()


def test_directing_asks_as_often_for_two_lines_as_for_three(cast: Cast, sign_in: SignIn) -> None:
    script = factories.script(cast.team, lines=6)
    client, pks = sign_in(cast.editor), [str(line.pk) for line in script.paragraphs.all()]
    counts = []
    for voice, chosen in (("Kai", pks[:1]), ("Maia", pks[1:3]), ("Cherry", pks[3:])):
        with CaptureQueriesContext(connection) as queries:
            answer = post(
                client,
                "lines-direction",
                script.pk,
                lines=",".join(chosen),
                voice=voice,
                words="",
                agreed="0",
            )
        assert answer.status_code == 204
        counts.append(len(queries))
    assert counts[0] < counts[1] == counts[2]
