"""Review over HTTP: the queue, verdicts, comments, the board, and who may what."""

import csv
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from narrator.teams.models import User
from projects.actions import guests, reviews
from projects.models import Assignment, Comment, Paragraph, Script, Verdict
from tests import factories
from tests.cast import Cast

SignIn = Callable[[User], Client]


@pytest.fixture
def script(cast: Cast) -> Script:
    row = factories.script(cast.team, lines=3)
    factories.all_ready(row)
    return row


def judge(client: Client, line: Paragraph, kind: str, **data: object) -> HttpResponse:
    line.refresh_from_db()
    address = reverse("paragraph-verdict", args=[line.pk])
    return client.post(
        address, {"kind": kind, "take": line.chosen_id, **data}, headers={"HX-Request": "true"}
    )


def test_a_reviewer_hears_one_line_after_the_other(cast: Cast, sign_in: SignIn, script: Script) -> None:
    first, second, third = script.paragraphs.all()
    client = sign_in(cast.reviewer)
    page = client.get(reverse("script-review", args=[script.pk]))
    assert first.text in page.content.decode()
    answer = judge(client, first, "approved", **{"from": "review"})
    assert second.text in answer.content.decode()
    assert "1 approved, 2 to hear" in answer.content.decode()
    skipped = client.get(reverse("script-review", args=[script.pk]), {"after": second.pk})
    assert f'id="hear-line">{third.text}' in skipped.content.decode()
    answer = judge(client, third, "pickup", reason="Too fast", **{"from": "review"})
    assert f'id="hear-line">{second.text}' in answer.content.decode(), "what was skipped comes again"
    answer = judge(client, second, "approved", **{"from": "review"})
    assert "Every line that has a current take is heard." in answer.content.decode()


def test_a_pickup_without_a_reason_is_refused_and_stays_on_its_line(
    cast: Cast, sign_in: SignIn, script: Script
) -> None:
    line = script.paragraphs.all()[1]
    for more in ({}, {"from": "review"}):
        answer = judge(sign_in(cast.reviewer), line, "pickup", reason="  ", **more)
        assert answer.status_code == 422
        assert b"Say in a few words" in answer.content
    assert f'id="hear-line">{line.text}' in answer.content.decode()
    assert not Verdict.objects.exists()


def test_a_verdict_on_a_take_that_is_no_longer_chosen_is_refused(
    cast: Cast, sign_in: SignIn, script: Script
) -> None:
    line = script.paragraphs.all()[0]
    old = line.chosen_id
    factories.ready(line)
    answer = sign_in(cast.reviewer).post(
        reverse("paragraph-verdict", args=[line.pk]),
        {"kind": "approved", "take": old},
        headers={"HX-Request": "true"},
    )
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#verdict-refused")
    assert b"Another take was chosen meanwhile" in answer.content


def test_the_row_shows_who_approved_and_why_a_pickup_is_wanted(
    cast: Cast, sign_in: SignIn, script: Script
) -> None:
    first, second, _ = script.paragraphs.all()
    client = sign_in(cast.reviewer)
    assert b"Approved by Rosa" in judge(client, first, "approved").content
    judge(client, second, "pickup", reason="It is <Shi-vawn>")
    page = client.get(reverse("script-detail", args=[script.pk])).content.decode()
    assert "Pickup: It is &lt;Shi-vawn&gt;" in page
    assert page.count('data-mark="approved"') == 1


def test_the_queue_of_a_person_has_only_what_was_given_to_her(
    cast: Cast, sign_in: SignIn, script: Script
) -> None:
    other = factories.script(cast.other_team, lines=1)
    Assignment.objects.create(script=other, reviewer=cast.reviewer)
    client = sign_in(cast.reviewer)
    assert b"Nothing is given to you now" in client.get(reverse("review-list")).content
    reviews.assign(script, [cast.reviewer], by=cast.editor)
    page = client.get(reverse("review-list")).content.decode()
    assert "0 approved, 3 to hear, of 3" in page
    assert "Nothing is given" in sign_in(cast.viewer).get(reverse("review-list")).content.decode()


def test_the_board_assigns_members_who_may_review(cast: Cast, sign_in: SignIn, script: Script) -> None:
    client = sign_in(cast.editor)
    address = reverse("script-assign", args=[script.pk])
    client.post(address, {"reviewers": [cast.reviewer.pk, cast.editor.pk]})
    assert Assignment.objects.count() == 2
    for stranger in (cast.viewer, cast.stranger):
        client.post(address, {"reviewers": [stranger.pk]})
        assert Assignment.objects.count() == 2, "a form with somebody who may not review changes nothing"
    board = client.get(reverse("review-board", args=[script.project_id])).content.decode()
    assert "Edgar, Rosa" in board or "Rosa, Edgar" in board


def test_the_queries_of_board_and_queue_do_not_grow(
    cast: Cast, sign_in: SignIn, django_assert_max_num_queries: object
) -> None:
    for count in (1, 3):
        project = factories.project(cast.team, lines=1, scripts=count, title=f"Book {count}")
        for one in project.scripts.all():
            reviews.assign(one, [cast.reviewer, cast.editor], by=cast.owner)
        client = sign_in(cast.reviewer)
        with django_assert_max_num_queries(14):  # type: ignore[operator]
            client.get(reverse("review-board", args=[project.pk]))
        with django_assert_max_num_queries(7):  # type: ignore[operator]
            client.get(reverse("review-list"))


