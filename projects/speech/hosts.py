"""Which addresses audio may be fetched from. Decisions only: connections.py applies them, download.py asks.

An audio URL comes from outside and could point anywhere. It is parsed once, strictly, and built anew from its parts,
so that nothing later in the chain can read it differently.
"""

import ipaddress
import queue
import re
import socket
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from projects.sentences import gettext_noop as _
from projects.speech.deadline import Deadline
from projects.speech.errors import SpeechError, Stopped, Unavailable

UNSAFE = _("The address of the audio is not safe to open: %(said_reason)s. Try the line again.")
THE_ENDPOINT_KEEPS = _(
    "The endpoint keeps its audio on %(host)s, which is not on the list of allowed audio "
    "hosts. Add it to the settings if it is right."
)

Address = tuple[int, str, int]
"""Address family, numeric address, port."""

_HOST_NAME = re.compile(
    r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_][a-z0-9_-]{0,62})*", re.IGNORECASE
)
_ODD_CHARACTERS = re.compile(r"[^\x21-\x7e]|[\\<>\"`{}|^]")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_PORTS = {"http": 80, "https": 443}


class ForbiddenAddress(Exception):
    """A name stands for an address inside the own network."""


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port of a URL, comparable: lower case, no trailing dot, the port filled in."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> "Origin":
        """Raises ValueError for a URL that is not plain http or https to one clear host."""
        parts = urlsplit(url)
        host = (parts.hostname or "").removesuffix(".")
        if parts.scheme not in _PORTS:
            raise ValueError(_("it is neither http nor https"))
        if "@" in parts.netloc:
            raise ValueError(_("it carries a user name"))
        if not (_HOST_NAME.fullmatch(host) or _is_address(host)) or _ODD_CHARACTERS.search(url):
            raise ValueError(_("it cannot be read clearly"))
        port = parts.port  # raises ValueError past 65535
        return cls(parts.scheme, host, _PORTS[parts.scheme] if port is None else port)

    @property
    def netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True)
class AudioHosts:
    """The rule for audio URLs: the endpoint's own origin, or https to a host on the list.

    suffixes: ".aliyuncs.com" allows every host under it; a name without the dot allows that host alone.
    """

    own: Origin
    suffixes: tuple[str, ...]

    def checked(self, url: str) -> str:
        """The URL to fetch instead, https except on the endpoint's own origin.

        Raises Stopped (`audio_host_refused`) for a host that is not on the list, since every line would be paid for
        and lost, and Unavailable (`audio_url_refused`) for a URL that is wrong in itself.
        """
        try:
            origin, parts = Origin.of(url), urlsplit(url)
        except ValueError as error:
            reason = str(error)
        else:
            return self._checked(origin, parts)
        raise refused_url(reason)

    def _checked(self, origin: Origin, parts: SplitResult) -> str:
        if origin != self.own and origin.scheme == "http":
            origin = Origin(
                "https", origin.host, _PORTS["https"] if origin.port == _PORTS["http"] else origin.port
            )
        if origin.host != self.own.host and not self._is_listed(origin.host):
            raise Stopped(
                THE_ENDPOINT_KEEPS % {"host": origin.host},
                code="audio_host_refused",
            )
        query = f"?{parts.query}" if parts.query else ""
        return f"{origin.scheme}://{origin.netloc}{parts.path or '/'}{query}"

    def _is_listed(self, host: str) -> bool:
        for suffix in (suffix.lower() for suffix in self.suffixes):
            if host == suffix or (suffix.startswith(".") and host.endswith(suffix) and host != suffix[1:]):
                return True
        return False


def refused_url(reason: str) -> SpeechError:
    """reason completes "The address of the audio is not safe to open: ..."."""
    message = UNSAFE % {"said_reason": reason}
    return Unavailable(message, code="audio_url_refused")


def is_public(address: str) -> bool:
    """Whether a numeric address lies on the open internet, also when it hides inside an IPv6 form."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        hidden = [ip.sixtofour, *(ip.teredo or ())]
        translated = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else ip.ipv4_mapped
        if translated is not None:
            return is_public(str(translated))
        if not all(is_public(str(inner)) for inner in hidden if inner is not None):
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def resolve(host: str, port: int, deadline: Deadline, *, public_only: bool) -> list[Address]:
    """The addresses of a host, at least one. With public_only raises ForbiddenAddress when any lies inside.

    The lookup has no time limit of its own, so it runs in a thread that is left behind when the deadline passes.
    Raises OSError when there is no such host and DeadlinePassed or Stalled when the lookup takes too long.
    """
    if _is_address(host):
        found: Iterable[Address] = [(socket.AF_INET6 if ":" in host else socket.AF_INET, host, port)]
    else:
        found = _looked_up(host, port, deadline)
    addresses = list(dict.fromkeys(found))
    if public_only and not all(is_public(address) for _family, address, _port in addresses):
        raise ForbiddenAddress
    if not addresses:
        raise OSError(_("the name has no address"))
    return addresses


def _looked_up(host: str, port: int, deadline: Deadline) -> list[Address]:
    answers: queue.SimpleQueue[list[Address] | OSError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([(int(family), str(sockaddr[0]), port) for family, _t, _p, _c, sockaddr in rows])
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(_("the name is malformed")))

    threading.Thread(target=look_up, name="speech-lookup", daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.connecting_s())
    except queue.Empty:
        answer = None
    if answer is None:
        raise deadline.timed_out()
    if isinstance(answer, OSError):
        raise answer
    return answer


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host
