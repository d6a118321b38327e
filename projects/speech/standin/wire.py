"""Writes HTTP/1.1 answers byte by byte: whole, chunked, or broken on purpose. Knows nothing of speech."""

import select
import socket
import struct
import threading
import time
from email.utils import formatdate
from http.client import responses

from projects.speech.standin.replies import Reply

DRIP_S = 0.2
LOOK_S = 0.2  # how often a silent connection looks whether the other side has left


class Gone(ConnectionError):
    """The other side left, or the stand-in stops: nothing more to write."""


class Wire:
    """One answer on one connection."""

    def __init__(
        self, connection: socket.socket, stopping: threading.Event, modern: bool, head_only: bool
    ) -> None:
        self._connection = connection
        self._stopping = stopping
        self._modern = modern  # HTTP/1.1: chunks and keep-alive
        self._head_only = head_only
        self._due_s = 0.0
        self.close = not modern
        self.begun = False

    def reply(self, reply: Reply) -> None:
        """Head and body in one write."""
        self._write(self._head(reply, len(reply.body)) + (b"" if self._head_only else reply.body))

    def head(self, reply: Reply, length: int) -> None:
        """Only the head, announcing so many bytes; the body follows by `write`, complete or not."""
        self._write(self._head(reply, length))

    def begin(self, reply: Reply) -> None:
        """The head of an answer of unknown length; the body follows by `send` and `end`."""
        self._write(self._head(reply, None))

    def send(self, data: bytes) -> None:
        """One chunk, in one write."""
        if data:
            self._write(b"%X\r\n%b\r\n" % (len(data), data) if self._modern else data)

    def end(self) -> None:
        """The body is complete."""
        if self._modern:
            self._write(b"0\r\n\r\n")

    def write(self, data: bytes) -> None:
        """Raw bytes of a body whose length was announced."""
        self._write(data)

    def answer_after(self, seconds: float) -> None:
        """No byte of the answer leaves earlier than so long from now, however soon it is ready."""
        self._due_s = time.monotonic() + seconds

    def wait_until_due(self) -> None:
        """Waits for that moment, as ``pause`` does."""
        self.pause(max(0.0, self._due_s - time.monotonic()))

    def pause(self, seconds: float) -> None:
        """Waits, but not longer than the stand-in lives. Raises Gone when it stops."""
        if self._stopping.wait(seconds):
            raise Gone

    def stall(self) -> None:
        """Says nothing more until the other side leaves or the stand-in stops; then the connection is
        closed."""
        self.close = True
        while not self._stopping.is_set():
            readable, _, _ = select.select([self._connection], [], [], LOOK_S)
            if readable and not self._connection.recv(1, socket.MSG_PEEK):
                return

    def reset(self) -> None:
        """Breaks the connection: the other side sees a reset, not an end."""
        self.wait_until_due()
        self.close = True
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._connection.close()

    def _head(self, reply: Reply, length: int | None) -> bytes:
        self.wait_until_due()
        self.begun = True
        lines = [
            f"HTTP/1.1 {reply.status} {responses.get(reply.status, 'Unknown')}",
            f"Date: {formatdate(usegmt=True)}",
            f"Content-Type: {reply.content_type}",
            *(f"{name}: {value}" for name, value in reply.headers.items()),
        ]
        if length is not None:
            lines.append(f"Content-Length: {length}")
        elif self._modern:
            lines.append("Transfer-Encoding: chunked")
        if self.close:
            lines.append("Connection: close")
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _write(self, data: bytes) -> None:
        self._connection.sendall(data)
