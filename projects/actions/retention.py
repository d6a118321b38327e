"""Retention: takes and exports that lay idle for the days of the settings lose their sound and file.

Marked first and taken away later (docs/adr/0036): a round notes since when each row lies idle (idle.py), empties what
has done so for long enough, and takes out of the store what has led nowhere for a day. So nobody who is just about to
use something finds it gone, and a backup that is being written has what its rows lead to. The row of a take stays:
what was said, how, when and for how much.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils import timezone

from narrator.teams.models import User
from projects.actions import activity, idle, sounds
from projects.audio import pcm
from projects.models import (
    ActKind,
    Comment,
    Export,
    ExportStatus,
    Paragraph,
    Pruning,
    Script,
    Sound,
    Take,
    TakeStatus,
    Verdict,
)
from projects.models.exports import ExportQuerySet
from projects.models.takes import TakeQuerySet
from projects.sentences import gettext_noop, ngettext_lazy

EACH = timedelta(days=1)
# So long what leads nowhere stays in the store.
GRACE = timedelta(days=1)

TAKES_EMPTIED = ngettext_lazy(
    "removed the sound of %(count)s take that nothing had a use for",
    "removed the sound of %(count)s takes that nothing had a use for",
)
EXPORT_EMPTIED = gettext_noop("removed the file of the export %(export)s: there is a newer one")

Stop = Callable[[], bool]


@dataclass(frozen=True)
class Amount:
    """So many takes and exports, and the bytes of the store that they alone lead to."""

    takes: int
    exports: int
    size_bytes: int


def is_due(now: datetime | None = None) -> bool:
    """Whether a round is to be begun, or to be gone on with. One query."""
    last = Pruning.objects.first()
    return last is None or last.finished_at is None or last.begun_at < (now or timezone.now()) - EACH


def prune(
    *,
    by: User | None = None,
    stop: Stop = lambda: False,
    grace: timedelta = GRACE,
    now: datetime | None = None,
) -> Pruning:
    """Go on with the round that is under way, else with a new one, until it is done or ``stop`` says so.

    Any number of workers may do this at once, and where one dies another goes on. OSError where the store refuses.
    """
    now = now or timezone.now()
    for model in (Verdict, Comment):  # of a web server that was still on an older version
        model.place()
    row = Pruning.objects.filter(finished_at=None).first() or Pruning.objects.create(begun_at=now, by=by)
    idle.mark(now)
    steps = (_empty_exports(now), _empty_takes(now), _remove_files(now - grace), _remove_sounds(now, grace))
    for step in steps:
        for done in step:
            counted: Any = {name: F(name) + number for name, number in done.items()}
            Pruning.objects.filter(pk=row.pk).update(**counted)
            if stop():
                return row
    _finish(row)
    row.refresh_from_db()
    return row


def _finish(row: Pruning) -> None:
    """Close a round with what is of no use by then, and how full the store is."""
    waiting = amount(idle.takes(), idle.exports())
    Pruning.objects.filter(pk=row.pk, finished_at=None).update(
        finished_at=timezone.now(),
        waiting_takes=waiting.takes,
        waiting_bytes=waiting.size_bytes,
        sound_bytes=(Sound.objects.aggregate(n=Sum("frames"))["n"] or 0) * pcm.BYTES_PER_FRAME,
        export_bytes=Export.objects.exclude(file="").aggregate(n=Sum("size_bytes"))["n"] or 0,
    )


# What has lain idle for long enough.


def takes(now: datetime) -> TakeQuerySet:
    """The takes whose days are over: those of the discarded ones, and those of all."""
    over = Q(pk__in=[])
    if settings.KEEP_DISCARDED_DAYS is not None:
        over |= Q(discarded_at__lt=now - timedelta(days=settings.KEEP_DISCARDED_DAYS))
    if settings.KEEP_TAKES_DAYS is not None:
        over |= Q(idle_since__lt=now - timedelta(days=settings.KEEP_TAKES_DAYS))
    return idle.takes().filter(over, idle_since__isnull=False)


def exports(now: datetime) -> ExportQuerySet:
    """The exports whose days are over."""
    if settings.KEEP_EXPORTS_DAYS is None:
        return Export.objects.none()
    return idle.exports().filter(idle_since__lt=now - timedelta(days=settings.KEEP_EXPORTS_DAYS))


def _empty_takes(now: datetime) -> Iterator[dict[str, int]]:
    found: dict[int, dict[int, list[int]]] = {}
    for project, script, pk in takes(now).order_by().values_list("project", "paragraph__script", "pk"):
        found.setdefault(project, {}).setdefault(script, []).append(pk)
    for project, by_script in found.items():
        kept = _in_files(project)
        for script, keys in by_script.items():
            for some in idle.parts(set(keys) - kept):
                yield {"takes": _empty_of(script, some, now)}


def _in_files(project_id: int) -> set[int]:
    """The takes in the exports of a project that are being made, or whose file is there."""
    plans = idle.living().filter(project=project_id).values_list("plan", flat=True)
    return {
        line["take"] for plan in plans.iterator(chunk_size=1) for chapter in plan for line in chapter["lines"]
    }


@transaction.atomic
def _empty_of(script_id: int, some: list[int], now: datetime) -> int:
    """Empty those of these takes that are idle still. Whoever chooses one holds the script, too: before, or after."""
    version = Script.next_version(script_id)
    gone = list(takes(now).filter(pk__in=some, paragraph__script=script_id).values_list("pk", flat=True))
    if not gone:
        return 0
    no_sound = {"audio": "", "audio_sha256": "", "sound": None, "whole": None, "peaks": b""}
    done = Take.objects.filter(pk__in=gone).move(to=TakeStatus.EMPTIED, emptied_at=now, **no_sound)
    lines = Take.objects.filter(pk__in=gone).values("paragraph")
    Paragraph.everything.filter(pk__in=lines).update(version=version)
    script = Script.everything.select_related("project").get(pk=script_id)
    activity.note(ActKind.TAKES, TAKES_EMPTIED.of(done), by=None, script=script)
    return done


def _empty_exports(now: datetime) -> Iterator[dict[str, int]]:
    for export in exports(now).select_related("project").defer("plan", "timeline", "delivery"):
        with transaction.atomic():
            done = Export.objects.filter(pk=export.pk).move(to=ExportStatus.EMPTIED, emptied_at=now)
            if done:
                words = EXPORT_EMPTIED % {"export": export}
                activity.note(ActKind.EXPORTS, words, by=None, project=export.project)
        yield {"exports": done}


# What leaves the store.


def _remove_files(before: datetime) -> Iterator[dict[str, int]]:
    """The files of exports that were emptied by then. The row forgets its file when that is gone."""
    rows = Export.objects.filter(status=ExportStatus.EMPTIED, emptied_at__lte=before).exclude(file="")
    for pk, name, size_bytes in list(rows.values_list("pk", "file", "size_bytes")):
        default_storage.delete(name)
        if rows.filter(pk=pk).update(file=""):
            yield {"files": 1, "freed_bytes": size_bytes}


def _remove_sounds(now: datetime, grace: timedelta) -> Iterator[dict[str, int]]:
    idle.mark_sounds(now)
    lost = Sound.objects.filter(idle_since__lte=now - grace)
    frames = dict(lost.values_list("sha256", "frames"))
    for sha256 in sorted(frames.keys() - idle.named(frames)):
        if sounds.drop(lost, sha256):
            yield {"files": 1, "freed_bytes": frames[sha256] * pcm.BYTES_PER_FRAME}


# What it comes to.


def amount(of_takes: TakeQuerySet, of_exports: ExportQuerySet) -> Amount:
    """What emptying these would come to, but for those takes that are in files that stay."""
    leads: dict[int, dict[int, set[int]]] = {}
    for project, pk, *keys in of_takes.order_by().values_list("project", "pk", "sound", "whole"):
        leads.setdefault(project, {})[pk] = {key for key in keys if key is not None}
    mine: dict[int, set[int]] = {}
    for project, found in leads.items():
        kept = _in_files(project)
        mine |= {pk: keys for pk, keys in found.items() if pk not in kept}
    size_bytes = of_exports.aggregate(n=Sum("size_bytes"))["n"] or 0
    return Amount(len(mine), of_exports.count(), size_bytes + _frames(mine) * pcm.BYTES_PER_FRAME)


def _frames(mine: dict[int, set[int]]) -> int:
    """How long the sounds are that these takes alone lead to; by take, the sounds it leads to."""
    alone = 0
    for some in idle.parts({key for keys in mine.values() for key in keys}):
        frames = dict(Sound.objects.filter(pk__in=some).values_list("pk", "frames"))
        for rows, field in idle.leading():
            for pk, key in rows.filter(**{f"{field}__in": some}).values_list("pk", field):
                if rows.model is not Take or pk not in mine:
                    frames.pop(key, None)
        alone += sum(frames.values())
    return alone
