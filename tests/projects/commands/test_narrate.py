"""``manage.py narrate`` with an endpoint over HTTP: in a process of its own where that matters, else in this one."""

import io
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Any

import av
import pytest
from django.core.management import CommandError, call_command

from narrator.teams.models import Team
from projects.models import Price, Take
from projects.speech.standin.server import Standin
from tests import migrated

ROOT = Path(__file__).resolve().parents[3]
BOOK = "The Test Book\n\n" + "\n\n".join(
    f"CHAPTER {number}\n\n" + "\n\n".join(f"Line {number} {k} says what nobody else says." for k in range(4))
    for number in ("I", "II", "III")
)
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.txt"
    path.write_text(BOOK)
    return path


@pytest.fixture
def environment(tmp_path: Path, standin: Standin) -> dict[str, str]:
    """A data folder of one's own, and an endpoint."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("NARRATOR", "DJANGO"))},
        "NARRATOR_DATA_DIR": str(tmp_path / "data"),
        "NARRATOR_SPEECH_URL": standin.url,
        "NARRATOR_SPEECH_TOKEN": standin.token,
        "PYTHONWARNINGS": "error::RuntimeWarning",
    }


def command(*arguments: object) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), "narrate", *map(str, arguments)]


@pytest.fixture
def program(environment: dict[str, str]) -> Run:
    """Return a function that runs the command as people do."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*arguments), capture_output=True, text=True, env=environment, timeout=120
        )

    return run


@pytest.fixture
def narrate(transactional_db: None, standin: Standin) -> Run:
    """Return a function that runs the command in this process, which is ten times cheaper."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        out, err, code = io.StringIO(), io.StringIO(), 0
        try:
            call_command("narrate", *map(str, arguments), stdout=out, stderr=err)
        except CommandError as error:
            err.write(f"{error}\n")
            code = error.returncode
        except SystemExit as ended:
            code = int(ended.code or 0)
        return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())

    return run


def figures(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The JSON object that must be the last line of standard output."""
    return json.loads(done.stdout.splitlines()[-1])


def test_a_book_is_narrated_without_a_studio_and_the_tables_are_brought_up_to_date(
    program: Run, book: Path, tmp_path: Path, standin: Standin
) -> None:
    tables = tmp_path / "data" / "narrator.sqlite3"
    migrated.copy(tables)
    with (
        closing(sqlite3.connect(tables)) as rows,
        rows,
    ):  # as before an update: one migration of all is missing
        rows.execute("DROP TABLE django_session")
        rows.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    out = tmp_path / "book.m4b"
    done = program(book, "--out", out, "--voice", "maia", "--language", "English", "--json")
    assert done.returncode == 0, done.stderr
    told = figures(done)
    expected = {
        "project": "The Test Book",
        "paragraphs": 12,
        "rendered": 12,
        "reused": 0,
        "failed": [],
        "calls": 12,
    }
    assert {key: told[key] for key in expected} == expected
    assert told["out"] == str(out)
    with av.open(str(out)) as file:
        assert float(file.duration / av.time_base) == pytest.approx(told["audio_seconds"], abs=0.1)
        assert [chapter["metadata"]["title"] for chapter in file.chapters()] == [
            "CHAPTER I",
            "CHAPTER II",
            "CHAPTER III",
        ]
    assert {call.voice for call in standin.calls} == {"Maia"}
    with closing(sqlite3.connect(tables)) as rows:
        assert rows.execute("SELECT count(*) FROM django_session").fetchone() == (0,)


def test_chapters_stream_direction_and_pace(
    narrate: Run, book: Path, tmp_path: Path, standin: Standin
) -> None:
    done = narrate(
        book,
        *("--out", tmp_path / "part.wav", "--chapters", "2-3", "--stream", "--json"),
        *("--instructions", "Softly.", "--optimize-instructions", "--concurrency", "2"),
        *("--requests-per-minute", "600"),
    )
    assert done.returncode == 0, done.stderr
    assert figures(done)["paragraphs"] == 8
    assert {(call.stream, call.instructions, call.optimize_instructions) for call in standin.calls} == {
        (True, "Softly.", True)
    }
    assert all(call.input.startswith("Line II") for call in standin.calls)
    at = sorted(call.at for call in standin.calls)
    # Most of them: where this machine stands still, calls come together.
    assert median(later - earlier for earlier, later in zip(at, at[2:], strict=False)) > 0.1


