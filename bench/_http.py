"""A lean HTTP/1.1 client for many browsers in one process: a request costs it a twentieth of what it costs the studio.

No redirects, no cookies of its own, no chunked answers: what is asked for here has a length.
"""

import asyncio
import time
from dataclasses import dataclass
from urllib.parse import urlencode

PATIENCE_S = 30


@dataclass(frozen=True)
class Answer:
    """What came back, and how long it took from the request's first byte to the answer's last, in ms."""

    status: int
    headers: dict[str, str]
    body: bytes
    took_ms: float

    @property
    def text(self) -> str:
        return self.body.decode()


class Line:
    """One connection that is kept open, one request after the other, opened again where the server closed it."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self._port = port
        self._headers = {"Host": "localhost", **headers}
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self, path: str, form: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """GET, or POST of a form. Raises OSError, EOFError, TimeoutError."""
        body = urlencode(form).encode() if form is not None else b""
        sent = {**self._headers, **(headers or {})}
        if form is not None:
            sent |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
        head = f"{'GET' if form is None else 'POST'} {path} HTTP/1.1\r\n"
        data = (
            head + "".join(f"{name}: {value}\r\n" for name, value in sent.items()) + "\r\n"
        ).encode() + body
        began = time.perf_counter()
        async with asyncio.timeout(PATIENCE_S):
            try:
                status, got, body = await self._exchange(data)
            except (OSError, EOFError):
                self.close()  # it was closed while nothing was said; a second time it is a fault
                status, got, body = await self._exchange(data)
        return Answer(status, got, body, 1000 * (time.perf_counter() - began))

    async def _exchange(self, data: bytes) -> tuple[int, dict[str, str], bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)
        reader, writer = self._streams
        writer.write(data)
        first, *rest = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
        status = int(first.split()[1])
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection", "").lower() == "close":
            self.close()
        return status, headers, body

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
