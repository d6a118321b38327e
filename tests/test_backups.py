"""A studio in one file, and an empty installation that becomes it; PostgreSQL's rows go through SQLite and back."""

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, connections
from pytest_django.plugin import DjangoDbBlocker

from narrator.backups import bundle, comparison, rows, studio
from narrator.teams.models import User
from projects.actions import manuscripts, takes, tokens
from projects.models import Paragraph, Take
from tests import factories
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def filled(cast: Cast, broker: str) -> Cast:
    """A studio with a bit of everything: lines, a take with its sound, what waits, a manuscript's file, a token."""
    script = factories.script(cast.team)
    factories.all_ready(script, duration_ms=200)
    takes.request(factories.script(cast.team), Paragraph.objects.filter(chosen=None), by=cast.editor)
    manuscripts.keep(b"Some words.", "a.txt", team=cast.team, by=cast.editor)
    tokens.make(cast.editor, name="Build", scopes=["runs:read"], days=1)
    return cast


@pytest.fixture
def any_database(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let this test speak to other databases than the one of the tests: those that it makes."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def empty(tmp_path: Path, any_database: None) -> Iterator[str]:
    """The alias of an empty, migrated database of the same kind, with a data folder and a store of its own."""
    data = tmp_path / "elsewhere"
    data.mkdir()
    described = dict(connections.settings["default"])
    if connection.vendor == "sqlite":
        described["NAME"] = str(data / "narrator.sqlite3")
        shutil.copy(os.environ["NARRATOR_TEST_MIGRATED"], described["NAME"])
    else:
        described["NAME"] = f"{connection.settings_dict['NAME']}_restored"
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{described["NAME"]}" TEMPLATE migrated')
    connections.settings["restored"] = described
    yield "restored"
    connections["restored"].close()
    del connections["restored"]
    del connections.settings["restored"]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{described["NAME"]}"')


def all_rows(using: str) -> dict[str, list[tuple]]:
    found = {}
    for model in apps.get_models(include_auto_created=True):
        values = model._base_manager.using(using).order_by("pk").values_list()
        found[model._meta.label] = [
            tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in values
        ]
    return found


def all_files() -> dict[str, str]:
    found = {}
    for name in studio._files(default_storage):
        with default_storage.open(name, "rb") as file:
            found[name] = hashlib.sha256(file.read()).hexdigest()
    return found


def test_an_empty_installation_becomes_what_was_backed_up(
    filled: Cast, empty: str, tmp_path: Path, settings: object
) -> None:
    backup, before, stored = tmp_path / "studio.tar", all_rows("default"), all_files()
    call_command("backup", str(backup))
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    kept = (settings.DATA_DIR / "token-key").read_text()  # type: ignore[attr-defined]
    settings.DATA_DIR = tmp_path / "elsewhere"  # type: ignore[attr-defined]
    settings.MEDIA_ROOT = tmp_path / "elsewhere" / "media"  # type: ignore[attr-defined]
    studio.restore(backup, using=empty)
    assert all_rows(empty) == before
    assert all_files() == stored
    assert len(stored) > 3
    assert (tmp_path / "elsewhere" / "token-key").read_text() == kept
    with pytest.raises(studio.NotEmpty):
        studio.restore(backup, using=empty)
    fresh = User.objects.using(empty).create(email="next@example.org")
    assert fresh.pk > max(row[0] for row in before["teams.User"]), "the next row gets a number of its own"
    assert not list(tmp_path.glob(".*")), "nothing half-made is left"


@pytest.mark.one_database
def test_what_is_not_a_whole_backup_is_refused_before_anything_is_written(
    filled: Cast, empty: str, tmp_path: Path, settings: object
) -> None:
    backup = tmp_path / "studio.tar"
    studio.back_up(backup)
    whole, at = backup.read_bytes(), Take.objects.exclude(audio="").values_list("audio", flat=True)[0]
    with default_storage.open(at) as file:
        sound = file.read()
    changed = bytearray(whole)
    changed[whole.index(sound[44:144]) + 7] ^= 1
    settings.MEDIA_ROOT = tmp_path / "elsewhere" / "media"  # type: ignore[attr-defined]
    for name, data in (
        ("cut", whole[: len(whole) // 2]),
        ("without its end", whole[: whole.rindex(bundle.MANIFEST.encode())]),
        ("changed", bytes(changed)),
        ("foreign", b"PK\x03\x04" + b"x" * 2000),
        ("nothing", b""),
    ):
        backup.write_bytes(data)
        with pytest.raises(bundle.Damaged) as refused:
            studio.restore(backup, using=empty)
        assert str(backup) in str(refused.value), name
    assert not User.objects.using(empty).exists()
    assert not all_files()


@pytest.mark.one_database
def test_a_backup_of_a_newer_narrator_and_a_disk_that_is_full_leave_nothing_behind(
    filled: Cast, any_database: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    backup = tmp_path / "studio.tar"
    monkeypatch.setattr(rows, "applied", lambda: ["projects.9999_later"])
    studio.back_up(backup, with_media=False)
    monkeypatch.undo()
    with pytest.raises(CommandError, match="newer Narrator"):
        call_command("restore", str(backup))
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    opened = os.open

    def open_full(path: object, *args: int, **options: object) -> int:
        return opened(full if str(path).endswith(".part") else path, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "open", open_full)
    with pytest.raises(CommandError, match="No space left on device. Nothing was kept"):
        call_command("backup", str(tmp_path / "other.tar"))
    assert {path.name for path in tmp_path.iterdir()} - {"media"} == {"studio.tar"}


def test_rows_that_come_over_otherwise_are_told(filled: Cast, any_database: None, tmp_path: Path) -> None:
    kept = tmp_path / "rows.sqlite3"
    rows.save(kept)
    with rows.opened(kept) as alias:
        comparison.insist(rows._models(), "default", alias)
        with connections[alias].cursor() as cursor:
            cursor.execute("UPDATE projects_script SET title = 'another'")
        with pytest.raises(comparison.Differs, match="projects_script did not come over"):
            comparison.insist(rows._models(), "default", alias)
