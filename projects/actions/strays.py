"""Files of the store that no row leads to: what a crash, or a project that was deleted, has left behind.

They are taken away on an operator's word alone, never by the sweep: with the wrong database in front of it every file
is a stray.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from django.core.files.storage import default_storage
from django.utils import timezone

from projects.actions import sounds
from projects.models import Archive, Export, Sound, Take

# What is younger may be on its way into a row.
AGE = timedelta(days=1)


def find(now: datetime | None = None) -> Iterator[tuple[str, int]]:
    """The name and size of each stray that is older than a day: sounds, exports, archives, and what was half written.

    Manuscripts and covers are small, and stay. OSError where the store refuses.
    """
    before = (now or timezone.now()) - AGE
    older = sorted(Take.objects.filter(sound=None).exclude(audio="").values_list("audio", flat=True))
    known = {
        *older,
        *Export.objects.values_list("file", flat=True),
        *Archive.objects.values_list("file", flat=True),
    }
    for folder in ("takes", "exports", "archives"):
        for names in _folders(folder):
            rows = Sound.objects.filter(
                sha256__in=[_hash(name) for name in names] if folder == "takes" else []
            )
            kept = known | {sounds.name_of(sha256) for sha256 in rows.values_list("sha256", flat=True)}
            for name in sorted(set(names) - kept):
                if default_storage.get_modified_time(name) < before:
                    yield name, default_storage.size(name)


def remove(name: str) -> bool:
    """Take a stray away; False where it has found a row meanwhile."""
    if name == sounds.name_of(_hash(name)):
        return sounds.drop_unknown(_hash(name))
    default_storage.delete(name)
    return True


def _hash(name: str) -> str:
    return PurePosixPath(name).stem


def _folders(folder: str) -> Iterator[list[str]]:
    """The names of the files in a folder and in those below it, a folder at a time."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield [f"{folder}/{name}" for name in files]
    for name in folders:
        yield from _folders(f"{folder}/{name}")
