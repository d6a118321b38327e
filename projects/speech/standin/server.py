"""The stand-in as an object: starts, stops, is looked into. `with Standin(speech="tone", token="test") as
standin:`"""

import contextlib
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from http.server import ThreadingHTTPServer
from socketserver import TCPServer
from types import TracebackType
from typing import Any

from projects.speech.standin import mishaps
from projects.speech.standin.faults import FaultQueue, Reading, parse
from projects.speech.standin.handler import Handler
from projects.speech.standin.journal import Call
from projects.speech.standin.limits import Gate
from projects.speech.standin.links import KEPT_BYTES, Shelf
from projects.speech.standin.openai import OpenAIHandler
from projects.speech.standin.settings import Settings
from projects.speech.standin.speaker import Speaker
from projects.speech.standin.state import State

POLL_S = 0.02
KINDS: dict[str, tuple[type[Handler], Reading, Callable[[], Settings]]] = {
    "dashscope": (Handler, parse, Settings),
    "openai": (OpenAIHandler, mishaps.parse, lambda: Settings(limit=4096, limit_unit="characters")),
}


class PortTaken(Exception):
    """The address cannot be listened on; the message is a sentence for a person."""


class Standin:
    """A running stand-in endpoint in threads of this process; port 0 takes a free one.

    speech is "neural", "light" or "tone"; an empty token lets any Bearer token in; faults are for the first
    requests. kind is "dashscope" (the wire of contract.md) or "openai" (openai.py: sound as the answer itself).
    """

    def __init__(
        self,
        speech: str = "tone",
        token: str = "",
        host: str = "127.0.0.1",
        port: int = 0,
        settings: Settings | None = None,
        faults: Iterable[str] = (),
        kept_bytes: int = KEPT_BYTES,
        kind: str = "dashscope",
    ) -> None:
        self._handler, read_fault, usual = KINDS[kind]
        self.token = token
        self.settings = settings or usual()
        self.state = State(
            token,
            Speaker(speech),
            self.settings,
            Gate(self.settings),
            Shelf(kept_bytes),
            faults=FaultQueue(read_fault),
        )
        self.fail(*faults)
        self._address = (host, port)
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The base address, without a slash at the end."""
        if self._server is None:
            raise RuntimeError("the stand-in is not running")
        return self._server.url

    @property
    def calls(self) -> list[Call]:
        """Every POST to the speech path so far, oldest first."""
        return self.state.journal.calls()

    def fail(self, *names: str) -> None:
        """One fault ("ok" for none) for each of the next requests. Raises faults.UnknownFault."""
        self.state.faults.add(*names)

    def start(self) -> None:
        """Listens and answers. Raises PortTaken."""
        self._server = _Server(self._address, self.state, self._handler)
        self.state.stopping.clear()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(POLL_S,), name="stand-in")
        self._thread.start()

    def stop(self) -> None:
        """Ends every connection and thread. Twice is harmless."""
        server, self._server = self._server, None
        if server is None or self._thread is None:
            return
        self.state.stopping.set()
        server.shutdown()
        server.hang_up()
        server.server_close()
        self._thread.join()

    def __enter__(self) -> "Standin":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    """Knows its open connections, so that it can end them."""

    daemon_threads = False  # server_close waits for them
    request_queue_size = 512

    def __init__(self, address: tuple[str, int], state: State, doors: type[Handler]) -> None:
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        host, port = address
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        handler = type("BoundHandler", (doors,), {"state": state})
        try:
            super().__init__(address, handler)
        except (OSError, OverflowError) as error:
            reason = error.strerror if isinstance(error, OSError) else "there is no such port"
            raise PortTaken(
                f"The stand-in endpoint cannot listen on {host}:{port} ({reason}). "
                "Stop what uses that port, or choose another one with --port."
            ) from None
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self.server_address[1]}"
        handler.origin = self.url  # type: ignore[attr-defined]

    def server_bind(self) -> None:
        """Without the name look-up of http.server: it can take seconds where there is no name service."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        with self._open_lock:
            self._open.add(connection)
        return connection, address

    def close_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().close_request(request)

    def hang_up(self) -> None:
        """Ends what is still open; the threads that wait there then end by themselves."""
        with self._open_lock:
            connections = list(self._open)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves in the middle is its own affair; the rest is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)
