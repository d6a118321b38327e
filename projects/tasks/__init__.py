"""The doors to the workers, and what the workers do when the bell rings. The only package that knows Celery.

A message carries no work (docs/adr/0003): it wakes a worker, and the rows say what is to be done. So a lost or
doubled message does no harm, and a bell that cannot be rung only makes the sweep ring a few seconds later.

Here are the doors. What wakes and what the woken do: pumping.py (takes), heavy.py (exports), sweeping.py.
"""

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any, TypeVar

from django.db import transaction

from narrator.teams.models import Team, User
from projects.actions import archives, exports, holds, lexicons, paragraphs, runs, takes
from projects.models import Archive, Export, LexiconChange, Paragraph, Project, Run, Script, Take
from projects.tasks.heavy import assemble_export, encode, run_archive
from projects.tasks.messages import send
from projects.tasks.pumping import pump, ring, ring_for
from projects.tasks.sweeping import sweep

__all__ = ["assemble_export", "encode", "pump", "sweep"]
Result = TypeVar("Result")


def queue_takes(
    script: Script, lines: Iterable[Paragraph], *, by: User | None, fresh: bool = False
) -> list[Take]:
    """Ask for takes of these lines and wake the workers; see ``actions.takes.request``."""
    requested = takes.request(script, lines, by=by, fresh=fresh)
    ring(len(requested), team_id=script.project.team_id, someone_waits=fresh)
    return requested


def queue_alternatives(line: Paragraph, *, by: User | None) -> list[Take]:
    """Ask for several takes of a line to choose from and wake the workers; see ``actions.takes.alternatives``."""
    requested = takes.alternatives(line.script, line, by=by)
    ring(len(requested), team_id=line.script.project.team_id, someone_waits=True)
    return requested


def queue_edit(line: Paragraph, *, by: User | None, opened: str = "") -> None:
    """Save an edited line; where it was waiting for its turn it goes on waiting, with what it says now."""
    if paragraphs.edit(line, project=line.script.project, by=by, opened=opened):
        queue_takes(line.script, [line], by=by)


def queue_act(act: Callable[..., paragraphs.Done], *args: Any, **options: Any) -> paragraphs.Done:
    """Do an act on lines; those that were waiting for their turn go on waiting, with what they say now."""
    done = act(*args, **options)
    for script in Script.objects.filter(pk__in={line.script_id for line in done.outdated}):
        lines = [line for line in done.outdated if line.script_id == script.pk]
        queue_takes(script, lines, by=options["by"])
    return done


def queue_change(project: Project, change: Callable[[], Result], *, by: User | None) -> Result:
    """Make a change that reaches many lines; those of them that wait go on waiting, with what they say now."""
    return queue_changes([project], change, by=by)


def queue_changes(projects: Iterable[Project], change: Callable[[], Result], *, by: User | None) -> Result:
    """The same for a change that reaches several projects."""
    with transaction.atomic():
        result = change()
        for project in projects:
            for script, lines in takes.outdated(project).items():
                queue_takes(script, lines, by=by)
    return result


def queue_changed(change: LexiconChange, *, by: User | None) -> list[Take]:
    """Ask for takes of just the finished lines that a change of a lexicon made stale."""
    requested: list[Take] = []
    with transaction.atomic():
        for script, lines in groupby(lexicons.to_render(change), key=lambda line: line.script):
            requested += queue_takes(script, list(lines), by=by)
    return requested


def queue_retry(take: Take, *, script_id: int, by: User | None) -> bool:
    """Put a failed take back into the queue and wake a worker."""
    done = takes.retry(take, script_id=script_id, by=by)
    ring(int(done), team_id=take.team_id)
    return done


def queue_run(run: Run, *, by: User | None) -> bool:
    """Let a paused run go on and wake the workers; False where it is not paused."""
    done = runs.resume(run, by=by)
    if done:
        ring_for(run.team_id)
    return done


def queue_failed(run: Run, *, by: User | None) -> int:
    """Put the failed lines of a run back into the queue and wake the workers; return how many there were."""
    again = runs.retry_failed(run, by=by)
    ring(again, team_id=run.team_id)
    return again


def queue_team(team: Team, *, by: User | None) -> bool:
    """Let a held team's queue go on and wake the workers; False where nothing holds it."""
    done = holds.lift(team, by=by)
    if done:
        ring_for(team.pk)
    return done


def queue_export(
    project: Project, scripts: Iterable[Script], *, by: User | None, **options: object
) -> Export:
    """Freeze an export and wake the worker that assembles; see ``actions.exports.request``."""
    export = exports.request(project, scripts, by=by, **options)  # type: ignore[arg-type]
    transaction.on_commit(lambda: send(assemble_export, export.pk))
    return export


def queue_archive(project: Project, *, by: User | None) -> Archive:
    """Ask for an archive of a project and wake the worker; see ``actions.archives.request``."""
    archive = archives.request(project, by=by)
    transaction.on_commit(lambda: send(run_archive, archive.pk))
    return archive


def queue_unarchive(file: Any, filename: str, *, team: Team, by: User | None) -> Archive:
    """Keep an archive that was handed in and wake the worker that takes it in; see ``actions.archives.keep``."""
    archive = archives.keep(file, filename, team=team, by=by)
    transaction.on_commit(lambda: send(run_archive, archive.pk))
    return archive
