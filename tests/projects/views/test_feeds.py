"""The page of a project's podcast feeds."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from narrator.teams.models import User
from projects.actions import feeds
from projects.models import Export, Feed, Project
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.one_database

SignIn = Callable[[User], Client]


@pytest.fixture
def project(cast: Cast) -> Project:
    return factories.project(cast.team, lines=2)


def test_an_address_is_shown_once_and_taken_back(cast: Cast, project: Project, sign_in: SignIn) -> None:
    client, address = sign_in(cast.editor), reverse("feed-list", args=[project.pk])
    page = client.post(address, {"name": "Fay", "episodes": "chapters"}).content.decode()
    token = page.split("/feed/")[1].split("/")[0]
    assert feeds.find(token) == Feed.objects.get()
    page = client.get(address).content.decode()
    assert token not in page
    assert "needs a finished MP3" in page
    assert client.post(address, {"name": " ", "episodes": "x"}).status_code == 422
    client.post(reverse("feed-revoke", args=[Feed.objects.get().pk]))
    assert feeds.find(token) is None
    assert "Take back" not in client.get(address).content.decode().split("<h2")[-1]
    assert sign_in(cast.reviewer).get(address).status_code == 403


def test_filling_a_feed_orders_its_files_or_says_what_is_missing(
    cast: Cast, project: Project, sign_in: SignIn
) -> None:
    client = sign_in(cast.editor)
    whole, _ = feeds.make(project, name="Fay", episodes="book", has_drafts=False, by=cast.editor)
    drafts, _ = feeds.make(project, name="Dan", episodes="chapters", has_drafts=True, by=cast.editor)

    def fill(feed: Feed) -> str:
        return client.post(reverse("feed-fill", args=[feed.pk]), follow=True).content.decode()

    assert "No line has a take yet" in fill(drafts)
    factories.ready(project.scripts.get().paragraphs.all()[0], duration_ms=200)
    assert "Not assembled: 1 line not ready" in fill(whole)
    assert not Export.objects.exists()
    assert "being assembled" in fill(drafts)
    export = Export.objects.get()
    assert (export.format, export.by_chapter, export.partial) == ("mp3-128", True, True)
    assert export.created_by == cast.editor
