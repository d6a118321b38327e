"""Podcast feeds: which episodes are in one, under names that stay; made and taken back in the trail."""

from collections.abc import Callable
from zipfile import ZipFile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from projects.actions import exports, feeds, trail
from projects.actions.entries import Ask
from projects.models import Export, Feed, Project
from tests import factories
from tests.audio import sounds
from tests.cast import Cast

pytestmark = pytest.mark.one_database

Make = Callable[..., Feed]


@pytest.fixture
def book(cast: Cast) -> Project:
    project = factories.project(cast.team, lines=1, scripts=2)
    for script in project.scripts.all():
        factories.all_ready(script, duration_ms=200)
    return project


@pytest.fixture
def feed(cast: Cast, book: Project) -> Make:
    def make(episodes: str = "chapters", has_drafts: bool = False) -> Feed:
        return feeds.make(book, name="Fay", episodes=episodes, has_drafts=has_drafts, by=cast.editor)[0]

    return make


def export(project: Project, format: str = "mp3", **options: object) -> Export:
    options = {"by_chapter": True, **options}
    row = exports.request(project, project.scripts.all(), format=format, by=None, **options)  # type: ignore[arg-type]
    claimed = exports.claim(row.pk)
    assert claimed is not None
    assert exports.assemble(claimed) == "ready"
    return Export.objects.get(pk=row.pk)


def test_each_chapter_is_an_episode_of_its_newest_file_under_a_name_that_stays(
    book: Project, feed: Make
) -> None:
    mine = feed()
    assert feeds.episodes(mine) == []
    export(book)
    before = [(one.title, feeds.guid(mine, one)) for one in feeds.episodes(mine)]
    assert [title for title, _ in before] == ["Chapter 1", "Chapter 2"]
    first = book.scripts.all()[0]
    first.title = "The Lamp"
    first.save(update_fields=["title"])
    newer = export(book)
    after = feeds.episodes(mine)
    assert [(one.export, one.title) for one in after] == [(newer, "The Lamp"), (newer, "Chapter 2")]
    assert [feeds.guid(mine, one) for one in after] == [guid for _, guid in before]
    assert {feeds.guid(feed(), one) for one in after}.isdisjoint({guid for _, guid in before})
    first.removed = True
    first.save(update_fields=["removed"])
    assert [one.title for one in feeds.episodes(mine)] == ["Chapter 2"]


def test_a_file_stands_in_its_zip_where_it_is_said_to(book: Project, feed: Make) -> None:
    made = export(book, "m4a")
    with default_storage.open(made.file) as file, ZipFile(file) as parcel:
        inside = [parcel.read(name) for name in parcel.namelist()]
    with default_storage.open(made.file) as file:
        data = file.read()
    for one, whole in zip(feeds.episodes(feed()), inside, strict=True):
        begin, size = one.place
        assert data[begin : begin + size] == whole
        assert (one.media_type, one.ending) == ("audio/x-m4a", "m4a")


def test_only_finished_sound_that_apps_play_is_in_a_feed(book: Project, feed: Make) -> None:
    whole, drafts, chapters = feed("book"), feed("book", True), feed()
    export(book, "wav")
    export(book, "epub")
    assert feeds.episodes(chapters) == feeds.episodes(whole) == []
    export(book, "m4b", by_chapter=False)
    half = export(book, "mp3", by_chapter=False, partial=True)
    exports.request(book, book.scripts.all(), format="mp3", by=None)
    assert [(one.export.format, one.title) for one in feeds.episodes(whole)] == [("m4b", "The Long Night")]
    (draft,) = feeds.episodes(drafts)
    assert (draft.export, len(draft.marks), draft.place) == (half, 2, (0, half.size_bytes))
    assert feeds.episode(whole, half.pk, 0) is None
    assert feeds.episodes(chapters) == []


def test_a_feed_is_made_looked_up_and_taken_back_and_the_trail_tells(cast: Cast, book: Project) -> None:
    made, token = feeds.make(book, name="Fay", episodes="chapters", has_drafts=False, by=cast.editor)
    assert token not in str(Feed.objects.values().get())
    assert feeds.find(token) == made
    assert feeds.find(token + "x") is None
    assert Feed.objects.get().seen_at is not None
    assert feeds.revoke(made, by=cast.admin)
    assert not feeds.revoke(made, by=cast.admin), "twice is harmless"
    assert feeds.find(token) is None
    told = [
        f"{one.who} {one.words}" for one in trail.read(Ask(cast.team.pk, project=book, kind="guests")).entries
    ]
    assert told == ["Ada took back the podcast feed for Fay", "Edgar made a podcast feed for Fay"]


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (lambda: b"", "has no cover"),
        (lambda: sounds.picture("png", 1400), "as a JPEG"),
        (lambda: sounds.picture("mjpeg", 64), "this one has 64"),
        (lambda: b"\xff\xd8\xff no picture", "damaged"),
        (lambda: sounds.picture("mjpeg", 1400), ""),
    ],
    ids=["none", "png", "small", "damaged", "fine"],
)
def test_the_artwork_is_a_square_jpeg_of_the_usual_size(
    book: Project, picture: Callable[[], bytes], said: str
) -> None:
    if drawn := picture():
        book.cover.save("cover.jpg", ContentFile(drawn))
    assert said in feeds.refusal(book)
    assert bool(feeds.refusal(book)) == bool(said)
