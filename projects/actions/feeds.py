"""Podcast feeds of a project: made, looked up, taken back; and which episodes are in one."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, cast

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from narrator.teams.models import User
from projects.actions import activity, exports, spoken
from projects.actions.spoken import File
from projects.audio import chapters, parcel
from projects.audio import cover as covers
from projects.audio.chapters import Chapter
from projects.audio.cover import BadCover
from projects.audio.formats import FORMATS, of_sound
from projects.models import ActKind, Export, ExportStatus, Feed, Project, Script
from projects.models.exports import ExportQuerySet, Format
from projects.models.feeds import Episodes, hash_of
from projects.sentences import gettext_noop
from projects.speech.sentences import code_of

MADE = gettext_noop("made a podcast feed for %(name)s")
TOOK_BACK = gettext_noop("took back the podcast feed for %(name)s")

# What podcast apps play, with what they call it.
PLAYED = {
    name: "audio/mpeg" if kind.ending == "mp3" else "audio/x-m4a"
    for name, kind in FORMATS.items()
    if kind.ending in ("mp3", "m4a", "m4b")
}
SEEN_EACH = timedelta(minutes=1)
LOOKED_THROUGH = 50


@dataclass(frozen=True)
class Episode:
    """One file of a finished export. `number` is which one of it; 0 where it is the only one."""

    export: Export
    number: int
    title: str
    key: str
    duration_ms: int
    marks: tuple[dict[str, Any], ...]

    @property
    def media_type(self) -> str:
        return PLAYED[of_sound(self.export.format)]

    @property
    def ending(self) -> str:
        return FORMATS[of_sound(self.export.format)].ending

    @property
    def etag(self) -> str:
        """Names these very bytes: a file is never written again."""
        return f'"{self.export.claim_token}-{self.number}"'

    @cached_property
    def place(self) -> tuple[int, int]:
        """Where it stands in the file of the export, and how many bytes it has."""
        if not self.number:
            return 0, self.export.size_bytes
        return _places(self.export.file)[self.marks[0]["file"]]

    def chapters(self) -> str:
        """JSON of the podcast namespace."""
        found = [Chapter(mark["title"], mark["start_ms"], mark["end_ms"]) for mark in self.marks]
        return chapters.podcast(found, title=self.title, author=self.export.author)

    def spoken(self) -> File:
        """What is spoken in it. The export is read whole."""
        return spoken.of_export(Export.objects.select_related("project").get(pk=self.export.pk))[
            max(self.number - 1, 0)
        ]


@lru_cache(maxsize=64)
def _places(name: str) -> dict[str, tuple[int, int]]:
    """Where the files of a ZIP are. What an export's name names is never written again, so it is looked up once."""
    with default_storage.open(name, "rb") as file:
        return parcel.places(cast(Any, file))


@transaction.atomic
def make(project: Project, *, name: str, episodes: str, has_drafts: bool, by: User) -> tuple[Feed, str]:
    """Make a feed; return it with its token, which is never to be seen again."""
    token = Feed.new_token()
    values = {"name": name, "episodes": episodes, "has_drafts": has_drafts, "created_by": by}
    feed = Feed.objects.create(project=project, token_hash=hash_of(token), **values)
    activity.note(ActKind.GUESTS, MADE % {"name": feed}, by=by, project=project)
    return feed, token


@transaction.atomic
def revoke(feed: Feed, *, by: User | None) -> bool:
    """Close a feed for good; False where it is closed already."""
    if not Feed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=timezone.now()):
        return False
    activity.note(ActKind.GUESTS, TOOK_BACK % {"name": feed}, by=by, project=feed.project)
    return True


def find(token: str) -> Feed | None:
    """The open feed of this token, or None: unknown and revoked ones look the same."""
    feed = Feed.objects.named(token).select_related("project").first()
    now = timezone.now()
    if feed is not None and (feed.seen_at is None or now - feed.seen_at > SEEN_EACH):
        Feed.objects.filter(pk=feed.pk).update(seen_at=now)
    return feed


def episodes(feed: Feed) -> list[Episode]:
    """What is in the feed now, in the order in which it is heard: of each chapter, or of the whole, the newest file."""
    titles = dict(Script.objects.filter(project=feed.project_id).values_list("pk", "position"))
    found: dict[str, Episode] = {}
    for export in _exports(feed)[:LOOKED_THROUGH]:
        for episode in _of(export):
            if not episode.number or episode.marks[0].get("script") in titles:
                found.setdefault(episode.key, episode)
        if not export.by_chapter:
            break
    return sorted(found.values(), key=lambda one: titles.get(one.marks[0].get("script"), 0))


def episode(feed: Feed, export_id: int, number: int) -> Episode | None:
    """One file that is or was in the feed: an app may still be fetching the one before the newest."""
    export = _exports(feed).filter(pk=export_id).first()
    return next((one for one in _of(export) if one.number == number), None) if export else None


def wanted(feed: Feed) -> dict[str, Any]:
    """What ``exports.request`` is asked for with to have the files that a feed lacks."""
    return {
        "format": Format.MP3_128,
        "by_chapter": feed.episodes == Episodes.CHAPTERS,
        "partial": feed.has_drafts,
        "narrator": exports.narrators(feed.project.scripts.all()),
    }


def guid(feed: Feed, episode: Episode) -> str:
    """The name of an episode in this feed. It stays when the chapter is exported again."""
    return str(uuid.uuid5(uuid.UUID(feed.token_hash[:32]), episode.key))


def language(project: Project) -> str:
    """The two-letter code of what is spoken."""
    return code_of("" if project.language == "Auto" else project.language, project.title)


def refusal(project: Project) -> str:
    """Why the feed has no artwork, as a sentence; empty where it has."""
    if not project.cover:
        return _("This project has no cover. Podcast apps want a square JPEG of 1400 to 3000 pixels a side.")
    name = str(project.cover.name)
    return _refusal(name, default_storage.size(name))


@lru_cache(maxsize=256)
def _refusal(name: str, size_bytes: int) -> str:
    """The same of a picture; apps ask for the feed each hour, and a picture is not to be decoded for each of them."""
    with default_storage.open(name, "rb") as file:
        try:
            return covers.artwork(covers.check(file.read()))
        except BadCover as error:
            return str(error)


def has_artwork(project: Project) -> bool:
    """Whether the project has a cover that podcast apps take."""
    return not refusal(project)


def published(episode: Episode, after: int) -> datetime:
    """When it came out; so many come after it, each a second later, so that apps keep their order."""
    moment = episode.export.finished_at or episode.export.created_at
    return moment.replace(microsecond=0) - timedelta(seconds=after)


def _exports(feed: Feed) -> ExportQuerySet:
    """The finished exports that may be in the feed, the newest first."""
    rows: ExportQuerySet = Export.objects.filter(
        project=feed.project_id,
        status=ExportStatus.READY,
        format__in=list(PLAYED),
        by_chapter=feed.episodes == Episodes.CHAPTERS,
    )
    if not feed.has_drafts:
        rows = rows.filter(partial=False)
    return rows.defer("plan", "timeline", "delivery").order_by("-finished_at", "-pk")


def _of(export: Export) -> Iterator[Episode]:
    if not export.by_chapter:
        yield Episode(export, 0, export.title, "book", export.duration_ms or 0, tuple(export.marks))
        return
    for number, mark in enumerate(export.marks, 1):
        yield Episode(export, number, mark["title"], f"script {mark.get('script')}", mark["end_ms"], (mark,))
