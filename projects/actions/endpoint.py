"""The speech endpoint as this installation is set up to use it."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from projects.speech.budget import Budget, Unit
from projects.speech.client import Client


@dataclass(frozen=True)
class Endpoint:
    """Where and how lines are sent. ``pace`` is called before each call and may wait there."""

    client: Client
    budget: Budget
    stream: bool = False
    pace: Callable[[], None] | None = None


def configured() -> Endpoint:
    """The endpoint of the settings; its client is shared by the threads of this process."""
    if not settings.SPEECH_URL:
        raise ImproperlyConfigured(
            "No speech endpoint is set. Set NARRATOR_SPEECH_URL and NARRATOR_SPEECH_TOKEN."
        )
    return connect(settings.SPEECH_URL, settings.SPEECH_TOKEN, stream=settings.SPEECH_STREAM)


@functools.lru_cache(maxsize=4)
def connect(
    url: str, token: str, *, stream: bool = False, pace: Callable[[], None] | None = None
) -> Endpoint:
    """Return the endpoint at this address, with the limits of the settings."""
    budget = Budget(limit=settings.SPEECH_LIMIT, unit=cast(Unit, settings.SPEECH_LIMIT_UNIT))
    client = Client(url, token, budget=budget, deadline_s=settings.SPEECH_DEADLINE_S)
    return Endpoint(client, budget, stream, pace)