def test_killed_half_way_it_loses_nothing_and_pays_nothing_twice(
    environment: dict[str, str], program: Run, book: Path, tmp_path: Path, standin: Standin
) -> None:
    migrated.copy(tmp_path / "data" / "narrator.sqlite3")
    standin.settings.latency_s = 0.3
    out = tmp_path / "book.m4b"
    process = subprocess.Popen(
        command(book, "--out", out, "--concurrency", "2"), env=environment, stderr=subprocess.DEVNULL
    )
    deadline = threading.Event()
    while len([call for call in standin.calls if call.status == 200]) < 5:
        assert process.poll() is None
        deadline.wait(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not out.exists()
    standin.settings.latency_s = 0
    done = program(book, "--out", out, "--concurrency", "2", "--json")
    assert done.returncode == 0, done.stderr
    told = figures(done)
    assert told["rendered"] + told["reused"] == 12
    assert told["reused"] >= 3
    # Only what was in flight at the kill may have been called a second time: at most one for each of two threads.
    assert len(standin.calls) <= 12 + 2
    assert out.exists()


def test_a_failed_line_gives_exit_1_no_file_and_a_table(
    narrate: Run, book: Path, tmp_path: Path, standin: Standin
) -> None:
    standin.fail("ali:400:DataInspectionFailed")
    out = tmp_path / "book.mp3"
    done = narrate(book, "--out", out, "--concurrency", "1", "--json")
    assert done.returncode == 1
    assert not out.exists()
    told = figures(done)
    (failure,) = told["failed"]
    assert (failure["chapter"], failure["paragraph"], failure["code"]) == (
        "CHAPTER I",
        1,
        "DataInspectionFailed",
    )
    assert failure["reason"] in done.stderr
    assert (told["rendered"], told["out"]) == (11, None)
    assert narrate(book, "--out", out).returncode == 0
    assert len(standin.calls) == 13


def test_an_account_in_arrears_ends_the_run_at_once_and_the_next_goes_on(
    narrate: Run, book: Path, tmp_path: Path, standin: Standin
) -> None:
    standin.fail("ok", "ok", "ali:400:Arrearage")
    out = tmp_path / "book.mp3"
    done = narrate(book, "--out", out, "--concurrency", "1", "--json")
    assert done.returncode == 1
    assert len(standin.calls) == 3
    assert "The account is in arrears." in done.stderr
    assert "10 of 12 lines were not made" in done.stderr
    told = figures(done)
    assert (told["rendered"], told["calls"], told["out"], len(told["failed"])) == (2, 3, None, 10)
    assert {(failure["code"], failure["reason"]) for failure in told["failed"]} == {
        (
            "Arrearage",
            "The account is in arrears. Nothing can be spoken until it is paid; then resume the queue.",
        )
    }
    assert not out.exists()
    again = narrate(book, "--out", out, "--json")
    assert again.returncode == 0, again.stderr
    assert (figures(again)["rendered"], figures(again)["failed"]) == (10, [])
    assert out.exists()


def test_what_cannot_be_done_ends_with_2_and_a_sentence(narrate: Run, book: Path, standin: Standin) -> None:
    done = narrate(book, "--out", "book.mp3", "--voice", "Nobody")
    assert done.returncode == 2
    assert "choose one of: Cherry" in done.stderr
    assert "Traceback" not in done.stderr
    assert standin.calls == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--out", "book.ogg"], "--out must end in .m4b, .m4a, .mp3, .opus, .flac or .wav."),
        (["--out", "nowhere/book.mp3"], "choose a folder that exists"),
        (["--out", "book.mp3", "--chapters", "3-1"], "the first not after the last"),
        (["--out", "book.mp3", "--chapters", "9"], "There are 3 chapters"),
        (["--out", "book.mp3", "--concurrency", "0"], "a whole number from 1"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_called(
    book: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
) -> None:
    monkeypatch.chdir(book.parent)
    with pytest.raises(CommandError, match=re.escape(sentence)):
        call_command("narrate", str(book), *arguments)
    assert not Take.objects.exists()


def test_an_unreadable_manuscript_gets_one_sentence(narrate: Run, tmp_path: Path) -> None:
    broken = tmp_path / "book.epub"
    broken.write_bytes(b"PK\x03\x04 not really")
    done = narrate(broken, "--out", tmp_path / "book.mp3")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    missing = narrate(tmp_path / "gone.txt", "--out", tmp_path / "book.mp3")
    assert missing.returncode == 2
    assert "gone.txt" in missing.stderr


def test_a_project_name_of_another_manuscript_is_not_taken(narrate: Run, book: Path, tmp_path: Path) -> None:
    assert narrate(book, "--out", tmp_path / "a.wav", "--project", "Mine").returncode == 0
    other = tmp_path / "other.txt"
    other.write_text("CHAPTER I\n\nQuite another text.\n")
    done = narrate(other, "--out", tmp_path / "b.wav", "--project", "Mine")
    assert done.returncode == 2
    assert "“Mine”" in done.stderr


def test_another_voice_is_another_take(narrate: Run, book: Path, tmp_path: Path, standin: Standin) -> None:
    narrate(book, "--out", tmp_path / "a.wav", "--chapters", "1", "--voice", "Neil")
    done = narrate(book, "--out", tmp_path / "b.wav", "--chapters", "1", "--voice", "Maia", "--json")
    assert (figures(done)["rendered"], len(standin.calls)) == (4, 8)
    back = figures(narrate(book, "--out", tmp_path / "c.mp3", "--chapters", "1", "--voice", "Neil", "--json"))
    assert (back["rendered"], back["reused"], back["calls"], len(standin.calls)) == (0, 4, 0, 8)


def test_it_says_what_it_will_cost_and_stops_at_a_cap(
    narrate: Run, book: Path, tmp_path: Path, standin: Standin
) -> None:
    out = tmp_path / "book.wav"
    first = narrate(book, "--out", out, "--chapters", "1", "--json")
    assert "To generate: 4 lines, under a minute of speech, ¥ 0.01." in first.stderr
    assert figures(first)["calls"] == len(standin.calls) == 4
    Price.objects.create(team=Team.objects.get(), monthly_cap_micro=10_000)
    second = narrate(book, "--out", out, "--json")
    assert second.returncode == 1
    assert {failure["code"] for failure in figures(second)["failed"]} == {"cap_reached"}
    assert "The cap of Studio for this month, ¥ 0.01, is reached" in second.stderr
    assert len(standin.calls) == 4
    again = narrate(book, "--out", out, "--chapters", "1")
    assert "To generate" not in again.stderr
