"""Which language a person reads: the one they chose, else what their browser asks for. Programs are told in English.

How what is kept in English is said in their language: narrator/sentences.py.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers


class LanguageMiddleware:
    """Answers each request in the language of who asks, and leaves none behind in the thread."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        code = asked_for(request)
        request.LANGUAGE_CODE = code
        with translation.override(code):
            response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Content-Language", code)
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


def asked_for(request: HttpRequest) -> str:
    """The language of a request: the person's, else that of the cookie, else the browser's, else the studio's."""
    if request.path_info.startswith(settings.ENGLISH_PATHS):
        return settings.LANGUAGE_CODE
    # Without a session nobody is signed in, and the database is not asked.
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        chosen = getattr(request.user, "language", "")
        if chosen:
            return _offered(chosen)
    return translation.get_language_from_request(request)


def speaking(person: Any) -> AbstractContextManager[None]:
    """Write in this person's language what is sent to them; as it is written now for nobody, and who chose none."""
    chosen = getattr(person, "language", "") or translation.get_language() or ""
    return translation.override(_offered(chosen))


def _offered(code: str) -> str:
    """The language, as long as the studio has it."""
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
