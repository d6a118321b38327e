"""A stored file is whole or absent."""

import os
from pathlib import Path

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

from narrator.storage import FinishedFile


class Breaks(File):
    """A source that fails after its first block."""

    def __init__(self) -> None:
        super().__init__(None, "broken")

    def chunks(self, chunk_size: int | None = None):  # type: ignore[no-untyped-def]
        yield b"half"
        raise OSError("the source broke")


def test_a_failed_write_leaves_nothing() -> None:
    with pytest.raises(OSError, match="broke"):
        default_storage.save("folder/a.bin", Breaks())
    assert not default_storage.exists("folder/a.bin")
    assert os.listdir(default_storage.path("folder")) == []


def test_a_finished_file_is_moved_and_not_copied(tmp_path: Path) -> None:
    source = tmp_path / "big.bin"
    source.write_bytes(b"x" * 1000)
    inode = source.stat().st_ino
    with open(source, "rb") as file:
        name = default_storage.save("exports/big.bin", FinishedFile(file))
    assert not source.exists()
    assert os.stat(default_storage.path(name)).st_ino == inode


def test_an_existing_name_is_not_overwritten() -> None:
    first = default_storage.save("a.bin", ContentFile(b"one"))
    second = default_storage.save("a.bin", ContentFile(b"two"))
    assert first != second
    with default_storage.open(first) as file:
        assert file.read() == b"one"
