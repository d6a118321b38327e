"""Backing up a studio that runs, and restoring one into an empty installation."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.base import File
from django.core.files.storage import Storage, default_storage
from django.core.management import call_command
from django.utils import timezone

from narrator.backups import bundle, rows

DATABASE, MEDIA, KEYS = "database.sqlite3", "media/", "keys/"
KEY_FILES = ("secret-key", "token-key")


class NotEmpty(Exception):
    """There is something here already that a restore would overwrite; ``str()`` is a sentence for the operator."""


class TooNew(Exception):
    """The backup was made by a newer Narrator; ``str()`` is a sentence for the operator."""


def back_up(path: Path, *, with_media: bool = True) -> dict[str, Any]:
    """Write a backup of this studio, which may go on; returns how many files it has and how many bytes.

    The rows are those of one moment, read first: whatever file they name is in the store by then. A file that is
    taken away while it is copied is left out, as those rows soon would be. Raises OSError; nothing is left then.
    """
    with TemporaryDirectory(dir=path.parent, prefix=".backup-") as folder, bundle.written(path) as backup:
        snapshot = Path(folder) / DATABASE
        rows.save(snapshot)
        with snapshot.open("rb") as file:
            backup.add(DATABASE, file, snapshot.stat().st_size)
        snapshot.unlink()
        for key in KEY_FILES:
            if (place := settings.DATA_DIR / key).exists():
                with place.open("rb") as file:
                    backup.add(KEYS + key, file, place.stat().st_size)
        for name in _files(default_storage) if with_media else ():
            _add(backup, name)
        backup.finish(made_at=timezone.now().isoformat(), migrations=rows.applied(), with_media=with_media)
        sizes = [member["size"] for member in backup.members.values()]
    return {"files": len(sizes), "bytes": sum(sizes)}


def _add(backup: bundle.Writer, name: str) -> None:
    try:
        size = default_storage.size(name)
        file = default_storage.open(name, "rb")
    except FileNotFoundError:
        return
    with file:
        backup.add(MEDIA + name, file, size)


def _files(storage: Storage, folder: str = "") -> Iterator[str]:
    """Every file of the store, but for those that are being written."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (folder + name for name in sorted(files) if not name.startswith("."))
    for name in sorted(folders):
        yield from _files(storage, f"{folder}{name}/")


def restore(path: Path, *, using: str = "default") -> dict[str, Any]:
    """Make this empty installation what was backed up; returns the manifest.

    All of the backup is verified before anything is written. The rows come last, so that an installation in which
    they are is whole. Raises Damaged, NotEmpty, TooNew, OSError.
    """
    manifest = bundle.verified(path)
    if newer := set(manifest["migrations"]) - rows.known():
        raise TooNew(f"{path} was made by a newer Narrator: this one knows nothing of {min(newer)}.")
    call_command("migrate", database=using, verbosity=0, interactive=False)
    if get_user_model()._base_manager.using(using).exists() or next(_files(default_storage), None):
        raise NotEmpty("This installation is not empty. Restore into another NARRATOR_DATA_DIR and database.")
    stored: list[str] = []
    try:
        with TemporaryDirectory(dir=settings.DATA_DIR, prefix=".restore-") as folder:
            snapshot = Path(folder) / DATABASE
            for name, source, _ in bundle.members(path):
                if name == DATABASE:
                    _write(snapshot, source)
                elif name.startswith(MEDIA):
                    stored.append(_store(name.removeprefix(MEDIA), source))
                elif name.removeprefix(KEYS) in KEY_FILES:
                    _write(settings.DATA_DIR / name.removeprefix(KEYS), source)
            rows.load(snapshot, using=using)
    except BaseException:
        for name in stored:
            default_storage.delete(name)
        raise
    return manifest


def _store(name: str, source: IO[bytes]) -> str:
    stored = default_storage.save(name, File(source, name))
    if stored != name:
        default_storage.delete(stored)
        raise NotEmpty(f"There is a file {name} in the store already. Restore into an empty store.")
    return stored


def _write(path: Path, source: IO[bytes]) -> None:
    """Write a file for its owner alone, whole or not at all."""
    beside = path.with_name(f".{path.name}.part")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        shutil.copyfileobj(source, file, bundle.BLOCK_BYTES)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
