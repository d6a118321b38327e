"""The audio behind signed, expiring download links, kept in bounded memory. Signing and checking, no HTTP."""

import base64
import hashlib
import hmac
import secrets
import threading
import time
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import quote

from projects.speech.standin.replies import Reply, storage_error

KEPT_BYTES = 256 * 1024 * 1024
KEPT_S = 86_400.0
ACCESS_KEY = "STANDIN"


@dataclass(frozen=True)
class Audio:
    """One stored file. manner is how it is served: "plain", "slow", "short" or "not-wav"."""

    body: bytes
    stored_at: float
    manner: str = "plain"


@dataclass(frozen=True)
class Link:
    """Path and query of a download, and when it ends (Unix seconds)."""

    target: str
    expires_at: int


class Shelf:
    """Stored audio by id, the oldest dropped past `kept_bytes` or after a day. Thread-safe."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self.kept_bytes = kept_bytes
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._audio: OrderedDict[str, Audio] = OrderedDict()
        self._size = 0

    def put(self, body: bytes, life_s: float, manner: str = "plain") -> Link:
        """Stores and signs. A life below zero gives a link that has already expired."""
        name = uuid.uuid4().hex
        with self._lock:
            self._audio[name] = Audio(body, time.time(), manner)
            self._size += len(body)
            self._drop_old(name)
        return self.sign(name, life_s)

    def sign(self, name: str, life_s: float) -> Link:
        """A link to a name, stored or not."""
        path = f"/audio/{name}.wav"
        expires_at = int(time.time() + life_s)
        signature = quote(self._signature(path, str(expires_at)), safe="")
        return Link(
            f"{path}?Expires={expires_at}&OSSAccessKeyId={ACCESS_KEY}&Signature={signature}", expires_at
        )

    def open(self, verb: str, path: str, query: dict[str, str]) -> Audio | Reply:
        """The audio, or the store's refusal: wrong signature or expired 403, unknown 404."""
        expires, signature = query.get("Expires", ""), query.get("Signature", "")
        if not expires or not signature:
            return storage_error(403, "AccessDenied", "Anonymous access is forbidden for this operation.")
        good = hmac.compare_digest(self._signature(path, expires).encode(), signature.encode())
        if not good or verb != "GET":
            return storage_error(403, "SignatureDoesNotMatch", "The request signature does not match.")
        if int(expires) <= time.time():
            return storage_error(403, "AccessDenied", "Request has expired.")
        with self._lock:
            audio = self._audio.get(path.removeprefix("/audio/").removesuffix(".wav"))
        return audio or storage_error(404, "NoSuchKey", "The specified key does not exist.")

    @property
    def size_bytes(self) -> int:
        """What is kept now."""
        return self._size

    def _drop_old(self, newest: str) -> None:
        too_old = time.time() - KEPT_S
        while self._audio:
            name, audio = next(iter(self._audio.items()))
            if name == newest or (self._size <= self.kept_bytes and audio.stored_at > too_old):
                return
            del self._audio[name]
            self._size -= len(audio.body)

    def _signature(self, path: str, expires: str) -> str:
        digest = hmac.new(self._key, f"GET\n{expires}\n{path}".encode(), hashlib.sha1).digest()
        return base64.b64encode(digest).decode()
