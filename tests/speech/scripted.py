"""A server that sends exactly the bytes that a test wants, for what a well-behaved server library would not send."""

import base64
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterable

import numpy as np

CANARY = "sk-canary-5f2e91c7d"

Script = Callable[["Visit"], None]


class Visit:
    """One connection. request: the head and body as they came."""

    def __init__(self, sock: socket.socket, stopping: threading.Event) -> None:
        self.sock, self.stopping = sock, stopping
        self.request = b""

    def read_request(self) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.sock.recv(65536)
            if not more:
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            (int(row[15:]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-length:")), 0
        )
        while len(body) < length:
            body += self.sock.recv(65536)
        self.request = head + b"\r\n\r\n" + body
        return self.request

    def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.sock.sendall(piece)

    def drip(self, data: bytes, every_s: float) -> None:
        """One byte at a time, until it is over or the test is."""
        for at in range(len(data)):
            if self.stopping.wait(every_s):
                return
            self.sock.sendall(data[at : at + 1])

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class Scripted:
    """`with Scripted(script) as server:` runs the script for every connection; requests are kept in order."""

    def __init__(self, script: Script, tls: object = None) -> None:
        self.script, self.requests, self.connections = script, list[bytes](), 0
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._tls = tls

    def __enter__(self) -> "Scripted":
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._launch(self._accept)
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _launch(self, run: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=run, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                sock, _address = self._listener.accept()
            except TimeoutError:
                continue
            self.connections += 1
            self._launch(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        sock.settimeout(60)
        try:
            if self._tls is not None:
                sock = self._tls.wrap_socket(sock, server_side=True)  # type: ignore[attr-defined]
            with sock:
                visit = Visit(sock, self._stopping)
                if visit.read_request():
                    self.requests.append(visit.request)
                    self.script(visit)
        except OSError:
            pass  # the client hung up, which is what many tests are about


def http(body: bytes, content_type: str = "application/json", status: str = "200 OK", *headers: str) -> bytes:
    rows = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return "\r\n".join([*rows, *headers, "", ""]).encode() + body


def unframed(body: bytes, content_type: str = "text/event-stream") -> bytes:
    """An answer that ends where the connection ends."""
    return f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nConnection: close\r\n\r\n".encode() + body


def saying(*pieces: bytes) -> Script:
    """The script that sends these bytes to every visitor."""
    return lambda visit: visit.send(*pieces)


def tone(seconds: float) -> bytes:
    at = np.arange(int(seconds * 24000))
    return (np.trunc(8000 * np.sin(at / 8)) + 1).astype("<i2").tobytes()


def wav(
    pcm: bytes, riff: int | None = None, data: int | None = None, fmt: tuple[int, ...] = (1, 1, 24000, 16)
) -> bytes:
    codec, channels, rate, bits = fmt
    block = channels * bits // 8
    head = struct.pack(
        "<4sI4s4sIHHIIHH",
        b"RIFF",
        len(pcm) + 36 if riff is None else riff,
        b"WAVE",
        b"fmt ",
        16,
        codec,
        channels,
        rate,
        rate * block,
        block,
        bits,
    )
    return head + struct.pack("<4sI", b"data", len(pcm) if data is None else data) + pcm


def envelope(data: bytes = b"", finish: object = "stop", **audio: object) -> dict[str, object]:
    said = {"data": base64.b64encode(data).decode(), "id": "audio_1", **audio}
    return {
        "output": {"finish_reason": finish, "audio": said},
        "usage": {"characters": 7},
        "request_id": "req-1",
    }


def event(payload: object, name: str = "result", status: int = 200, ident: int = 1) -> bytes:
    data = json.dumps(payload, ensure_ascii=False)
    return f"id:{ident}\nevent:{name}\n:HTTP_STATUS/{status}\ndata:{data}\n\n".encode()


def stream(pieces: Iterable[bytes]) -> bytes:
    rows = [event(envelope(piece, "null"), ident=at) for at, piece in enumerate(pieces, 1)]
    return b"".join(rows) + event(envelope(b"", "stop"))
