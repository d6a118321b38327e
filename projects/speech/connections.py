"""Connections that keep the call's deadline and reach only the addresses that they may. The sessions of the client.

Below requests and above the socket: nothing here knows about speech. Every wait (name, connection, TLS, headers,
each read of the body) takes its time from the deadline that runs in the calling thread.
"""

import http.client
import http.cookiejar
import io
import socket
import ssl
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from projects.sentences import gettext_noop as _
from projects.speech import deadline, hosts

_POOL_SIZE = 64  # connections kept open; more callers at once still get one, which is closed afterwards


class NotConnected(Exception):
    """No connection came about. code: `dns_failed`, `unreachable`, `audio_url_refused` or `address_refused`."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class _TimedReader(io.RawIOBase):
    """A socket's reader that waits no longer than the deadline of the call that opened it."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, until: deadline.Deadline) -> None:
        self._raw, self._sock, self._until = raw, sock, until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._until.reading_s())
        try:
            return self._raw.readinto(buffer)
        except TimeoutError:
            pass
        raise self._until.timed_out()

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_TimedReader(raw, sock, deadline.running()), 65536)


class _Timed(HTTPConnection):
    response_class = _TimedResponse
    public_only = False
    refusal = ""

    def _new_conn(self) -> socket.socket:
        until = deadline.running()
        try:
            addresses = hosts.resolve(self._dns_host, self.port or 0, until, public_only=self.public_only)
        except hosts.ForbiddenAddress:
            raise NotConnected(
                self.refusal, _("the name stands for an address inside a private network")
            ) from None
        except OSError:
            raise NotConnected("dns_failed", _("there is no such host")) from None
        for family, address, port in addresses:
            try:
                return _connected(family, address, port, until)
            except TimeoutError:
                until.left_s()
            except OSError:
                continue
        raise NotConnected("unreachable", _("nothing answers there"))


def _connected(family: int, address: str, port: int, until: deadline.Deadline) -> socket.socket:
    """A socket to exactly this address: what was checked is what is connected to."""
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(until.connecting_s())
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.connect((address, port))
        sock.settimeout(until.connecting_s())  # for the TLS handshake
    except BaseException:
        sock.close()
        raise
    return sock


class _TimedTls(_Timed, HTTPSConnection):
    """Certificate and server name are checked against the host's name, whatever address it was."""


class _PublicTls(_TimedTls):
    public_only = True
    refusal = "address_refused"


class _AudioTls(_PublicTls):
    refusal = "audio_url_refused"


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Timed


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _TimedTls


class _PublicHttpsPool(HTTPSConnectionPool):
    ConnectionCls = _PublicTls


class _AudioPool(HTTPSConnectionPool):
    ConnectionCls = _AudioTls


class _Adapter(HTTPAdapter):
    def __init__(self, pools: dict[str, type[HTTPConnectionPool]], tls: ssl.SSLContext) -> None:
        self._pools, self._tls = pools, tls
        super().__init__(pool_connections=8, pool_maxsize=_POOL_SIZE)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = dict(self._pools)

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        """One TLS context for all connections: requests' way reads the whole list of authorities for each (20 ms)."""
        host, _tls = super().build_connection_pool_key_attributes(request, True, None)
        return host, {"ssl_context": self._tls, "cert_reqs": "CERT_REQUIRED"}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """The context above decides."""


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """No redirect is ever prepared or followed here: the caller looks at Location itself."""


def session(tls: ssl.SSLContext, *, public_only: bool, for_audio: bool = False) -> requests.Session:
    """A session that many threads may share: no cookies, no redirects, nothing taken from the environment.

    Proxy variables, .netrc and certificate variables are ignored, so the environment never changes where the token
    goes. public_only: https alone, and never to an address inside a private network, whatever name it has by then.
    for_audio: what is refused is the address of a link to audio, not the endpoint's own.
    """
    made = _Session()
    made.trust_env = False
    made.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    made.headers.clear()
    made.headers.update({"User-Agent": "narrator", "Accept-Encoding": "identity"})
    made.adapters.clear()
    if public_only:
        made.mount("https://", _Adapter({"https": _AudioPool if for_audio else _PublicHttpsPool}, tls))
    else:
        adapter = _Adapter({"http": _HttpPool, "https": _HttpsPool}, tls)
        made.mount("https://", adapter)
        made.mount("http://", adapter)
    return made
