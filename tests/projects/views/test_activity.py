"""The page of activity: what it shows, its filter, and that an address with nonsense in it shows all."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from narrator.teams.models import User
from projects.actions import guests, reviews, trail
from projects.models import Script
from tests import factories
from tests.cast import Cast

SignIn = Callable[[User], Client]


@pytest.fixture
def script(cast: Cast) -> Script:
    row = factories.script(cast.team, lines=2)
    factories.all_ready(row)
    return row


def test_the_page_filters_by_person_kind_chapter_and_day(cast: Cast, sign_in: SignIn, script: Script) -> None:
    line = script.paragraphs.all()[0]
    reviews.comment(line, text="<b>Slower</b>", by=cast.reviewer)
    reviews.judge(line, take_id=line.chosen_id, kind="approved", by=cast.editor)
    link, _ = guests.make(script.project, name="Gus", days=1, by=cast.editor)
    reviews.comment(line, text="Lovely.", by=None, guest=link)
    client = sign_in(cast.viewer)
    address = reverse("project-activity", args=[script.project_id])

    def shown(**query: object) -> str:
        return client.get(address, query).content.decode()

    whole = shown()
    assert "&lt;b&gt;Slower" in whole
    assert f"“{line.text[:48]}" in whole
    assert f"{script.get_absolute_url()}#line-{line.pk}" in whole
    by_rosa = shown(who=f"p{cast.reviewer.pk}")
    assert "Slower" in by_rosa
    assert "Lovely" not in by_rosa
    by_gus = shown(who=f"g{link.pk}")
    assert "Lovely" in by_gus
    assert "Slower" not in by_gus
    assert "Slower" not in shown(kind="verdicts")
    assert "Nothing fits this filter" in shown(until="2001-01-01")
    assert "Slower" in shown(script=script.pk, since="2001-01-01")
    for nonsense in (
        {"who": "p1000"},
        {"kind": "x"},
        {"since": "yesterday"},
        {"before": "x"},
        {"until": "9999-12-31"},
    ):
        assert "Slower" in shown(**nonsense), nonsense


def test_what_was_earlier_stands_on_the_next_page(
    cast: Cast, sign_in: SignIn, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "PAGE", 2)
    line = script.paragraphs.all()[0]
    for n in range(3):
        reviews.comment(line, text=f"Word {n}", by=cast.reviewer)
    client = sign_in(cast.viewer)
    page = client.get(reverse("project-activity", args=[script.project_id]), {"kind": "comments"})
    assert "Word 0" not in page.content.decode()
    query = page.content.decode().split('href="?')[-1].split('"')[0].replace("&amp;", "&")
    page = client.get(f"{reverse('project-activity', args=[script.project_id])}?{query}")
    assert "Word 0" in page.content.decode()
    assert "Word 1" not in page.content.decode()
    assert "Earlier" not in page.content.decode()


def test_a_teams_activity_is_for_its_admins(cast: Cast, sign_in: SignIn, script: Script) -> None:
    other = factories.script(cast.other_team, lines=1, title="Elsewhere's book")
    reviews.comment(other.paragraphs.get(), text="Not for you", by=cast.stranger)
    reviews.comment(script.paragraphs.all()[0], text="For the desk", by=cast.reviewer)
    page = sign_in(cast.admin).get(reverse("team-activity", args=[cast.team.pk])).content.decode()
    assert "For the desk" in page
    assert "Not for you" not in page
    assert (
        b"All of Night Desk"
        in sign_in(cast.admin).get(reverse("project-activity", args=[script.project_id])).content
    )
    assert (
        b"All of Night Desk"
        not in sign_in(cast.editor).get(reverse("project-activity", args=[script.project_id])).content
    )
