"""The file store in a bucket: whole or absent, in flat memory, and with the errors of a disk. Against a real server."""

import io
import tracemalloc
from pathlib import Path

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.http import Http404
from django.test import Client, RequestFactory

from narrator import media
from narrator.bucket import BLOCK_BYTES, PART_BYTES, BucketStorage
from narrator.storage import FinishedFile, StoreAway
from projects.actions import exports
from projects.models import Export, ExportStatus
from tests import factories
from tests.cast import Cast


class Ends(io.BytesIO):
    """A file that can be read once as far as its size says, and breaks in the middle of it."""

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() > PART_BYTES:
            raise OSError("the source broke")
        return super().read(size)


def test_a_file_is_there_whole_or_not_at_all(bucket: BucketStorage) -> None:
    with pytest.raises(OSError, match="the source broke"):
        default_storage.save("folder/large", File(Ends(bytes(2 * PART_BYTES + 1))))
    assert not default_storage.exists("folder/large")
    assert default_storage.listdir("") == ([], []), "nothing of it is left to be paid for, either"
    uploads = bucket.client.list_multipart_uploads(Bucket=bucket.bucket)
    assert uploads.get("Uploads", []) == []


def test_names_sizes_and_what_is_not_there(bucket: BucketStorage) -> None:
    first = default_storage.save("folder/a.bin", ContentFile(b"one"))
    second = default_storage.save("folder/a.bin", ContentFile(b"two"))
    assert first != second, "nothing is written over"
    assert default_storage.open(first).read() == b"one"
    assert (default_storage.size(second), default_storage.exists("folder")) == (3, False)
    assert default_storage.listdir("folder") == ([], sorted(name.split("/")[1] for name in (first, second)))
    assert default_storage.listdir("")[0] == ["folder"]
    empty = default_storage.save("empty", ContentFile(b""))
    with default_storage.open(empty) as file:
        assert (file.size, file.read()) == (0, b"")
    for _ in range(2):
        default_storage.delete(first)
    with pytest.raises(FileNotFoundError):
        default_storage.open(first)


def test_a_book_of_hours_goes_in_and_out_in_flat_memory(
    bucket: BucketStorage, tmp_path: Path, rf: RequestFactory
) -> None:
    path, size = tmp_path / "book.m4b", 3 * PART_BYTES
    path.write_bytes(bytes(range(256)) * (size // 256))
    with open(path, "rb") as file:
        name = default_storage.save("exports/book.m4b", FinishedFile(file))
    tracemalloc.start()
    try:
        answer = media.serve(rf.get("/"), name, content_type="audio/mp4")
        served = sum(len(block) for block in answer.streaming_content)  # type: ignore[attr-defined]
        assert tracemalloc.get_traced_memory()[1] < 6 * BLOCK_BYTES
    finally:
        tracemalloc.stop()
    assert served == size == int(answer["Content-Length"])
    asked = rf.get("/", headers={"Range": f"bytes={size - 300}-"})
    tail = media.serve(asked, name, content_type="audio/mp4")
    assert b"".join(tail.streaming_content) == path.read_bytes()[-300:]  # type: ignore[attr-defined]


def test_a_bucket_that_is_gone_or_does_not_answer_is_said(bucket: BucketStorage, rf: RequestFactory) -> None:
    here = BucketStorage("nobody-made-it", bucket.endpoint, bucket.region)
    with pytest.raises(StoreAway, match=r"the bucket nobody-made-it refuses it \(NoSuchBucket\)"):
        here.save("a", ContentFile(b"a"))
    here.client.close()
    gone = BucketStorage("narration", "http://127.0.0.1:9", bucket.region)
    for ask in (gone.exists, gone.open, gone.delete, gone.listdir):
        with pytest.raises(StoreAway, match="the bucket narration at 127.0.0.1:9 does not answer"):
            ask("a")
    gone.client.close()
    with pytest.raises(Http404):
        media.serve(rf.get("/"), "gone.wav", content_type="audio/wav")


@pytest.mark.one_database
def test_takes_are_assembled_from_the_bucket_and_the_file_served_from_it(
    bucket: BucketStorage, cast: Cast, client: Client
) -> None:
    project = factories.project(cast.team, lines=2)
    factories.all_ready(project.scripts.get(), duration_ms=200)
    export = exports.request(project, project.scripts.all(), format="wav", by=None)
    assert exports.assemble(exports.claim(export.pk)) == ExportStatus.READY  # type: ignore[arg-type]
    done = Export.objects.get()
    assert default_storage.size(done.file) == done.size_bytes
    client.force_login(cast.editor)
    take = project.scripts.get().paragraphs.first().chosen  # type: ignore[union-attr]
    answer = client.get(f"/takes/{take.pk}/audio.wav", headers={"Range": "bytes=0-11"})
    assert (answer.status_code, answer.getvalue()[:4]) == (206, b"RIFF")
    client.force_login(cast.stranger)
    assert client.get(f"/takes/{take.pk}/audio.wav").status_code == 404


@pytest.mark.one_database
def test_a_page_that_needs_a_file_says_that_the_store_is_away(
    cast: Cast, client: Client, settings: object
) -> None:
    project = factories.project(cast.team, lines=1)
    factories.all_ready(project.scripts.get(), duration_ms=200)
    take = project.scripts.get().paragraphs.first().chosen  # type: ignore[union-attr]
    options = {"bucket": "narration", "endpoint": "http://127.0.0.1:9", "region": "us-east-1"}
    away = {"BACKEND": "narrator.bucket.BucketStorage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": away}  # type: ignore[attr-defined]
    client.force_login(cast.editor)
    answer = client.get(f"/takes/{take.pk}/audio.wav")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "store of audio and files does not answer" in answer.content.decode()
