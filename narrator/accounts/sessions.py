"""A person's open sessions: how they are read, and when each was last seen."""

import functools
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from allauth.usersessions import app_settings
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from narrator.cache import own
from narrator.direct import columns, fetch, made
from narrator.teams.models import User

# A page that polls every two seconds must not write a row every two seconds.
NOTE_EACH_S = 300


class SessionStore(db.SessionStore):
    """Django's sessions in the database; with each comes whoever is signed in by it, as every request asks for both."""

    person: User | None = None
    """Whose session it is by django-allauth's list; what the session says itself goes before that."""

    def load(self) -> dict[str, Any]:
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        for data, *values in fetch(_open_session(), [self.session_key, now]):
            self.person = made(User, values) if values[0] is not None else None
            read: dict[str, Any] = self.decode(data)
            return read
        self._session_key = None
        return {}


@functools.cache
def _open_session() -> str:
    """A session that is open, and the row of the person, as far as django-allauth has noted whose it is."""
    session, noted, user = (model._meta.db_table for model in (Session, UserSession, User))
    return (
        f"SELECT session_data, {columns(User)} FROM {session}"  # noqa: S608 - names of our own
        f" LEFT JOIN (SELECT session_key AS noted, user_id FROM {noted}) AS noted ON noted = session_key"
        f" LEFT JOIN {user} ON id = user_id WHERE session_key = %s AND expire_date > %s"
    )


class PersonMiddleware(AuthenticationMiddleware):
    """Says who asks: as Django does it, by the row that came with the session."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(functools.partial(_person, request))  # type: ignore[assignment]


def _person(request: HttpRequest) -> User | AnonymousUser:
    """Who is signed in. From now on the request has the person, and nothing lazy before it."""
    request.user = _who_came_with(request.session) or get_user(request)
    return request.user


def _who_came_with(session: Any) -> User | None:
    """The person of the session's row, where Django would find the same; None where it has to look itself."""
    named, hash_ = session.get(SESSION_KEY), session.get(HASH_SESSION_KEY, "")
    person: User | None = session.person
    if person is None or not person.is_active or str(person.pk) != named:
        return None
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    return person if constant_time_compare(hash_, person.get_session_auth_hash()) else None


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
