"""Sends requests to one endpoint, with its token and within its times; what they say is not known here."""

import functools
import json
import ssl
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import certifi

from projects.speech import connections, exchange
from projects.speech.address import base_of, checked_token
from projects.speech.deadline import Deadline
from projects.speech.exchange import Answer


@functools.lru_cache(maxsize=4)
def trusting(bundle: str) -> ssl.SSLContext:
    """A context that trusts the authorities in a PEM file. Reading 150 of them costs 60 ms: once a process."""
    return ssl.create_default_context(cafile=bundle)


class Caller:
    """The way to one endpoint; many threads may share it. Close it when done.

    deadline_s bounds a whole call, connect_timeout_s each connection, idle_timeout_s each wait for bytes. ca_bundle:
    a PEM file of authorities to trust instead of the usual ones. public_only: https to public addresses alone.
    Proxies and other settings of the environment are ignored, redirects are not followed. Raises ValueError for a
    base URL or token that cannot be right.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        deadline_s: float = 300,
        connect_timeout_s: float = 10,
        idle_timeout_s: float = 60,
        ca_bundle: str = "",
        public_only: bool = False,
    ) -> None:
        self.base = base_of(base_url)
        self.token = checked_token(token)
        self._deadline_s = deadline_s
        self._waits = {"connect_s": connect_timeout_s, "idle_s": idle_timeout_s}
        self.tls = trusting(ca_bundle or certifi.where())
        self.session = connections.session(self.tls, public_only=public_only)

    def close(self) -> None:
        self.session.close()

    def deadline(self, at_most_s: float = float("inf")) -> Deadline:
        """The end of a call that begins now."""
        return Deadline(min(self._deadline_s, at_most_s), **self._waits)

    def post(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        headers: Mapping[str, str],
        until: Deadline,
        max_bytes: int,
    ) -> AbstractContextManager[Answer]:
        """A POST of a JSON object. max_bytes: the largest answer that is read."""
        return exchange.sent(
            self.session,
            "POST",
            self.base + path,
            headers={"Content-Type": "application/json", **headers, **self._pass()},
            until=until,
            max_bytes=max_bytes,
            data=json.dumps(body, ensure_ascii=False).encode(),
        )

    def get(self, path: str, *, until: Deadline, max_bytes: int) -> AbstractContextManager[Answer]:
        """A GET of JSON."""
        headers = {"Accept": "application/json", **self._pass()}
        return exchange.sent(
            self.session, "GET", self.base + path, headers=headers, until=until, max_bytes=max_bytes
        )

    def _pass(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}
