"""A person's open sessions: when each was last seen."""

from collections.abc import Callable
from contextlib import suppress

from allauth.usersessions import app_settings
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

# A page that polls every two seconds must not write a row every two seconds.
NOTE_EACH_S = 300


class SeenMiddleware:
    """Notes when a session was last seen, and from which address, for the list that its owner looks at."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if app_settings.TRACK_ACTIVITY and request.user.is_authenticated:
            key = request.session.session_key
            if key and cache.add(f"seen:{key}", True, NOTE_EACH_S):
                with suppress(
                    OperationalError
                ):  # no page fails because the list of sessions cannot be written
                    UserSession.objects.create_from_request(request)
        return self.get_response(request)
