"""``manage.py narrate``: a manuscript in, an audiobook out, without a running studio."""

import argparse
import contextlib
import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from narrator.studio.part import CannotStart
from narrator.studio.standin import running_standin
from narrator.teams.models import Team
from projects.actions import endpoint as endpoints
from projects.actions import exports, narration
from projects.actions.estimates import Estimate
from projects.management.arguments import chapter_numbers, one_of, whole_number
from projects.management.bar import Bar
from projects.management.unmade import failures, tell
from projects.manuscript.manuscript import Unreadable
from projects.models import Export, ExportStatus, Project, Script
from projects.speech import voices
from projects.speech.errors import Stopped

# Where nothing is left to be spoken.
NOWHERE = "http://nothing-to-speak.invalid"
GIVE_UP_S = 120


class Command(BaseCommand):
    help = "Narrate a manuscript: import, render, assemble. Run again after a crash, it resumes."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the manuscript: TXT, Markdown or EPUB")
        parser.add_argument(
            "--out",
            type=Path,
            required=True,
            help="the file to write: .m4b, .m4a, .mp3, .opus, .flac or .wav",
        )
        parser.add_argument("--voice", metavar="NAME", help="one of the endpoint's voices")
        parser.add_argument("--instructions", metavar="TEXT", help="how to speak, in English or Chinese")
        parser.add_argument("--language", type=one_of(list(voices.LANGUAGES)), metavar="NAME")
        parser.add_argument("--optimize-instructions", action=argparse.BooleanOptionalAction, default=None)
        parser.add_argument("--chapters", type=chapter_numbers, metavar="1-3")
        parser.add_argument("--stream", action="store_true", help="receive the audio as a stream of events")
        parser.add_argument(
            "--concurrency", type=whole_number, metavar="N", default=settings.SPEECH_CONCURRENCY
        )
        parser.add_argument(
            "--give-up-after",
            type=whole_number,
            metavar="SECONDS",
            default=GIVE_UP_S,
            help=f"end with 1 where nobody answered a single call for so long ({GIVE_UP_S} s)",
        )
        parser.add_argument("--requests-per-minute", type=whole_number, metavar="N")
        parser.add_argument("--project", metavar="NAME", default="", help="the project's title in the studio")
        parser.add_argument("--json", action="store_true", help="print the figures as JSON at the end")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        out = self._checked_out(options["out"])
        self._migrate()
        team = narration.team()
        if options["voice"]:
            options["voice"] = _voice(options["voice"], team)
        project, scripts = self._import(team, options)
        before = narration.calls_of(project)
        try:
            with narration.alone(project), self._endpoint(project, scripts, options) as endpoint:
                self._tell_estimate(narration.expected(project, scripts), endpoint)
                progress = self._render(project, scripts, endpoint, options)
                written = (
                    None if progress.failed or progress.unmade else self._assemble(project, scripts, out)
                )
        except narration.InUse:
            raise CommandError(
                f"Another narrate is working on “{project.title}”. Wait until it has ended, or stop it.",
                returncode=1,
            ) from None
        if progress.failed or progress.unmade:
            tell(progress, self._say)
        if options["json"]:
            self.stdout.write(
                json.dumps(
                    {
                        "project": project.title,
                        "paragraphs": progress.total,
                        "rendered": progress.rendered,
                        "reused": progress.reused,
                        "failed": failures(progress),
                        "calls": narration.calls_of(project) - before,
                        "audio_seconds": written.duration_ms / 1000 if written else 0,  # type: ignore[operator]
                        "elapsed_seconds": round(time.monotonic() - started, 3),
                        "out": str(out) if written else None,
                    },
                    ensure_ascii=False,
                )
            )
        if progress.failed or progress.unmade:
            sys.exit(1)

    def _checked_out(self, out: Path) -> Path:
        if exports.of_ending(out.suffix) is None:
            raise CommandError("--out must end in .m4b, .m4a, .mp3, .opus, .flac or .wav.", returncode=2)
        if not out.parent.is_dir() or out.is_dir():
            raise CommandError(
                f"The file cannot be written to {out}: choose a folder that exists.", returncode=2
            )
        if not os.access(out.parent, os.W_OK):
            raise CommandError(f"The folder {out.parent} is not writable: choose another.", returncode=2)
        return out

    def _migrate(self) -> None:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0)

    def _import(self, team: Team, options: dict[str, Any]) -> tuple[Project, list[Script]]:
        direction = {
            name: options[name]
            for name in ("voice", "instructions", "language", "optimize_instructions")
            if options[name] is not None
        }
        path: Path = options["file"]
        try:
            data = path.read_bytes()
            project, read = narration.project_for(
                team, data, path.name, name=options["project"], direction=direction
            )
        except Unreadable as error:
            raise CommandError(str(error), returncode=2) from None
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=2) from None
        except narration.OtherManuscript:
            raise CommandError(
                f"There is a project “{options['project']}” of another manuscript. Choose another --project name.",
                returncode=2,
            ) from None
        for note in read.notes:
            self._say(note)
        scripts = list(project.scripts.all())
        if options["chapters"]:
            first, last = options["chapters"]
            if first > len(scripts):
                raise CommandError(
                    f"There are {len(scripts)} chapters; --chapters begins at {first}.", returncode=2
                )
            scripts = scripts[first - 1 : last]
        return project, scripts

    @contextlib.contextmanager
    def _endpoint(
        self, project: Project, scripts: list[Script], options: dict[str, Any]
    ) -> Iterator[endpoints.Endpoint]:
        limit = options["requests_per_minute"]
        with contextlib.ExitStack() as stack:
            if endpoints.has_own(project.team_id):
                try:
                    endpoint = endpoints.of(project.team_id)
                except Stopped as error:
                    raise CommandError(error.message, returncode=1) from None
            else:
                url, token, host = settings.SPEECH_URL, settings.SPEECH_TOKEN, endpoints.installation().host
                if not url:
                    url, token = self._standin(stack) if narration.has_work(scripts) else (NOWHERE, "")
                endpoint = endpoints.connect(url, token, stream=options["stream"], host=host)
            yield endpoint.through(narration.EvenGate(limit)) if limit else endpoint

    def _standin(self, stack: contextlib.ExitStack) -> tuple[str, str]:
        self._say("No endpoint is set: the stand-in voices speak.")
        try:
            return stack.enter_context(running_standin(settings.DATA_DIR, voices=settings.VOICES))
        except CannotStart as error:
            raise CommandError(f"{error} {error.tail}".strip(), returncode=1) from None

    def _render(
        self, project: Project, scripts: list[Script], endpoint: endpoints.Endpoint, options: dict[str, Any]
    ) -> narration.Progress:
        stop = threading.Event()
        bar = Bar(self.stderr, "lines")
        previous = signal.signal(signal.SIGTERM, lambda *_: stop.set())
        try:
            progress = narration.render(
                project,
                scripts,
                endpoint,
                concurrency=options["concurrency"],
                give_up_s=options["give_up_after"],
                on_progress=lambda progress: bar.show(progress.done, progress.total, progress.waits),
                stop=stop,
            )
        except KeyboardInterrupt:
            raise CommandError("Stopped. Run the same command again to go on.", returncode=130) from None
        finally:
            signal.signal(signal.SIGTERM, previous)
            bar.end()
        if progress.done + len(progress.unmade) < progress.total:
            raise CommandError("Stopped. Run the same command again to go on.", returncode=143)
        return progress

    def _assemble(self, project: Project, scripts: list[Script], out: Path) -> Export:
        format = exports.of_ending(out.suffix)
        assert format, "It was looked at before anything was spoken."
        export = exports.request(
            project,
            scripts,
            format=format,
            by=None,
            narrator=exports.narrators(scripts),
        )
        claimed = exports.claim(export.pk)
        if claimed is not None:
            exports.assemble(claimed)
        export.refresh_from_db()
        if export.status != ExportStatus.READY:
            raise CommandError(
                export.error_reason or "The export was taken back in the studio.", returncode=1
            )
        beside = out.with_name(f".{out.name}.{os.getpid()}.part")
        try:
            with default_storage.open(export.file, "rb") as source, open(beside, "wb") as target:
                shutil.copyfileobj(source, target, 1024 * 1024)
            os.replace(beside, out)
        finally:
            beside.unlink(missing_ok=True)
        self._say(f"Wrote {out}, {export.duration_ms / 1000:.1f} s.")  # type: ignore[operator]
        return export

    def _tell_estimate(self, expected: Estimate, endpoint: endpoints.Endpoint) -> None:
        if expected.lines:
            is_standin = endpoint.host == endpoints.STANDIN
            free = " The stand-in speaks, so nobody is charged." if is_standin else ""
            self._say(f"To generate: {expected}.{free}")

    def _say(self, sentence: str) -> None:
        self.stderr.write(sentence)


def _voice(text: str, team: Team) -> str:
    """The voice of the team's endpoint with this name, in any case of letters."""
    try:
        return one_of([voice.name for voice in endpoints.voices(team.pk)])(text)
    except argparse.ArgumentTypeError as error:
        raise CommandError(f"--voice: {error}", returncode=2) from None
