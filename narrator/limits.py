"""How much one client may ask for: so many requests a minute, bodies of so many bytes. Sign-ins have their own counts.

Requests are counted in each process, in memory: it keeps one client from taking all of a process, and costs nothing.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from narrator.web import client_address

# Past this a body is refused unread. Forms say in a sentence what they take, which is less.
BODY_BYTES = 100 * 1024 * 1024
# What a form puts around a file.
AROUND_BYTES = 1024 * 1024
# Whoever was quiet may ask for so much at once, as a share of a minute's: a long script's rows and sounds.
BURST = 0.5
MOST_CLIENTS = 5_000
TOO_MANY = gettext_lazy(
    "So many requests at once slow the studio down for everybody. Wait a moment, then load the page again."
)
TOO_LARGE = gettext_lazy(
    "This is larger than the %(limit)s MB that are taken here, so it was not read. Hand it in in parts."
)


@dataclass
class Bucket:
    """Drops that a client still has, and when that was counted (time.monotonic())."""

    drops: float
    at: float


@dataclass
class Buckets:
    """A bucket for each client, which fills up by so many drops a minute; each request takes one."""

    clients: dict[str, Bucket] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, client: str, per_minute: int, now: float) -> float:
        """Take a drop; return 0, or in how many seconds there is one."""
        with self.lock:
            bucket = self.clients.pop(client, None) or Bucket(per_minute * BURST, now)
            self.clients[client] = bucket  # the longest unseen stands first
            if len(self.clients) > MOST_CLIENTS:
                del self.clients[next(iter(self.clients))]
            per_s = per_minute / 60
            bucket.drops = min(per_minute * BURST, bucket.drops + (now - bucket.at) * per_s)
            bucket.at = now
            if bucket.drops < 1:
                return (1 - bucket.drops) / per_s
            bucket.drops -= 1
            return 0.0


def takes_bodies_of(most_bytes: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a view take a larger body than others."""

    def allow(view: Callable[..., Any]) -> Callable[..., Any]:
        view.most_body_bytes = most_bytes  # type: ignore[attr-defined]
        return view

    return allow


class LimitsMiddleware:
    """Answers 413 to a body that is too large, and 429 to a client that asks too often, before a view sees either."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.buckets = Buckets()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        per_minute = settings.REQUESTS_EACH_MINUTE
        client = _client(request) if per_minute else ""
        wait_s = self.buckets.take(client, per_minute, time.monotonic()) if client else 0.0
        if wait_s:
            answer = _refusal(_view(request), 429, _("Too many requests"), str(TOO_MANY))
            answer["Retry-After"] = str(int(wait_s) + 1)
            return answer
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        most = getattr(view, "most_body_bytes", BODY_BYTES)
        if _body_bytes(request) <= most:
            return None
        return _refusal(view, 413, _("Too large"), TOO_LARGE % {"limit": most // 2**20})


def refuses_by(answer: Callable[[int, str], HttpResponse], view: Any) -> None:
    """Let this answer, by a status and a sentence, for a view that programs ask, or a page's own script."""
    view.refusal = answer


def _refusal(view: Any, status: int, title: str, reason: str) -> HttpResponse:
    """What the view has for it, else a page that needs no database."""
    if own := getattr(view, "refusal", None):
        return own(status, reason)
    return HttpResponse(render_to_string("503.html", {"title": title, "reason": reason}), status=status)


def _view(request: HttpRequest) -> Any:
    """What would answer; None for an address of nothing."""
    try:
        return resolve(request.path_info).func
    except Resolver404:
        return None


def _body_bytes(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0  # Django reads nothing then


def _client(request: HttpRequest) -> str:
    """The person who is signed in, else the address; "" where it is not known, and nobody is held back."""
    if request.user.is_authenticated:
        return f"user {request.user.pk}"
    return client_address(request) or ""
