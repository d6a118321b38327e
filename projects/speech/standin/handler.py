"""The doors: reads one HTTP request and hands it to speech, downloads or controls. One thread per
connection."""

import logging
import re
from http.server import BaseHTTPRequestHandler

from projects.speech.standin import downloads, synthesis
from projects.speech.standin.controls import control
from projects.speech.standin.replies import Reply, html_page, native_error
from projects.speech.standin.state import State
from projects.speech.standin.wire import Wire

SPEECH_PATH = "/v1/audio/speech"
MOST_BODY_BYTES = 1_048_576
IDLE_S = 120
_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9a-fA-F:]+\](:\d+)?")

log = logging.getLogger(__name__)


class Handler(BaseHTTPRequestHandler):
    """Set `state` and `origin` in a subclass. HTTP/1.1 with keep-alive; each write goes out at once."""

    state: State
    origin: str
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = IDLE_S

    def answer(self) -> None:
        """Any verb."""
        modern = self.request_version == "HTTP/1.1"
        wire = Wire(self.connection, self.state.stopping, modern, self.command == "HEAD")
        wire.close = wire.close or self.close_connection
        try:
            self._dispatch(wire)
        except ConnectionError:
            wire.close = True  # the other side left
        except Exception:
            log.exception("The stand-in failed on %s %s", self.command, self.path)
            if not wire.begun:
                wire.reply(native_error(500, "InternalError", "The stand-in failed, its log says where."))
            wire.close = True
        finally:
            self.close_connection = self.close_connection or wire.close

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = answer

    def log_message(self, format: str, *args: object) -> None:
        """Requests are in the journal, not on standard error."""
        log.debug(format, *args)

    def _dispatch(self, wire: Wire) -> None:
        path, _, query = self.path.partition("?")
        body = self._body()
        if isinstance(body, Reply):
            wire.close = True
            wire.reply(body)
        else:
            self.route(wire, path, query, body)

    def route(self, wire: Wire, path: str, query: str, body: bytes) -> None:
        """Answers a request whose body was read."""
        if path == SPEECH_PATH and self.command == "POST":
            synthesis.answer(self.state, wire, self._request(body))
        elif path.startswith("/audio/") and self.command in ("GET", "HEAD"):
            headers = {name.lower(): value for name, value in self.headers.items()}
            downloads.serve(self.state, wire, self.command, path, query, headers)
        else:
            wire.reply(control(self.state, self.command, path, body) or self._elsewhere(path))

    def _elsewhere(self, path: str) -> Reply:
        if path == "/login":
            return html_page(200, "Please sign in")
        if path == SPEECH_PATH:
            return native_error(405, "MethodNotAllowed", "This address takes POST only.", {"Allow": "POST"})
        return native_error(404, "NotFound", f"There is nothing at {self.command} {path[:200]}.")

    def _request(self, body: bytes) -> synthesis.Request:
        return synthesis.Request(
            body=body,
            authorization=self.headers.get("Authorization", ""),
            stream=self.headers.get("X-DashScope-SSE", "").strip().lower() == "enable",
            origin=self._origin(),
        )

    def _origin(self) -> str:
        """Where the client reached us, so that its download link works behind a port mapping too."""
        host = self.headers.get("Host", "")
        return f"http://{host}" if _HOST.fullmatch(host) else self.origin

    def _body(self) -> bytes | Reply:
        length = self.headers.get("Content-Length")
        if self.headers.get("Transfer-Encoding"):
            return native_error(411, "BadRequest.IllegalInput", "Send the body with a Content-Length.")
        if length is None:
            return b""
        if not re.fullmatch(r"\d{1,18}", length):
            return native_error(400, "BadRequest.IllegalInput", "The Content-Length is not a number.")
        if int(length) > MOST_BODY_BYTES:
            return native_error(413, "BadRequest.TooLarge", "The request body is too large.")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionError("the request ended early")
        return body
