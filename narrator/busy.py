"""When the database or the store of files cannot be asked: 503 and a sentence that says what to do, not a fault."""

import logging
from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from narrator.sentences import gettext_noop, said
from narrator.storage import StoreAway

logger = logging.getLogger(__name__)
RETRY_AFTER_S = 5

BUSY = gettext_noop(
    "The studio's database is busy, so this was not done. Nothing that was saved is lost. "
    "Try again in a few seconds."
)
AWAY = gettext_noop(
    "The studio's database does not answer, so this was not done. Nothing that was saved is lost. "
    "Try again in a minute."
)
STORE_AWAY = gettext_noop(
    "The studio's store of audio and files does not answer, so this was not done. Nothing that was saved is lost. "
    "Try again in a minute."
)
FULL = gettext_noop(
    "The studio's disk is full, so this was not done. Nothing that was saved is lost. "
    "Whoever runs the studio has to free some space."
)

# SQLite's own numbers (https://sqlite.org/rescode.html) and PostgreSQL's own words (its appendix A).
_SQLITE = {5: BUSY, 6: BUSY, 13: FULL}
_POSTGRES = {"55P03": BUSY, "40P01": BUSY, "53100": FULL, "53300": BUSY}
_POSTGRES_AWAY = ("08", "57P")


class BusyMiddleware:
    """Answers for views whose database was busy, away or full, or whose files were. Its page needs no database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        sentence = sentence_for(exception)
        if sentence is None:
            return None
        logger.warning("%s %s: %s", request.method, request.path, exception)
        page = render_to_string("503.html", {"reason": said(sentence)})
        return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_S)})


def sentence_for(error: Exception) -> str | None:
    """What to tell whoever met this error; None where it is a fault of the studio's, and waiting is of no use."""
    if isinstance(error, StoreAway):
        return STORE_AWAY
    if not isinstance(error, OperationalError):
        return None
    cause = error.__cause__
    number = getattr(cause, "sqlite_errorcode", None)
    if number is not None:
        return _SQLITE.get(number & 0xFF)
    state = getattr(cause, "sqlstate", None) or "08"  # no answer at all has none
    return AWAY if state.startswith(_POSTGRES_AWAY) else _POSTGRES.get(state)
