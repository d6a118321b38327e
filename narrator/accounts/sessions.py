"""A person's open sessions: how they are read, and when each was last seen."""

import functools
from collections.abc import Callable
from contextlib import suppress

from allauth.usersessions import app_settings
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from narrator.cache import own
from narrator.direct import Blank, Prepared

# A page that polls every two seconds must not write a row every two seconds.
NOTE_EACH_S = 300


class SessionStore(db.SessionStore):
    """Django's sessions in the database, read by a statement that is built once: every request reads one."""

    def _get_session_from_db(self) -> Session | None:
        session: Session | None = _session().first(session_key=self.session_key, now=timezone.now())
        if session is None:
            self._session_key = None
        return session


@functools.cache
def _session() -> Prepared:
    """Blanks: session_key, now."""
    is_open = {"expire_date__gt": Blank(Session, "expire_date", "now")}
    return Prepared(Session.objects.filter(session_key=Blank(Session, "session_key"), **is_open))


class SeenMiddleware:
    """Notes when a session was last seen, and from which address, for the list that its owner looks at."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if app_settings.TRACK_ACTIVITY and request.user.is_authenticated:
            key = request.session.session_key
            # This process knows of itself first: the others are asked when it has not seen the session lately.
            if (
                key
                and own.add(f"seen:{key}", True, NOTE_EACH_S)
                and cache.add(f"seen:{key}", True, NOTE_EACH_S)
            ):
                with suppress(
                    OperationalError
                ):  # no page fails because the list of sessions cannot be written
                    UserSession.objects.create_from_request(request)
        return self.get_response(request)
