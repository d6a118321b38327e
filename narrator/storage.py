"""The file store on local disk, with writes that are whole or absent. What the files mean is not its concern.

In a bucket: narrator/bucket.py.
"""

import os
import shutil
import uuid
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StoreAway(OSError):
    """The store itself cannot be asked now: it does not answer, or refuses. ``strerror`` is a clause that says so."""


class FinishedFile(File):
    """A file that a worker has written in full on this machine and gives away: saving it may move it."""

    def temporary_file_path(self) -> str:
        return os.fspath(self.file.name)  # type: ignore[union-attr]


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Static files under names with their hash, those that our own scripts import by name included.

    Django's own switch for the latter reads everybody's scripts, and stumbles over an example in a comment of htmx's.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),
    )


class AtomicFileSystemStorage(FileSystemStorage):
    """Django's local storage, except that a name appears only when all its bytes are on the disk.

    A file is written beside its place, flushed to the disk and then renamed, so that neither a crash nor a full
    disk can leave half a file under a name that a row points to.
    """

    def _save(self, name: str, content: File) -> str:
        place = Path(self.path(name))
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.with_name(f".{uuid.uuid4().hex}.part")
        try:
            self._fill(beside, content)
            os.replace(beside, place)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        self._flush_folder(place.parent)
        return name

    @staticmethod
    def _fill(beside: Path, content: File) -> None:
        if isinstance(content, FinishedFile):
            shutil.move(content.temporary_file_path(), beside)
            mode = "rb+"
        else:
            mode = "wb"
        with open(beside, mode) as file:
            if mode == "wb":
                for chunk in content.chunks():
                    file.write(chunk)
            file.flush()
            os.fsync(file.fileno())

    @staticmethod
    def _flush_folder(folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
