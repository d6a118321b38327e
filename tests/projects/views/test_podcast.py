"""What a podcast app gets at a feed's address, followed as an app follows it; and nothing after it was taken back."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import av
import feedparser
import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from narrator.teams.models import User
from projects.actions import exports, feeds
from projects.models import Export, Feed, Project
from projects.urls import feed_patterns
from tests import factories
from tests.audio import sounds
from tests.cast import Cast

pytestmark = pytest.mark.one_database

SignIn = Callable[[User], Client]


@pytest.fixture
def book(cast: Cast) -> Project:
    project = factories.project(cast.team, lines=1, scripts=2, language="English", author="A. Writer")
    for n, script in enumerate(project.scripts.all()):
        factories.ready(
            script.paragraphs.get(), samples=sounds.padded(sounds.burst(4800, seed=n), 2400, 2400)
        )
    project.cover.save("cover.jpg", ContentFile(sounds.picture("mjpeg", 1400)))
    return project


def export(project: Project, **options: object) -> Export:
    wanted = {"format": "mp3", "by_chapter": True, "by": None, "narrator": "Neil", **options}
    row = exports.request(project, project.scripts.all(), **wanted)  # type: ignore[arg-type]
    claimed = exports.claim(row.pk)
    assert claimed is not None
    assert exports.assemble(claimed) == "ready"
    return Export.objects.get(pk=row.pk)


def opened(
    project: Project, cast: Cast, episodes: str = "chapters", *, drafts: bool = False
) -> tuple[Feed, str]:
    feed, token = feeds.make(project, name="Fay", episodes=episodes, has_drafts=drafts, by=cast.editor)
    return feed, reverse("feed", args=[token])


def path(url: str) -> str:
    assert url.startswith("http://testserver/feed/")
    return urlsplit(url).path


def body(answer: object) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]


def caption_ms(app: Client, entry: Any) -> float:
    """When the first caption of an episode begins."""
    vtt = app.get(path(entry.enclosures[0].href.replace("sounds", "texts").replace(".mp3", ".vtt")))
    found = re.search(r"00:00:(\d\d\.\d{3}) -->", vtt.content.decode())
    assert found is not None
    return 1000 * float(found[1])


def test_an_app_follows_every_address_of_the_feed_and_gets_what_was_said(
    cast: Cast, book: Project, tmp_path: Path
) -> None:
    made = export(book)
    _, address = opened(book, cast)
    app = Client()
    answer = app.get(address)
    assert (answer["Content-Type"], answer["X-Robots-Tag"]) == (
        "application/rss+xml; charset=utf-8",
        "noindex",
    )
    read = feedparser.parse(answer.content)
    assert (read.bozo, read.feed.title, read.feed.language) == (False, "The Long Night", "en")
    assert [entry.title for entry in read.entries] == ["Chapter 2", "Chapter 1"], "the newest first"
    picture = app.get(path(read.feed.image.href))
    assert (picture["Content-Type"], body(picture)[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    for entry in read.entries:
        (sound,) = entry.enclosures
        got = app.get(path(sound.href))
        data = body(got)
        assert (got["Content-Type"], str(len(data)), got["Content-Length"]) == (
            sound.type,
            sound.length,
            sound.length,
        )
        with av.open(io.BytesIO(data)) as file:
            assert file.metadata["title"] == entry.title
            assert int(entry.itunes_duration) == pytest.approx(file.duration / av.time_base, abs=0.6)
        (tmp_path / "sound.mp3").write_bytes(data)
        samples, rate_hz = sounds.decoded(tmp_path / "sound.mp3")
        heard_ms = 1000 * np.flatnonzero(np.abs(samples) > 0.02)[0] / rate_hz
        assert caption_ms(app, entry) == pytest.approx(heard_ms, abs=25)
        texts = re.findall(r'transcript url="([^"]+)" type="([^"]+)"', answer.content.decode())
        assert [kind for _, kind in texts[:3]] == ["text/vtt", "application/x-subrip", "application/json"]
    for url, kind in texts:
        got = app.get(path(url))
        assert (got.status_code, got["Content-Type"]) == (200, f"{kind}; charset=utf-8")
        assert b"That was number" in got.content.replace(b"\n", b" ")
    assert app.cookies == {}
    assert made.by_chapter


def test_a_whole_book_is_one_episode_with_its_chapters(cast: Cast, book: Project) -> None:
    export(book, format="m4b", by_chapter=False)
    _, address = opened(book, cast, "book")
    app = Client()
    (entry,) = feedparser.parse(app.get(address).content).entries
    answer = app.get(path(entry.podcast_chapters["url"]))
    assert answer["Content-Type"] == "application/json+chapters"
    assert [row["title"] for row in answer.json()["chapters"]] == ["Chapter 1", "Chapter 2"]
    assert entry.enclosures[0].type == "audio/x-m4a"
    assert len(body(app.get(path(entry.enclosures[0].href)))) == int(entry.enclosures[0].length)


def test_ranges_heads_and_what_is_known_already(cast: Cast, book: Project) -> None:
    export(book)
    _, address = opened(book, cast)
    app = Client()
    answer = app.get(address)
    same = app.get(address, headers={"If-None-Match": answer["ETag"]})
    assert (same.status_code, same.content, "no-store" in same["Cache-Control"]) == (304, b"", False)
    sound = path(feedparser.parse(answer.content).entries[0].enclosures[0].href)
    whole = app.get(sound)
    data, etag = body(whole), whole["ETag"]
    part = app.get(sound, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part["Content-Range"]) == (206, f"bytes 100-199/{len(data)}")
    assert body(part) == data[100:200]
    assert body(app.get(sound, headers={"Range": "bytes=-50"})) == data[-50:]
    assert app.get(sound, headers={"Range": f"bytes={len(data)}-"}).status_code == 416
    assert app.get(sound, headers={"If-None-Match": etag}).status_code == 304
    kept = app.get(sound, headers={"Range": "bytes=0-9", "If-Range": etag})
    other = app.get(sound, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert (kept.status_code, len(body(kept)), other.status_code, len(body(other))) == (
        206,
        10,
        200,
        len(data),
    )
    for one in (address, sound):
        head = app.head(one)
        assert (head.status_code, body(head)) == (200, b"")
    assert app.head(sound)["Content-Length"] == str(len(data))
    assert app.post(address).status_code == 405


def test_a_new_file_has_a_new_address_and_the_old_one_goes_on_for_a_while(cast: Cast, book: Project) -> None:
    export(book)
    _, address = opened(book, cast)
    app = Client()
    before = feedparser.parse(app.get(address).content)
    etag = app.get(address)["ETag"]
    export(book)
    answer = app.get(address, headers={"If-None-Match": etag})
    assert answer.status_code == 200
    after = feedparser.parse(answer.content)
    assert [one.id for one in after.entries] == [one.id for one in before.entries]
    assert after.entries[0].enclosures[0].href != before.entries[0].enclosures[0].href
    old = app.get(path(before.entries[0].enclosures[0].href))
    assert (old.status_code, str(len(body(old)))) == (200, before.entries[0].enclosures[0].length)


def test_a_feed_opens_nothing_but_its_own_files_and_nothing_after_it_was_taken_back(
    cast: Cast, book: Project
) -> None:
    mine = export(book)
    wav = export(book, format="wav")
    draft = export(book, partial=True)
    other = factories.project(cast.other_team, lines=1)
    factories.all_ready(other.scripts.get(), duration_ms=200)
    theirs = export(other)
    feed, address = opened(book, cast)
    token = address.split("/")[2]
    app = Client()

    def status(name: str, *more: object) -> int:
        answer = app.get(reverse(name, args=[token, *more]))
        body(answer)
        return answer.status_code

    for row in (wav, draft, theirs):
        assert status("feed-sound", row.pk, 1, "mp3") == 404
        assert status("feed-text", row.pk, 1, "vtt") == 404
        assert status("feed-chapters", row.pk, 1) == 404
    assert status("feed-sound", mine.pk, 3, "mp3") == status("feed-sound", mine.pk, 1, "wav") == 404
    assert status("feed-text", mine.pk, 1, "words") == 404
    open_ones = {
        "feed": (),
        "feed-cover": (),
        "feed-sound": (mine.pk, 1, "mp3"),
        "feed-text": (mine.pk, 1, "vtt"),
        "feed-chapters": (mine.pk, 1),
    }
    assert {pattern.name for pattern in feed_patterns} == set(open_ones)
    assert [status(name, *more) for name, more in open_ones.items()] == [200] * 5
    feeds.revoke(feed, by=cast.editor)
    assert [status(name, *more) for name, more in open_ones.items()] == [404] * 5


def test_the_feed_costs_the_same_queries_for_any_number_of_chapters(
    cast: Cast, django_assert_max_num_queries: object
) -> None:
    for count in (1, 3):
        project = factories.project(cast.team, lines=1, scripts=count)
        for script in project.scripts.all():
            factories.all_ready(script, duration_ms=200)
        export(project)
        _, address = opened(project, cast)
        Client().get(address)
        with django_assert_max_num_queries(3):  # type: ignore[operator]
            Client().get(address)
