"""A real mail server on this machine, as small as one can be: it keeps what it is given, or refuses it."""

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks SMTP (RFC 5321), as much of it as a sender without TLS needs. ``refuses``: no mail is taken."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.mails: list[EmailMessage] = []
        self.refuses = False

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say("220 mail.test")
        for line in self.rfile:
            verb = line.split()[0].upper().decode() if line.split() else ""
            if verb == "QUIT":
                self._say("221 bye")
                return
            if verb == "DATA":
                self._take()
            else:
                self._say("451 try later" if verb == "MAIL" and self.server.refuses else "250 ok")

    def _take(self) -> None:
        self._say("354 go on")
        lines = []
        for line in iter(self.rfile.readline, b".\r\n"):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.server.mails.append(email.message_from_bytes(b"".join(lines), policy=email.policy.default))  # type: ignore[arg-type]
        self._say("250 taken")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def running_mail_server() -> Iterator[MailServer]:
    """A mail server as long as the block lasts."""
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
