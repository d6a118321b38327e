"""Guest links: what they open, what they do not, how they end; and what a guest says."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from narrator.teams.models import User
from projects.actions import guests, reviews
from projects.models import Comment, GuestLink, Paragraph, Project, Script, Verdict
from projects.urls import guest_patterns
from tests import factories
from tests.cast import Cast
from tests.house.test_doors import OPEN, doors

SignIn = Callable[[User], Client]


@pytest.fixture
def project(cast: Cast) -> Project:
    """Two chapters of two lines, all ready."""
    row = factories.project(cast.team, lines=2, scripts=2)
    for script in row.scripts.all():
        factories.all_ready(script)
    return row


def link(project: Project, cast: Cast, **options: object) -> tuple[GuestLink, str]:
    return guests.make(project, name="Gus", days=14, by=cast.editor, **options)  # type: ignore[arg-type]


def line_of(script: Script) -> Paragraph:
    line = script.paragraphs.first()
    assert line is not None
    return line


def audio(token: str, line: Paragraph, take_id: int | None = None) -> str:
    return reverse("guest-audio", args=[token, line.pk, take_id or line.chosen_id])


def status(client: Client, address: str) -> int:
    answer = client.get(address)
    if answer.streaming:
        b"".join(answer.streaming_content)  # type: ignore[arg-type]
    return answer.status_code


def test_a_guest_reads_and_hears_without_an_account(cast: Cast, project: Project) -> None:
    _, token = link(project, cast)
    client = Client()
    first, second = project.scripts.all()
    page = client.get(reverse("guest-project", args=[token])).content.decode()
    assert first.title in page
    assert second.title in page
    line = line_of(first)
    page = client.get(reverse("guest-script", args=[token, first.pk]))
    assert line.text in page.content.decode()
    assert (page["X-Robots-Tag"], "no-store" in page["Cache-Control"]) == ("noindex", True)
    assert status(client, audio(token, line)) == 200


def test_a_link_for_one_chapter_opens_no_other(cast: Cast, project: Project) -> None:
    first, second = project.scripts.all()
    _, token = link(project, cast, script=first)
    client = Client()
    assert client.get(reverse("guest-project", args=[token]))["Location"].endswith(f"/scripts/{first.pk}/")
    other = line_of(second)
    assert status(client, reverse("guest-script", args=[token, second.pk])) == 404
    assert status(client, audio(token, other)) == 404
    data = {"kind": "approved", "take": other.chosen_id, "text": "x"}
    for name in ("guest-verdict", "guest-comment"):
        assert client.post(reverse(name, args=[token, other.pk]), data).status_code == 404
    assert not Verdict.objects.exists()
    assert not Comment.objects.exists()


def test_a_link_opens_no_other_project_and_no_take_that_is_not_chosen(cast: Cast, project: Project) -> None:
    _, token = link(project, cast)
    client = Client()
    stranger = factories.script(cast.other_team, lines=1)
    factories.all_ready(stranger)
    line = line_of(stranger)
    assert status(client, reverse("guest-script", args=[token, stranger.pk])) == 404
    assert status(client, audio(token, line)) == 404
    own = line_of(project.scripts.all()[0])
    old = own.chosen_id
    factories.ready(own)
    assert status(client, audio(token, own, old)) == 404
    assert status(client, audio(token, own, line.chosen_id)) == 404


def test_nothing_else_of_the_studio_opens_to_a_guest(cast: Cast, project: Project) -> None:
    """Every address there is, with the numbers of what is there, by someone whose browser has opened a link."""
    row, token = link(project, cast, password="open sesame")
    client = Client()
    client.post(reverse("guest-password", args=[token]), {"password": "open sesame"})
    line = line_of(project.scripts.all()[0])
    assert status(client, audio(token, line)) == 200
    there = {"project_id": project.pk, "script_id": line.script_id, "paragraph_id": line.pk}
    there |= {"take_id": line.chosen_id, "link_id": row.pk, "team_id": project.team_id}
    knocked = 0
    for address, _ in doors(get_resolver()):
        filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda gap: str(there.get(gap[1], 1)), f"/{address}")
        # What programs are told of the API names nobody and nothing; its acts answer to tokens alone.
        if address in OPEN or filled.endswith("/openapi.json") or any(odd in filled for odd in "^$(?"):
            continue
        for answer in (client.get(filled), client.post(filled)):
            knocked += 1
            assert answer.status_code in (302, 401, 404, 405), (filled, answer.status_code)
            to = answer["Location"] if answer.status_code == 302 else ""
            assert not to or to.startswith(("/sign-in/", "/admin/login/")), (filled, to)
    assert knocked > 200


@pytest.mark.parametrize("end", ["revoked", "expired", "wrong"])
def test_a_link_that_is_closed_opens_nothing(end: str, cast: Cast, project: Project) -> None:
    row, token = link(project, cast)
    if end == "revoked":
        assert guests.revoke(row, by=cast.editor)
        assert not guests.revoke(row, by=cast.editor), "twice is harmless"
    elif end == "expired":
        GuestLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        token = token[:-1] + ("a" if token[-1] != "a" else "b")
    client = Client()
    line = line_of(project.scripts.all()[0])
    places = {
        "guest-project": [],
        "guest-password": [],
        "guest-script": [line.script_id],
        "guest-audio": [line.pk, line.chosen_id],
        "guest-verdict": [line.pk],
        "guest-comment": [line.pk],
    }
    assert set(places) == {pattern.name for pattern in guest_patterns}
    for name, more in places.items():
        address = reverse(name, args=[token, *more])
        is_post = name in ("guest-verdict", "guest-comment")
        answer = client.post(address, {"text": "x"}) if is_post else client.get(address)
        assert (answer.status_code, b"This link is closed" in answer.content) == (404, True), name


def test_the_password_is_asked_for_everywhere_and_tries_are_counted(
    cast: Cast, project: Project, broker: str
) -> None:
    row, token = link(project, cast, password="open sesame")
    assert "sesame" not in row.password
    client = Client()
    line = line_of(project.scripts.all()[0])
    asked = reverse("guest-password", args=[token])
    for address in (reverse("guest-script", args=[token, line.script_id]), audio(token, line)):
        assert client.get(address)["Location"] == asked
    assert client.post(reverse("guest-comment", args=[token, line.pk]), {"text": "x"})["Location"] == asked
    assert b"not the password" in client.post(asked, {"password": "wrong"}).content
    assert client.post(asked, {"password": "open sesame"}).status_code == 302
    assert status(client, audio(token, line)) == 200
    assert status(Client(), audio(token, line)) == 302
    for _ in range(guests.TRIES_AN_HOUR):
        client.post(asked, {"password": "wrong"})
    assert b"Too many tries" in Client().post(asked, {"password": "open sesame"}).content
    assert not Comment.objects.exists()


def test_a_guest_approves_asks_for_a_change_and_comments(
    cast: Cast, project: Project, sign_in: SignIn
) -> None:
    row, token = link(project, cast)
    client = Client()
    first, second = project.scripts.all()[0].paragraphs.all()
    headers = {"HX-Request": "true"}
    data = {"kind": "approved", "take": first.chosen_id}
    answer = client.post(reverse("guest-verdict", args=[token, first.pk]), data, headers=headers)
    assert b"Approved by" in answer.content
    data = {"kind": "pickup", "take": second.chosen_id, "reason": "<b>Softer</b>"}
    answer = client.post(reverse("guest-verdict", args=[token, second.pk]), data, headers=headers)
    assert b"Change wanted: &lt;b&gt;Softer" in answer.content
    client.post(reverse("guest-comment", args=[token, first.pk]), {"text": "Lovely."}, headers=headers)
    assert [(verdict.by, verdict.guest) for verdict in Verdict.objects.all()] == [(None, row)] * 2
    page = sign_in(cast.viewer).get(reverse("script-detail", args=[first.script_id])).content.decode()
    assert "Approved by Gus (guest)" in page
    inspector = sign_in(cast.viewer).get(reverse("paragraph-detail", args=[first.pk])).content.decode()
    assert "Lovely." in inspector
    assert "Gus (guest)" in inspector


def test_a_guest_sees_no_comments_of_the_team_nor_of_others(cast: Cast, project: Project) -> None:
    _, token = link(project, cast)
    other, _ = guests.make(project, name="Other", days=1, by=cast.editor)
    line = line_of(project.scripts.all()[0])
    reviews.comment(line, text="The author is difficult.", by=cast.editor)
    reviews.comment(line, text="From another guest.", by=None, guest=other)
    client = Client()
    page = client.get(reverse("guest-script", args=[token, line.script_id])).content.decode()
    answer = client.post(
        reverse("guest-comment", args=[token, line.pk]), {"text": "Mine."}, headers={"HX-Request": "true"}
    )
    for text in (page, answer.content.decode()):
        assert "difficult" not in text
        assert "another guest" not in text
    assert "You: Mine." in answer.content.decode()


def test_a_wordless_change_is_refused_in_its_line(cast: Cast, project: Project) -> None:
    _, token = link(project, cast)
    line = line_of(project.scripts.all()[0])
    data = {"kind": "pickup", "take": line.chosen_id, "reason": " "}
    answer = Client().post(
        reverse("guest-verdict", args=[token, line.pk]), data, headers={"HX-Request": "true"}
    )
    assert (answer.status_code, b"Say in a few words" in answer.content) == (422, True)


def test_a_link_is_shown_once_and_kept_as_a_hash(cast: Cast, project: Project, sign_in: SignIn) -> None:
    client = sign_in(cast.editor)
    address = reverse("guest-links", args=[project.pk])
    page = client.post(address, {"name": "Gus", "days": 7, "script": "", "password": ""}).content.decode()
    token = page.split("/guest/")[1].split("/")[0]
    assert guests.find(token) == GuestLink.objects.get()
    assert token not in client.get(address).content.decode()
    assert token not in str(GuestLink.objects.values().get())
    elsewhere = factories.script(cast.team)
    wrong = client.post(address, {"name": "Gus", "days": 7, "script": elsewhere.pk})
    assert wrong.status_code == 422
    assert client.post(address, {"name": "Gus", "days": 999}).status_code == 422
    client.post(reverse("guest-revoke", args=[GuestLink.objects.get().pk]))
    assert guests.find(token) is None
    assert sign_in(cast.reviewer).get(address).status_code == 403


def test_posts_need_the_csrf_token(cast: Cast, project: Project) -> None:
    _, token = link(project, cast)
    line = line_of(project.scripts.all()[0])
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(reverse("guest-comment", args=[token, line.pk]), {"text": "x"}).status_code == 403


def test_the_page_costs_the_same_queries_for_any_number_of_lines(
    cast: Cast, django_assert_max_num_queries: object
) -> None:
    for count in (1, 3):
        script = factories.script(cast.team, lines=count)
        factories.all_ready(script)
        _, token = guests.make(script.project, name="Gus", days=1, by=cast.editor)
        Client().get(reverse("guest-script", args=[token, script.pk]))
        with django_assert_max_num_queries(4):  # type: ignore[operator]
            Client().get(reverse("guest-script", args=[token, script.pk]))
