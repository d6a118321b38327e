"""What a line of the log says beside its message: which request or which take it is about; and lines as JSON."""

import json
import logging
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
_GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
_subject: ContextVar[dict[str, Any]] = ContextVar("subject", default={})  # noqa: B039 - it is never changed in place


@contextmanager
def about(**subject: Any) -> Iterator[None]:
    """Let every line that is logged in this block, by this thread, say what it is about: ``take=7``."""
    before = _subject.set({**_subject.get(), **subject})
    try:
        yield
    finally:
        _subject.reset(before)


class RequestId:
    """Middleware: each request has a name, given by the proxy or made here, in its log lines and in its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        name = given if _GIVEN.fullmatch(given) else uuid.uuid4().hex
        # Not taken back: Django logs an answer of 400 and more when this has returned. The next request sets its own.
        _subject.set({"request": name})
        response = self.get_response(request)
        response[HEADER] = name
        return response


class Subject(logging.Filter):
    """Hands what a line is about to its formatter."""

    def filter(self, record: logging.LogRecord) -> bool:
        subject = _subject.get()
        record.subject = subject
        record.about = "".join(f" {name}={value}" for name, value in subject.items())
        return True


class JsonLines(logging.Formatter):
    """One JSON object a line: moment, level, logger, message, what it is about, and the traceback of an error."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "subject", {}),
        }
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False, default=str)
