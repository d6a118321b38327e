"""Faults that are a whole answer of their own and need no sound: errors, pages, empty bodies."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from projects.speech.standin.replies import Reply, encode, gateway_error, html_page, native_error

RATE_MESSAGE = "Requests rate limit exceeded, please try again later."


def _throttled(headers: dict[str, str] | None = None) -> Reply:
    return native_error(429, "Throttling.RateQuota", RATE_MESSAGE, headers)


def _in_two_seconds() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)


REFUSALS: dict[str, Callable[[], Reply]] = {
    "auth-401": lambda: gateway_error(401, "invalid_api_key", "Invalid token"),
    "auth-402": lambda: gateway_error(402, "insufficient_user_quota", "User quota is not enough"),
    "auth-403": lambda: gateway_error(403, "access_denied", "This token has no access to the model"),
    "empty-body": lambda: Reply(200, b""),
    "html-502": lambda: html_page(502, "502 Bad Gateway"),
    "html-503": lambda: html_page(503, "503 Service Temporarily Unavailable"),
    "html-504": lambda: html_page(504, "504 Gateway Time-out"),
    "html-520": lambda: html_page(520, "520: Web server is returning an unknown error"),
    "html-200": lambda: html_page(200, "Please sign in"),
    "plain-text": lambda: Reply(
        500, b"upstream connect error or disconnect/reset before headers", "text/plain"
    ),
    "redirect-page": lambda: Reply(302, b"", "text/html", {"Location": "/login"}),
    "429": lambda: _throttled(),
    "429-seconds": lambda: _throttled({"Retry-After": "1"}),
    "429-date": lambda: _throttled({"Retry-After": _in_two_seconds()}),
}

DEFAULT_MESSAGES = {
    "Arrearage": "Access denied, please make sure your account is in good standing.",
    "DataInspectionFailed": "Input data may contain inappropriate content.",
    "InvalidApiKey": "Invalid API-key provided.",
    "Throttling.AllocationQuota": "Allocated quota exceeded, please increase your quota limit.",
    "Throttling.RateQuota": RATE_MESSAGE,
}


def message_for(code: str) -> str:
    """The endpoint's sentence for a code, or a general one."""
    return DEFAULT_MESSAGES.get(code, f"The request failed with {code or 'no code'}.")


def status_for(code: str) -> int:
    """The HTTP status that Ali gives this code."""
    rules = (
        ("throttling", 429),
        ("invalidapikey", 401),
        ("accessdenied", 403),
        ("internal", 500),
        ("model", 404),
    )
    return next((status for start, status in rules if code.lower().startswith(start)), 400)


def ok_with_code(code: str, message: str) -> Reply:
    """HTTP 200 whose body says that it failed."""
    body = {
        "status_code": 400,
        "request_id": "",
        "code": code,
        "message": message,
        "output": None,
        "usage": None,
    }
    return Reply(200, encode(body), code=code)
