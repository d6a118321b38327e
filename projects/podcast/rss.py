"""A private feed as RSS. It says in every way there is that it is in no directory: block, locked, no owner."""

import uuid
from datetime import UTC
from email.utils import format_datetime
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker

from projects.podcast.channel import Channel, Episode

ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
PODCAST = "https://podcastindex.org/namespace/1.0"
ATOM = "http://www.w3.org/2005/Atom"
GUIDS = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
"""The namespace of `podcast:guid`: the UUID of a feed is made of its address without the protocol."""

_r = ElementMaker(nsmap={"itunes": ITUNES, "podcast": PODCAST, "atom": ATOM})
_itunes, _podcast, _atom = (ElementMaker(namespace=space) for space in (ITUNES, PODCAST, ATOM))


def rss(channel: Channel) -> bytes:
    """The feed, the same bytes for the same channel; the newest episode stands first."""
    made = _r.channel(
        _r.title(channel.title),
        _r.link(channel.url),
        _r.description(channel.note or channel.title),
        _r.language(channel.language),
        _r.generator("Narrator"),
        _atom.link({"rel": "self", "type": "application/rss+xml", "href": channel.url}),
        _itunes.author(channel.author or channel.title),
        _itunes.type("serial"),
        _itunes.explicit("false"),
        _itunes.block("Yes"),
        _itunes.category({"text": "Arts"}, _itunes.category({"text": "Books"})),
        _podcast.guid(str(uuid.uuid5(GUIDS, channel.url.partition("://")[2].rstrip("/")))),
        _podcast.locked("yes"),
        _podcast.block("yes"),
        _podcast.medium("audiobook"),
    )
    if channel.episodes:
        made.append(_r.lastBuildDate(_date(max(episode.published for episode in channel.episodes))))
    if channel.image:
        made.append(_itunes.image({"href": channel.image}))
        image = (_r.url(channel.image), _r.title(channel.title), _r.link(channel.url))
        made.append(_r.image(*image))
    made.extend(_item(channel, episode) for episode in reversed(channel.episodes))
    etree.cleanup_namespaces(made, keep_ns_prefixes=["itunes", "podcast", "atom"])
    written: bytes = etree.tostring(_r.rss({"version": "2.0"}, made), xml_declaration=True, encoding="utf-8")
    return written


def _item(channel: Channel, episode: Episode) -> etree._Element:
    sound = episode.sound
    enclosure = {"url": sound.url, "length": str(sound.size_bytes), "type": sound.media_type}
    made = _r.item(
        _r.title(episode.title),
        _r.guid({"isPermaLink": "false"}, episode.guid),
        _r.pubDate(_date(episode.published)),
        _r.description(episode.note or episode.title),
        _r.enclosure(enclosure),
        _itunes.title(episode.title),
        _itunes.duration(str(round(episode.duration_ms / 1000))),
        _itunes.episode(str(episode.number)),
        _itunes.episodeType("full"),
        _itunes.explicit("false"),
        _itunes.block("Yes"),
    )
    if channel.narrator:
        made.append(_podcast.person({"role": "narrator", "group": "cast"}, channel.narrator))
    for media_type, url in episode.transcripts:
        made.append(
            _podcast.transcript(
                {"url": url, "type": media_type, "language": channel.language, **_rel(media_type)}
            )
        )
    if episode.chapters:
        made.append(_podcast.chapters({"url": episode.chapters, "type": "application/json+chapters"}))
    return made


def _rel(media_type: str) -> dict[str, str]:
    """Captions are what follows the sound; the others are read."""
    return {"rel": "captions"} if media_type in ("text/vtt", "application/x-subrip") else {}


def _date(moment: Any) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)
