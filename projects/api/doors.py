"""Who may come in: a token, its scopes, and how often it may ask. What is whose, access.py says for pages and here."""

import functools
import time
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status
from ninja.security import HttpBearer
from ninja.throttling import BaseThrottle

from narrator.teams.models import User
from projects.actions import tokens
from projects.api import keys
from projects.api.problems import Problem
from projects.models import ApiToken

WINDOW_S = 60
# By the name of an act: how many bytes its body may have, where that is more than others may.
LARGE: dict[str, int] = {}


class ApiRequest(HttpRequest):
    """A request of a program: its token, and the person for whom it comes."""

    auth: ApiToken
    user: User


class Bearer(HttpBearer):
    """A living token with this scope. The browser's session opens nothing here, so nothing here needs a CSRF token."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        found = tokens.find(token)
        if found is None:
            return None
        if self.scope and not found.allows(self.scope):
            raise Problem(403, "scope", f"This token lacks the scope {self.scope}. Make one that has it.")
        request.user = found.user
        return found


class PerToken(BaseThrottle):
    """So many requests a minute for each token, counted where all processes see it."""

    def allow_request(self, request: HttpRequest) -> bool:
        window = int(time.time()) // WINDOW_S
        key = f"api:{request.auth.pk}:{window}"  # type: ignore[attr-defined]
        if cache.add(key, 1, 2 * WINDOW_S):
            return True
        try:
            return bool(cache.incr(key) <= settings.API_REQUESTS_PER_MINUTE)
        except ValueError:  # Redis came back or went away since the line before, and it begins to count anew
            return True

    def wait(self) -> float:
        return WINDOW_S - time.time() % WINDOW_S


class Noun(Router):
    """The addresses of one noun; its name is the first part of its scopes."""

    def __init__(self, noun: str) -> None:
        super().__init__(tags=[noun])
        self.noun = noun

    def look(self, path: str, answer: Any, *, scope: str | None = None, **options: Any) -> Callable[..., Any]:
        """A GET that changes nothing, for tokens that may read the noun; with the scope "" for every token."""
        scope = f"{self.noun}:read" if scope is None else scope
        return self._door("GET", path, {200: answer}, scope, **options)

    def act(
        self, path: str, answer: Any, *, method: str = "POST", status: int = 200, **options: Any
    ) -> Callable[..., Any]:
        """Something done, for tokens that may write the noun."""
        return self._door(method, path, {status: answer}, f"{self.noun}:write", **options)

    def make(
        self, path: str, answer: Any, *, is_heavy: bool = False, most_bytes: int = 0, **options: Any
    ) -> Callable[..., Any]:
        """Something that costs or creates: 201, and with an idempotency key done once, however often it is sent.

        ``is_heavy``: see ``keys.keyed``. ``most_bytes``: what its body may have, where that is more than others may.
        """
        door = self.act(path, answer, status=201, openapi_extra={"parameters": [keys.HEADER]}, **options)

        def made(view: Callable[..., Any]) -> Callable[..., Any]:
            if most_bytes:
                LARGE[view.__name__] = most_bytes
            return cast(Callable[..., Any], door(keys.keyed(view, is_heavy=is_heavy)))

        return made

    def end(self, path: str) -> Callable[..., Any]:
        """Something taken away or closed for good, harmless twice: 204, with nothing left to show."""
        door = self.act(path, None, status=204)

        def ended(view: Callable[..., None]) -> Any:
            @functools.wraps(view)
            def without_answer(*args: Any, **kwargs: Any) -> Status:
                view(*args, **kwargs)
                return Status(204, None)

            return door(without_answer)

        return ended

    def _door(
        self, method: str, path: str, answers: dict[Any, Any], scope: str, **options: Any
    ) -> Callable[..., Any]:
        return self.api_operation(
            [method],
            path,
            auth=Bearer(scope),
            throttle=PerToken(),
            response=answers,
            **options,
        )
