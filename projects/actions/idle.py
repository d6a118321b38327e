"""What nothing has a use for, and since when: takes, exports, sounds. What becomes of it is in retention.py.

Each round of the retention marks rows as it finds them. So nobody who finds a use for something has to say so: the
next round sees it, and the days begin anew when the use is over.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Exists, ForeignObjectRel, Max, OuterRef, Q, QuerySet

from projects.actions import feeds
from projects.models import (
    Comment,
    Export,
    ExportStatus,
    Feed,
    Paragraph,
    Project,
    Sound,
    Take,
    TakeStatus,
    Verdict,
)
from projects.models.exports import ACTIVE, ExportQuerySet
from projects.models.takes import Source, TakeQuerySet

AT_ONCE = 500
TAKES_AT_ONCE = 5_000
# Said the long way round: SQLite would walk the index of the queue, all that is ready, for each range of keys.
SOUNDLESS = [status for status in TakeStatus if status != TakeStatus.READY]


def takes() -> TakeQuerySet:
    """Takes with a sound that is of no use.

    No line has it chosen, a deleted one neither; no verdict, comment or other take leads to it; no person trimmed it
    or cleared its findings; and its line has a take of what it says, or says something else by now. What a person
    spoke is never among them: nobody can generate it again.
    """
    itself = OuterRef("pk")
    wanted = Paragraph.objects.missing().filter(pk=OuterRef("paragraph"), digest=OuterRef("digest"))
    generated = Take.objects.exclude(status__in=SOUNDLESS).filter(source=Source.GENERATED)
    return generated.filter(
        ~Exists(Paragraph.everything.filter(chosen=itself)),
        ~Exists(Verdict.objects.filter(take=itself)),
        ~Exists(Comment.objects.filter(take=itself)),
        ~Exists(Take.objects.filter(reused_from=itself, status=TakeStatus.READY)),
        ~Exists(wanted),
        cleared_at=None,
        trimmed_at=None,
    )


def exports() -> ExportQuerySet:
    """Finished exports but the newest of each kind in their project, and but those that a feed serves."""
    kind = ("project", "format", "by_chapter", "partial", "is_approved")
    ready = Export.objects.filter(status=ExportStatus.READY).order_by()
    newest = ready.values(*kind).annotate(newest=Max("pk")).values_list("newest", flat=True)
    open_feeds = Feed.objects.filter(revoked_at=None).select_related("project")
    served = {episode.export.pk for feed in open_feeds for episode in feeds.episodes(feed)}
    return ready.exclude(pk__in=list(newest)).exclude(pk__in=served)


def sounds() -> QuerySet[Sound]:
    """Sounds that no key leads to. Some of them may be named by their hash alone: see ``named``."""
    rows = Sound.objects.order_by()
    for rows_of, field in leading():
        rows = rows.filter(~Exists(rows_of.filter(**{field: OuterRef("pk")})))
    return rows


def leading() -> Iterator[tuple[QuerySet[Any], str]]:
    """All that may lead to a sound by a key: rows, and the field."""
    for relation in Sound._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel):
            yield relation.related_model._base_manager.all(), relation.field.attname


def named(hashes: Iterable[str]) -> set[str]:
    """Those of these sounds that are named by their hash alone: room tones, and in the plans of exports."""
    asked, found = set(hashes), set[str]()
    if asked:
        tones = Project.objects.order_by().values_list("finish__tone_sha256", flat=True)
        found |= asked & set(tones.distinct())
        for plan, finish in living().values_list("plan", "finish").iterator(chunk_size=1):
            lines = {line.get("audio_sha256", "") for chapter in plan for line in chapter["lines"]}
            found |= asked & {finish.get("tone_sha256", ""), *lines}
    return found


def living() -> ExportQuerySet:
    """Exports that are being made, or whose file is there: what is in them is of use."""
    return Export.objects.filter(status__in=[ExportStatus.READY, *ACTIVE]).order_by()


def mark(now: datetime) -> None:
    """Note since when takes and exports are of no use; of those that are of use again it is forgotten."""
    last = Take.objects.order_by().aggregate(last=Max("pk"))["last"] or 0
    for start in range(0, last, TAKES_AT_ONCE):
        some = Q(pk__gt=start, pk__lte=start + TAKES_AT_ONCE)
        _mark(Take.objects.filter(some), takes().filter(some), now)
    _mark(Export.objects.all(), exports(), now)


def mark_sounds(now: datetime) -> None:
    """The same of sounds."""
    _mark(Sound.objects.all(), sounds(), now)


def _mark(every: QuerySet[Any], idle: QuerySet[Any], now: datetime) -> None:
    keys = set(idle.order_by("pk").values_list("pk", flat=True))
    marked = set(every.order_by("pk").filter(idle_since__isnull=False).values_list("pk", flat=True))
    for some in parts(keys - marked):
        idle.filter(pk__in=some, idle_since=None).update(idle_since=now)
    for some in parts(marked - keys):
        every.filter(pk__in=some).update(idle_since=None)


def parts(keys: Iterable[Any]) -> Iterator[list[Any]]:
    """These keys in order, so many at a time that a statement stays a short one."""
    every = sorted(keys)
    for start in range(0, len(every), AT_ONCE):
        yield every[start : start + AT_ONCE]
