"""The file store in a bucket that speaks S3, for several machines: chosen by NARRATOR_S3_BUCKET (docs/adr/0031).

An object appears with its last byte or not at all, which is what the local store has to work for. Reading takes what
is asked for and no more, so that a book of hours is served and assembled from a few blocks of memory.
"""

import contextlib
import errno
import io
import threading
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import boto3.session
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from django.core.files.storage import Storage
from django.utils.deconstruct import deconstructible

from narrator.storage import StoreAway

BLOCK_BYTES = 1024 * 1024
# Larger files go up in parts of this size, two at a time; the object appears when the last one has arrived.
PART_BYTES = 16 * 1024 * 1024
CONNECT_WITHIN_S, ANSWER_WITHIN_S = 3, 20
ATTEMPTS = 3


@deconstructible
class BucketStorage(Storage):
    """Django's file store on a bucket. The keys are where every S3 client looks for them: AWS_ACCESS_KEY_ID, …

    Raises FileNotFoundError for what is not there, and ``StoreAway`` where the bucket does not answer or refuses.
    """

    def __init__(self, bucket: str, endpoint: str = "", region: str = "") -> None:
        self.bucket, self.endpoint, self.region = bucket, endpoint, region
        self._lock = threading.Lock()

    @property
    def client(self) -> Any:
        """The connections, made at the first need, after a web server has forked; all threads share them."""
        with self._lock:
            return self._client

    @cached_property
    def _client(self) -> Any:
        return boto3.session.Session().client(
            "s3",
            endpoint_url=self.endpoint or None,
            region_name=self.region or None,
            config=Config(
                connect_timeout=CONNECT_WITHIN_S,
                read_timeout=ANSWER_WITHIN_S,
                retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
                max_pool_connections=32,
                # Stores other than Amazon's have no host name for each bucket, and not all know the newer checksums.
                s3={"addressing_style": "path" if self.endpoint else "auto"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def _open(self, name: str, mode: str = "rb") -> File:
        if mode != "rb":
            raise ValueError("An object of a bucket is read, or saved as a whole.")
        return File(io.BufferedReader(_Object(self, name), BLOCK_BYTES), name)

    def _save(self, name: str, content: File) -> str:
        content.seek(0)
        with self.asking(name):
            if content.size > PART_BYTES:
                parts = TransferConfig(multipart_chunksize=PART_BYTES, max_concurrency=2)
                self.client.upload_fileobj(_Unclosed(content), self.bucket, name, Config=parts)
            else:
                self.client.put_object(Bucket=self.bucket, Key=name, Body=content.read())
        return name

    def exists(self, name: str) -> bool:
        try:
            self.size(name)
        except FileNotFoundError:
            return False
        return True

    def size(self, name: str) -> int:
        with self.asking(name):
            return int(self.client.head_object(Bucket=self.bucket, Key=name)["ContentLength"])

    def get_modified_time(self, name: str) -> datetime:
        with self.asking(name):
            modified: datetime = self.client.head_object(Bucket=self.bucket, Key=name)["LastModified"]
            return modified

    def delete(self, name: str) -> None:
        with self.asking(name):
            self.client.delete_object(Bucket=self.bucket, Key=name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """The folders and the files right below a path; none where there is nothing."""
        before = f"{path.strip('/')}/".lstrip("/")
        folders, files = [], []
        with self.asking(path):
            pages = self.client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.bucket, Prefix=before, Delimiter="/"):
                folders += [row["Prefix"][len(before) : -1] for row in page.get("CommonPrefixes", ())]
                files += [row["Key"][len(before) :] for row in page.get("Contents", ())]
        return folders, [name for name in files if name]

    def read(self, name: str, start: int, size: int) -> bytes:
        """So many bytes from ``start`` on, all of which the object must have."""
        with self.asking(name):
            asked = f"bytes={start}-{start + size - 1}"
            answer = self.client.get_object(Bucket=self.bucket, Key=name, Range=asked)
            return bytes(answer["Body"].read())

    def begin(self, name: str) -> tuple[bytes, int]:
        """The first block, which is all there is of most takes, and how many bytes the whole object has."""
        with self.asking(name):
            answer = self.client.get_object(Bucket=self.bucket, Key=name)
            with contextlib.closing(answer["Body"]) as body:
                return bytes(body.read(BLOCK_BYTES)), int(answer["ContentLength"])

    @contextlib.contextmanager
    def asking(self, name: str) -> Iterator[None]:
        """Give what the client raises the errors that a disk would raise."""
        try:
            yield
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if _status(error) == 404 and code != "NoSuchBucket":
                raise FileNotFoundError(errno.ENOENT, "no such object in the bucket", name) from error
            raise StoreAway(errno.EIO, f"the bucket {self.bucket} refuses it ({code})", name) from error
        except (BotoCoreError, Boto3Error) as error:
            where = urlsplit(self.endpoint).netloc
            said = f"the bucket {self.bucket}{' at ' if where else ''}{where} does not answer"
            raise StoreAway(errno.EIO, f"{said} ({type(error).__name__})", name) from error


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


class _Object(io.RawIOBase):
    """An object's bytes as a file that can be read from anywhere. The first block comes with the opening."""

    def __init__(self, storage: BucketStorage, name: str) -> None:
        self._storage, self._key, self._at = storage, name, 0
        self._head, self._size = storage.begin(name)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        before = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, before + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        into = memoryview(buffer)
        data = self._read(min(len(into), self._size - self._at))
        into[: len(data)] = data
        self._at += len(data)
        return len(data)

    def readall(self) -> bytes:
        data = self._head[self._at :]
        if self._at + len(data) < self._size:
            at = self._at + len(data)
            data += self._storage.read(self._key, at, self._size - at)
        self._at += len(data)
        return data

    def _read(self, size: int) -> bytes:
        if size <= 0:
            return b""
        if self._at < len(self._head):
            return self._head[self._at : self._at + size]
        return self._storage.read(self._key, self._at, size)


class _Unclosed:
    """A file that is read on behalf of somebody who closes what they have read, and may not close this one."""

    def __init__(self, file: File) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()