def test_the_board_says_how_far_each_reviewer_is(cast: Cast, sign_in: SignIn, script: Script) -> None:
    first, second, third = script.paragraphs.all()
    reviews.assign(script, [cast.reviewer], by=cast.editor)
    judge(sign_in(cast.reviewer), first, "approved")
    judge(sign_in(cast.reviewer), second, "pickup", reason="Too fast")
    judge(sign_in(cast.admin), third, "approved")
    page = sign_in(cast.viewer).get(reverse("review-board", args=[script.project_id]))
    told = {
        one.person: (one.scripts, one.heard, one.total, one.approved, one.pickups)
        for one in page.context["reviewers"]
    }
    assert told == {cast.reviewer: (1, 3, 3, 1, 1), cast.admin: (0, 0, 0, 1, 0)}
    assert "3 of 3 lines in 1 chapter heard" in page.content.decode()
    factories.ready(first)  # another take: its approval stands no more
    page = sign_in(cast.viewer).get(reverse("review-board", args=[script.project_id])).content.decode()
    assert "2 of 3 lines in 1 chapter heard · 0 approved, 1 pickup by Rosa" in " ".join(page.split())


def test_comments_are_written_resolved_and_escaped(cast: Cast, sign_in: SignIn, script: Script) -> None:
    line = script.paragraphs.all()[0]
    client = sign_in(cast.reviewer)
    address = reverse("comment-new", args=[line.pk])
    data = {"text": "<b>Slower</b> @Edgar", "words": "lamp", "at_ms": "400"}
    answer = client.post(address, data, headers={"HX-Request": "true"})
    row = Comment.objects.get()
    assert (row.by, row.take_id, row.at_ms, row.mentions.get()) == (
        cast.reviewer,
        line.chosen_id,
        400,
        cast.editor,
    )
    assert b"&lt;b&gt;Slower" in answer.content
    assert client.post(address, {"text": " "}, headers={"HX-Request": "true"}).status_code == 422
    answer = client.post(reverse("comment-resolve", args=[row.pk]), headers={"HX-Request": "true"})
    assert b"Resolved by Rosa" in answer.content
    assert sign_in(cast.viewer).post(address, data).status_code == 403
    assert Comment.objects.count() == 1


def test_a_viewer_sees_verdicts_and_gives_none(cast: Cast, sign_in: SignIn, script: Script) -> None:
    line = script.paragraphs.all()[0]
    judge(sign_in(cast.reviewer), line, "approved")
    client = sign_in(cast.viewer)
    inspector = client.get(reverse("paragraph-detail", args=[line.pk])).content.decode()
    assert "Approved by" in inspector
    assert "data-approve" not in inspector
    assert judge(client, line, "approved").status_code == 403


def test_open_comments_that_name_a_person_stand_in_her_queue(
    cast: Cast, sign_in: SignIn, script: Script
) -> None:
    line = script.paragraphs.all()[0]
    row = reviews.comment(line, text="Is this right, @Rosa?", by=cast.editor)
    foreign = factories.script(cast.other_team, lines=1).paragraphs.get()
    reviews.comment(foreign, text="Not for you.", by=cast.stranger).mentions.add(cast.reviewer)
    page = sign_in(cast.reviewer).get(reverse("review-list")).content.decode()
    assert "Is this right, @Rosa?" in page
    assert "Not for you" not in page
    assert "Is this right" not in sign_in(cast.owner).get(reverse("review-list")).content.decode()
    reviews.resolve(row, by=cast.reviewer)
    assert "Is this right" not in sign_in(cast.reviewer).get(reverse("review-list")).content.decode()


def test_an_export_of_what_is_approved_says_who_approved_it(
    cast: Cast, sign_in: SignIn, script: Script
) -> None:
    first, second, third = script.paragraphs.all()
    client = sign_in(cast.editor)
    address = reverse("export-new", args=[script.project_id])
    judge(sign_in(cast.reviewer), first, "approved")
    link, _ = guests.make(script.project, name="=Gus", days=1, by=cast.editor)
    reviews.judge(second, take_id=second.chosen_id, kind="approved", by=None, guest=link)
    refused = client.post(address, {"format": "wav", "approved": "on"})
    assert refused.status_code == 422
    assert b"1 line is not approved as it is now" in refused.content
    assert third.text in refused.content.decode()
    client.post(address, {"format": "wav", "approved": "on", "partial": "on"})
    client.post(address, {"format": "wav"})
    plain, approved = script.project.exports.all()
    told = (
        sign_in(cast.viewer).get(reverse("export-approvals", args=[approved.pk])).content.decode("utf-8-sig")
    )
    rows = list(csv.reader(told.splitlines()))
    assert [(row[0], row[1], row[2], row[5]) for row in rows[1:]] == [
        ("Chapter 1", "1", first.text, "Rosa"),
        ("Chapter 1", "2", second.text, "'=Gus (guest)"),
    ]
    factories.ready(first)  # what happens later does not change what went in
    assert (
        sign_in(cast.viewer).get(reverse("export-approvals", args=[approved.pk])).content.decode("utf-8-sig")
        == told
    )
    assert client.get(reverse("export-approvals", args=[plain.pk])).status_code == 404
