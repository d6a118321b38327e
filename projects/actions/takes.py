"""Asking for takes, choosing among them, and taking requests back. How a take is made is in rendering.py."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import F, Max, OuterRef, Subquery
from django.utils import timezone

from narrator import direct
from narrator.direct import Blank, Prepared
from narrator.teams.models import User
from projects.actions import activity, endpoint, locks, paragraphs, runs
from projects.actions.endpoint import Speaker
from projects.models import (
    ActKind,
    Guide,
    Paragraph,
    Project,
    Run,
    RunState,
    Script,
    Take,
    TakeStatus,
    TeamEndpoint,
)
from projects.models.paragraphs import ParagraphQuerySet
from projects.models.takes import Priority
from projects.sentences import gettext_noop
from projects.speech.budget import billing_characters

TOOK_BACK = gettext_noop("took back %(said_lines)s")

PUT_TAKE_BACK = gettext_noop("put take %(number)s back into the queue")
CHOSE_TAKE = gettext_noop("chose take %(number)s")

MEASURED = (
    "audio",
    "audio_sha256",
    "sound_id",
    "frames",
    "duration_ms",
    "peak_dbfs",
    "rms_dbfs",
    "lead_silence_ms",
    "tail_silence_ms",
    "peaks",
    "trim_head_ms",
    "trim_tail_ms",
    "trim_fade_in_ms",
    "trim_fade_out_ms",
    "trim_gain_db",
    "trim_count",
    "whole_id",
    "findings",
    "request_id",
)


ALTERNATIVES = 3


def request(
    script: Script, lines: Iterable[Paragraph], *, by: User | None, fresh: bool = False
) -> list[Take]:
    """Ask for a take of each of these lines of one script; return the takes that now wait to be made.

    A line that already waits for this very text and direction is left alone, so asking twice is harmless.
    Unless ``fresh`` asks for a new take, audio of the same text and direction is used again and nothing is called
    for it: the line's own whatever spoke it, that of another line where the team's present endpoint did.
    ``fresh`` requests go before bulk ones: a person waits for them. Several lines that have to be made are a run;
    one alone, and fresh ones, are not. A locked line is left out; ``paragraphs.Locked`` is raised where ``fresh`` names
    one.
    The number of queries does not grow with the number of lines, but for batches of 200.
    """
    with transaction.atomic():
        # Counting up holds the script, so two presses come one after the other.
        counted, asked = Script.counting_up(script.pk), Project.asking(script.project_id)
        layers, its_own = Guide.asking(script.project_id), TeamEndpoint.asking(script.project.team_id)
        ids = [line.pk for line in lines]
        alone = [_line().asking(script=script.pk, pk=pk) for pk in ids] if len(ids) == 1 else []
        direct.together(counted, asked, *layers, its_own, *alone)
        version, project = Script.version_of(counted), asked.first()
        guide, speaker = Guide.about(project, layers), endpoint.speaker_of(its_own.first())
        rows = alone[0].objects() if alone else list(_wanted(script.pk).filter(pk__in=ids))
        if fresh and (locked := [line for line in rows if line.is_locked]):
            raise paragraphs.Locked(locked)
        idle = [line for line in rows if not line.is_locked and not _waits_already(line)]
        reusable = {} if fresh else _reusable(project, idle, speaker)
        _take_back(idle)
        made: list[Take] = []
        for line in idle:
            line.version = version
            source = reusable.get((line.pk, line.digest)) or reusable.get((None, line.digest))
            if source is not None and source.paragraph_id == line.pk:
                line.chosen = line.latest = source
                continue
            take = _new_take(line, guide, speaker, number=(line.highest or 0) + 1, by=by)
            take.priority = Priority.CLICK if fresh else Priority.BULK
            if source is not None:
                copy_audio(source, take)
            made.append(take)
        if not fresh:
            _begin_run(script, [take for take in made if take.status == TakeStatus.QUEUED], by=by)
        direct.insert_many(made)
        newest = {take.paragraph_id: take for take in made}
        for line in idle:
            if line.pk in newest:
                line.latest = newest[line.pk]
                line.chosen = line.latest if line.latest.status == TakeStatus.READY else line.chosen
        direct.save_many(idle, "latest", "chosen", "version")
        return [take for take in made if take.status == TakeStatus.QUEUED]


def _wanted(script: Any) -> ParagraphQuerySet:
    """The lines of a script, each with its latest take and ``highest``, the number of its newest one."""
    newest = Take.objects.filter(paragraph=OuterRef("pk")).order_by("-number").values("number")[:1]
    rows = Paragraph.objects.filter(script=script).select_related("latest", "locked_by")
    lines: ParagraphQuerySet = rows.defer("latest__peaks").annotate(highest=Subquery(newest))
    return lines


@cache
def _line() -> Prepared:
    return Prepared(_wanted(Blank(Paragraph, "script")).filter(pk=Blank(Paragraph, "pk")))


def _begin_run(script: Script, waiting: list[Take], *, by: User | None) -> None:
    """Make one run of these takes, which are not saved yet; a single line needs none."""
    if len(waiting) < 2:
        return
    first = waiting[0]
    run = Run.objects.create(
        team_id=first.team_id,
        project_id=first.project_id,
        script=script,
        total=len(waiting),
        characters=sum(billing_characters(take.text) for take in waiting),
        created_by=by,
    )
    for take in waiting:
        take.run = run


def _take_back(lines: list[Paragraph]) -> None:
    """Cancel what still waits for a text or direction that these lines no longer have: nobody wants it now."""
    outdated = [
        line.latest.pk
        for line in lines
        if line.latest is not None and line.latest.is_active and line.latest.digest != line.digest
    ]
    if outdated:
        Take.objects.filter(pk__in=outdated).cancel(timezone.now())


def outdated(project: Project) -> dict[Script, list[Paragraph]]:
    """The lines of a project that wait with a text or direction they no longer have, by their scripts."""
    waiting = Paragraph.objects.filter(script__project=project, latest__status=TakeStatus.QUEUED)
    found: dict[Script, list[Paragraph]] = {}
    for line in (
        waiting.exclude(latest__digest=F("digest")).select_related("script").order_by("script", "position")
    ):
        found.setdefault(line.script, []).append(line)
    return found


def _waits_already(line: Paragraph) -> bool:
    return line.latest is not None and line.latest.is_active and line.latest.digest == line.digest


def _reusable(
    project: Project, lines: list[Paragraph], speaker: Speaker
) -> dict[tuple[int | None, str], Take]:
    """Finished takes by line and digest, each line's own newest one; by None and digest one that may be anybody's."""
    found: dict[tuple[int | None, str], Take] = {}
    ready = Take.objects.kept().filter(project=project, status=TakeStatus.READY)
    for take in ready.filter(digest__in={line.digest for line in lines}).order_by("pk"):
        found[take.paragraph_id, take.digest] = take
        if (take.model, take.host) == speaker:
            found.setdefault((None, take.digest), take)
    return found


def _new_take(line: Paragraph, guide: Guide, speaker: Speaker, *, number: int, by: User | None) -> Take:
    project, spoken = guide.project, line.line(guide)
    return Take(
        paragraph=line,
        project=project,
        team_id=project.team_id,
        number=number,
        text=spoken.text,
        voice=spoken.voice,
        language=spoken.language,
        instructions=spoken.instructions,
        optimize_instructions=spoken.optimize_instructions,
        model=speaker.model,
        host=speaker.host,
        digest=spoken.digest,
        created_by=by,
    )


def copy_audio(source: Take, take: Take) -> None:
    """Give a take the audio of another, with all that was measured."""
    take.status, take.finished_at, take.reused_from = TakeStatus.READY, timezone.now(), source
    for field in MEASURED:
        setattr(take, field, getattr(source, field))


@transaction.atomic
def choose(take: Take, *, script_id: int, by: User | None) -> bool:
    """Make a finished take the one that is heard and exported; False where it is not finished.

    Raises ``paragraphs.Locked``.
    """
    version = Script.next_version(script_id)
    locks.check(take.paragraph_id)
    ready = Take.objects.filter(pk=take.pk, status=TakeStatus.READY)
    if not ready.update(discarded_at=None, discarded_by=None, idle_since=None):
        return False
    others = Paragraph.objects.filter(pk=take.paragraph_id).exclude(chosen=take)
    if others.update(chosen=take, version=version):
        activity.note(ActKind.TAKES, CHOSE_TAKE % {"number": take.number}, by=by, line=take.paragraph)
    return True


@transaction.atomic
def alternatives(
    script: Script, line: Paragraph, *, by: User | None, count: int = ALTERNATIVES
) -> list[Take]:
    """Ask for several takes of one line at once, to choose from; none where the line waits for one already.

    None of them is chosen by itself, unless the line has no take of what it says now. Raises ``paragraphs.Locked``.
    """
    version = Script.next_version(script.pk)
    locks.check(line.pk)
    line = Paragraph.objects.select_related("latest").get(pk=line.pk)
    waiting = Take.objects.active().filter(paragraph=line, digest=line.digest)
    if waiting.exists():
        return []
    guide, speaker = Guide.of(script.project_id), endpoint.speaker(script.project.team_id)
    highest = Take.objects.filter(paragraph=line).aggregate(highest=Max("number"))["highest"] or 0
    _take_back([line])
    made = [_new_take(line, guide, speaker, number=highest + n, by=by) for n in range(1, count + 1)]
    for take in made:
        take.priority, take.is_alternative = Priority.CLICK, True
    direct.insert_many(made)
    Paragraph.objects.filter(pk=line.pk).update(latest=made[-1], version=version)
    return made


@transaction.atomic
def retry(take: Take, *, script_id: int, by: User | None) -> bool:
    """Put a failed take back into the queue; False where it is not failed.

    Its run goes on with it, but a run that was stopped by a person stays so: the line leaves that one.
    Raises ``paragraphs.Locked``.
    """
    version = Script.next_version(script_id)
    locks.check(take.paragraph_id)
    if not Take.objects.filter(pk=take.pk).try_again():
        return False
    Paragraph.objects.filter(pk=take.paragraph_id).update(latest=take, version=version)
    activity.note(ActKind.TAKES, PUT_TAKE_BACK % {"number": take.number}, by=by, line=take.paragraph)
    run = Run.objects.filter(takes=take).first()
    if run is not None and run.state in (RunState.PAUSED, RunState.CANCELLED):
        Take.objects.filter(pk=take.pk).update(run=None)
    elif run is not None:
        runs.go_on(run.pk)
    return True


@transaction.atomic
def cancel_waiting(script: Script, *, by: User | None) -> int:
    """Take back what waits for this script. What is being made now is finished and kept: it is paid already."""
    here = Take.objects.filter(paragraph__script=script)
    touched = list(
        here.filter(status=TakeStatus.QUEUED, run__isnull=False).values_list("run", flat=True).distinct()
    )
    taken_back = runs.take_back(here)
    runs.end_empty(touched)
    if taken_back:
        activity.note(
            ActKind.RUNS, TOOK_BACK % {"said_lines": activity.counted(taken_back)}, by=by, script=script
        )
    return taken_back
