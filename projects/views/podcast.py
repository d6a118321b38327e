"""What a podcast app gets at a feed's secret address: the feed, artwork, sound, text. Nobody is signed in here.

Every view goes through ``_opened``: the token names an open feed, and what is asked for is looked up among its files.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import conditional_page, require_safe

from narrator import media
from projects.actions import captions, chapters, feeds
from projects.captions.breaking import WIDTH
from projects.models import Feed
from projects.podcast import rss
from projects.podcast.channel import Channel, Episode, Sound

# What of an episode's text is offered; SRT in short lines, as the podcast namespace asks.
TEXTS = {"vtt": "text/vtt", "srt": "application/x-subrip", "json": "application/json"}
WIDTHS = {"srt": 32}
CHAPTERS = chapters.KINDS["podcast"]
NOTE = "A private feed. Please do not pass its address on."
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Feed, P], HttpResponseBase]


def _opened(view: View[P]) -> Callable[..., HttpResponseBase]:
    """Give the view the open feed of the token in the address; 404 where there is none."""

    @login_not_required
    @wraps(view)
    def opened(request: HttpRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        feed = feeds.find(token)
        if feed is None:
            answer: HttpResponseBase = HttpResponse(
                "This feed is closed.\n", status=404, content_type="text/plain"
            )
        else:
            answer = view(request, feed, *args, **kwargs)
        answer["X-Robots-Tag"] = "noindex"
        answer.setdefault("Cache-Control", "private, no-cache")
        return answer

    return opened


@require_safe
@conditional_page
@_opened
def feed(request: HttpRequest, feed: Feed) -> HttpResponse:
    """The feed itself."""
    there = _There(request)
    found = feeds.episodes(feed)
    project = feed.project
    channel = Channel(
        url=there.url("feed"),
        title=project.title,
        author=project.author,
        narrator=found[0].export.narrator if found else "",
        language=feeds.language(project),
        note=NOTE,
        episodes=tuple(_episode(there, feed, one, n, len(found)) for n, one in enumerate(found, 1)),
        image=there.url("feed-cover") if feeds.has_artwork(project) else "",
    )
    return HttpResponse(rss.rss(channel), content_type="application/rss+xml; charset=utf-8")


def _episode(there: "_There", feed: Feed, one: feeds.Episode, number: int, count: int) -> Episode:
    at = (one.export.pk, one.number)
    return Episode(
        guid=feeds.guid(feed, one),
        title=one.title,
        number=number,
        sound=Sound(there.url("feed-sound", *at, one.ending), one.place[1], one.media_type),
        duration_ms=one.duration_ms,
        published=feeds.published(one, count - number),
        transcripts=tuple((kind, there.url("feed-text", *at, name)) for name, kind in TEXTS.items()),
        chapters=there.url("feed-chapters", *at) if len(one.marks) > 1 else "",
    )


class _There:
    """The addresses of this feed, whole."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._token = request.resolver_match.kwargs["token"]  # type: ignore[union-attr]

    def url(self, name: str, *more: object) -> str:
        return self._request.build_absolute_uri(reverse(name, args=[self._token, *more]))


@require_safe
@_opened
def feed_cover(request: HttpRequest, feed: Feed) -> HttpResponseBase:
    """The artwork: the project's cover, where it is a square JPEG."""
    if not feeds.has_artwork(feed.project):
        raise Http404
    return media.serve(
        request, feed.project.cover.name, content_type="image/jpeg", etag=f'"{feed.project.cover.name}"'
    )


@require_safe
@_opened
def feed_sound(
    request: HttpRequest, feed: Feed, export_id: int, number: int, ending: str
) -> HttpResponseBase:
    """An episode's file, with byte ranges: out of the ZIP where its export is one."""
    episode = _found(feed, export_id, number)
    if ending != episode.ending:
        raise Http404
    name, kind = episode.export.file, episode.media_type
    return media.serve(request, name, content_type=kind, etag=episode.etag, within=episode.place)


@require_safe
@conditional_page
@_opened
def feed_text(request: HttpRequest, feed: Feed, export_id: int, number: int, kind: str) -> HttpResponse:
    """An episode's captions or transcript, its times those of its file."""
    if kind not in TEXTS:
        raise Http404
    episode = _found(feed, export_id, number)
    ((_, text),) = captions.texts([episode.spoken()], episode.title, kind, width=WIDTHS.get(kind, WIDTH))
    return HttpResponse(text, content_type=f"{TEXTS[kind]}; charset=utf-8")


@require_safe
@conditional_page
@_opened
def feed_chapters(request: HttpRequest, feed: Feed, export_id: int, number: int) -> HttpResponse:
    """The chapters of an episode."""
    told = _found(feed, export_id, number).chapters()
    return HttpResponse(told, content_type=CHAPTERS.content_type)


def _found(feed: Feed, export_id: int, number: int) -> feeds.Episode:
    episode = feeds.episode(feed, export_id, number)
    if episode is None:
        raise Http404
    return episode
