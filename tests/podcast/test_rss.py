"""The feed as RSS, read by a foreign reader."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import feedparser
from lxml import etree

from projects.podcast import rss
from projects.podcast.channel import Channel, Episode, Sound

PODCAST = "{https://podcastindex.org/namespace/1.0}"
ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
AT = "https://example.org/feed/secret/"


def episode(number: int) -> Episode:
    return Episode(
        guid=f"guid-{number}",
        title=f"{number} <Lamp> & “Night”",
        number=number,
        sound=Sound(f"{AT}sounds/1/{number}.mp3", 1000 + number, "audio/mpeg"),
        duration_ms=61_400,
        published=datetime(2026, 11, 28, 1, 2, 3, tzinfo=UTC) + timedelta(seconds=number),
        transcripts=(
            ("text/vtt", f"{AT}texts/1/{number}.vtt"),
            ("application/json", f"{AT}texts/1/{number}.json"),
        ),
        chapters=f"{AT}chapters/1/{number}.json",
    )


CHANNEL = Channel(
    url=AT,
    title="The Long Night & Day",
    author="曹雪芹",
    narrator="Neil",
    language="en",
    note="Private.",
    episodes=(episode(1), episode(2)),
    image=f"{AT}cover.jpg",
)


def test_a_foreign_reader_finds_everything_in_its_place() -> None:
    read = feedparser.parse(rss.rss(CHANNEL))
    assert not read.bozo, read.get("bozo_exception")
    assert read.version == "rss20"
    about = read.feed
    assert (about.title, about.language, about.author) == ("The Long Night & Day", "en", "曹雪芹")
    assert (about.itunes_block, about.podcast_locked, bool(about.itunes_explicit)) == (1, "yes", False)
    assert (about.podcast_block, about.podcast_medium, about.itunes_type) == ("yes", "audiobook", "serial")
    assert (about.image.href, about.links[-1].href) == (f"{AT}cover.jpg", AT)
    assert [tag.term for tag in about.tags] == ["Arts", "Books"]
    newest, first = read.entries
    assert (newest.title, newest.id, newest.guidislink) == ("2 <Lamp> & “Night”", "guid-2", False)
    assert (newest.itunes_duration, newest.itunes_episode, newest.itunes_block) == ("61", "2", 1)
    (sound,) = newest.enclosures
    assert (sound.href, sound.length, sound.type) == (f"{AT}sounds/1/2.mp3", "1002", "audio/mpeg")
    assert newest.podcast_transcript["url"].endswith("2.json")
    assert newest.podcast_chapters == {"url": f"{AT}chapters/1/2.json", "type": "application/json+chapters"}
    assert newest.podcast_person == "Neil" or newest.podcast_person["role"] == "narrator"
    assert first.published_parsed < newest.published_parsed


def test_transcripts_say_what_they_are_and_which_go_along() -> None:
    tree = etree.fromstring(rss.rss(CHANNEL))
    item = tree.find("channel/item")
    assert item is not None
    assert [dict(one.attrib) for one in item.findall(f"{PODCAST}transcript")] == [
        {"url": f"{AT}texts/1/2.vtt", "type": "text/vtt", "language": "en", "rel": "captions"},
        {"url": f"{AT}texts/1/2.json", "type": "application/json", "language": "en"},
    ]


def test_the_same_channel_is_the_same_bytes_and_another_address_another_podcast() -> None:
    assert rss.rss(CHANNEL) == rss.rss(CHANNEL)
    moved = replace(CHANNEL, url="https://example.org/feed/other/")
    guids = [etree.fromstring(rss.rss(one)).findtext(f"channel/{PODCAST}guid") for one in (CHANNEL, moved)]
    assert guids[0] != guids[1]
    # The example of the podcast namespace itself.
    example = replace(CHANNEL, url="https://podnews.net/rss")
    assert "9b024349-ccf0-5f69-a609-6b82873eab3c" in rss.rss(example).decode()


def test_a_feed_without_anything_is_a_feed() -> None:
    empty = replace(CHANNEL, episodes=(), image="", author="", note="")
    read = feedparser.parse(rss.rss(empty))
    assert (read.bozo, read.entries, "image" in read.feed) == (False, [], False)
    assert read.feed.description == "The Long Night & Day"
